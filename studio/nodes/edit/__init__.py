"""Node types whose names begin with `edit.`."""
