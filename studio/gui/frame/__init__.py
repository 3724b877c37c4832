"""The frame of the window: tabs and what they show, docks, menus, the status line, and what is told of faults."""
