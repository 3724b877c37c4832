"""Node types `monitor.*`."""
