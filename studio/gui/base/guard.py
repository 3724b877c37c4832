"""`guarded`: no exception leaves a Python override of a Qt method.

On Python 3.11 one that does can kill the process, on any version a raising `paint` ruins the frame. What is raised is
logged with its traceback, once per place, and told to whoever listens; Qt gets a harmless value.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from studio.support.signal import Signal

F = TypeVar("F", bound=Callable[..., Any])

_log = logging.getLogger(__name__)
_known: set[tuple[str, str]] = set()

caught: Signal[str, Exception] = Signal()
"""(where, what) of each exception that was kept from Qt; the window shows it, tests fail on it."""


def guarded(default: Any = None) -> Callable[[F], F]:
    """Make an override of a Qt method safe: on a fault it returns `default`, or what that gives if it can be called."""

    def wrap(method: F) -> F:
        @functools.wraps(method)
        def safe(*arguments: Any, **keywords: Any) -> Any:
            try:
                return method(*arguments, **keywords)
            except Exception as fault:  # noqa: BLE001 - the border to Qt; logged and told below
                report(method.__qualname__, fault)
                return default() if callable(default) else default

        return safe  # type: ignore[return-value]

    return wrap


def report(where: str, fault: Exception) -> None:
    """Log a fault of ours, with its traceback the first time it happens at this place, and tell who listens."""
    key = (where, f"{type(fault).__name__}: {fault}")
    if key not in _known:
        if len(_known) > 1000:
            _known.clear()
        _known.add(key)
        _log.error("a fault in %s", where, exc_info=fault)
    caught.emit(where, fault)
