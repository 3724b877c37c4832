"""What can be done in the window, as data. Menus, shortcuts, the command palette and the help come from one list.

Each module here declares its part as `ACTIONS` (see `base.action`); nothing else lists them. Actions may reach for
every room below the frame; who needs one asks `all_actions` for it by its id.
"""
