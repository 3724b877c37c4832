"""Node types `vote.*`."""
