"""Runs are shown in a window that stands for all tests of a module; each finds it empty."""

from __future__ import annotations

from tests.gui.standing import bare, desk, lone_window, whole, window
from tests.gui.turns import short_turns

__all__ = ["bare", "desk", "lone_window", "short_turns", "whole", "window"]
