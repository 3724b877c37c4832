"""Waiting that a busy machine does not break: what is waited for ends it, and the limit is for what never comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

PATIENCE_MS = 60_000
"""Limit (ms) of a wait that names none. Five seconds, as usual, pass while other processes have the processors."""


class PatientBot(QtBot):
    """The bot of pytest-qt with that limit."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        """Wait until `callback` returns True, or None without an AssertionError. Raises TimeoutError."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **more: Any) -> Any:
        """Return a context that waits at its end until the signal has come; raises TimeoutError."""
        return super().waitSignal(signal, timeout=timeout, **more)
