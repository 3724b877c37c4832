"""Node types that read documents."""
