"""What outlives a window: the recovery journal, and the list of recent files."""
