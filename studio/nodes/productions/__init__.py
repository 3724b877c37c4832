"""Node types for production rules over buffers: read, matched, fired, compiled."""
