"""Node types `tests.*`."""
