"""Node types for tool servers (Model Context Protocol)."""
