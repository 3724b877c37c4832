"""What every part of the window may use; knows nothing of the graphs that are shown."""
