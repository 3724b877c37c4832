"""What actions do is tried in a window that stands for all tests of a module; each finds it empty."""

from __future__ import annotations

from tests.gui.standing import bare, desk

__all__ = ["bare", "desk"]
