"""The windows of a module: opening one takes longer than most of what is tried in it."""

from tests.gui.standing import bare, desk, whole, window

__all__ = ["bare", "desk", "whole", "window"]
