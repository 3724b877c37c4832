"""The frame of the window: tabs, files, settings, what it remembers."""
