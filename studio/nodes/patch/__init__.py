"""Node types whose names begin with `patch.`."""
