"""Runs are shown in a window that stands for all tests of this room; each finds it empty."""

from __future__ import annotations

from tests.gui.standing import bare_of_room as bare
from tests.gui.standing import desk, lone_window, window
from tests.gui.standing import whole_of_room as whole
from tests.gui.turns import short_turns

__all__ = ["bare", "desk", "lone_window", "short_turns", "whole", "window"]
