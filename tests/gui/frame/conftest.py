"""The frame is tried in a window that stands for all tests of a module; who ends it, or looks at what is not made yet,
takes one of his own."""

from __future__ import annotations

from tests.gui.standing import bare, desk, lone_window, whole, window

__all__ = ["bare", "desk", "lone_window", "whole", "window"]
