"""The window of a module: opening one takes longer than most of what is tried in it."""

from tests.gui.standing import lone_window, whole, window

__all__ = ["lone_window", "whole", "window"]
