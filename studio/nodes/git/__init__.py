"""Node types whose names begin with `git.`."""
