"""Tells listeners what happens to a controlled run, in batches."""

from __future__ import annotations

import logging
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable

from studio.control.events import Done, Event

_log = logging.getLogger(__name__)

Listener = Callable[[list[Event]], None]

RECENT = 50
"""Decided nodes that are told with the frontier."""


class Telling:
    """Collects events and hands them on at the next turn of the run's loop; those from before the run, at its first."""

    def __init__(self, listener: Listener | None) -> None:
        self.listeners: list[Listener] = [] if listener is None else [listener]
        self._loop: AbstractEventLoop | None = None
        self._events: list[Event] = []
        self._done: deque[Done] = deque(maxlen=RECENT)

    def begin(self, loop: AbstractEventLoop) -> None:
        """The run goes on in this loop."""
        self._loop = loop
        if self._events:
            loop.call_soon(self._flush)

    def end(self) -> None:
        """The run is over: hand on what is left."""
        self._loop = None
        self._flush()

    def tell(self, event: Event) -> None:
        """Have the listeners hear an event."""
        if not self.listeners:
            return
        if not self._events and self._loop is not None:
            self._loop.call_soon(self._flush)
        self._events.append(event)

    def note_done(self, done: Done) -> None:
        """Remember a decided node for the next frontier."""
        self._done.append(done)

    def take_done(self) -> tuple[Done, ...]:
        """Return the last decided nodes since this was asked before."""
        done = tuple(self._done)
        self._done.clear()
        return done

    def _flush(self) -> None:
        events, self._events = self._events, []
        if events:
            for listener in list(self.listeners):
                try:
                    listener(events)
                except Exception:  # noqa: BLE001 - a broken view must not stop the run
                    _log.exception("a listener of the control failed and hears no more")
                    self.listeners.remove(listener)
