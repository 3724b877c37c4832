"""Node types that cut texts into chunks."""
