"""Node types that ask servers by HTTP."""
