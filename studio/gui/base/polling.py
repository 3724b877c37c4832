"""Timers that look again and again whether something is there, as long as something is awaited."""

from __future__ import annotations

from PySide6.QtCore import QTimer


def keep_going(timer: QTimer) -> None:
    """Start a timer that does not run.

    Starting one that runs would put off when it rings next: asked for more often than it rings, it never would.
    """
    if not timer.isActive():
        timer.start()
