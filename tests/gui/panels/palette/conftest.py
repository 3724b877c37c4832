"""The window of a module: opening one takes longer than most of what is tried in it."""

from tests.gui.standing import bare, desk

__all__ = ["bare", "desk"]
