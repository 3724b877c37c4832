"""Node types about whole repositories."""
