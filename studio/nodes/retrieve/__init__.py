"""Node types that find the texts that are most like a question."""
