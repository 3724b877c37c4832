"""Node types `view.*`."""
