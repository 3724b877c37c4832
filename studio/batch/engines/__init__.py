"""Where the workers of a batch live: in processes of this machine, or on many machines by Ray."""
