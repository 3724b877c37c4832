"""Stepping through a recorded run in the terminal: keys on a screen, or commands by line where there is no screen."""
