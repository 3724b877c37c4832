"""Node types for pages of the web."""
