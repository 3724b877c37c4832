"""Looks things up in the trace on a thread of its own, so that a slow disk never holds up the window.

For questions to one trace file: it is opened once, on that thread; a newer question takes the place of the one that
waits under its key; `stop` breaks off what is being read. Knows no Qt: whoever asks takes the answers, by a timer.
About a run that is open in the window, ask through the service `replay` (`look_up`), not with one more thread. What
ends the question before it is asked by `studio.gui.panels.prompts.asker`, over this. What asks no trace goes to
`studio.gui.base.beside` or `studio.gui.base.errands`.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.support.errors import StudioError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Firing

_log = logging.getLogger(__name__)

LEAVE_S = 3.0
"""How long closing waits for a slow disk, in seconds; the thread then ends with the process."""

AGAIN_S = 0.02
"""How often what is being read is interrupted until the thread has ended, in seconds."""

Question = Callable[["Trace"], Any]


class Lookup:
    """Answers questions to one trace file. `answers` collects `(key, answer)`; an answer may be a StudioError.

    The thread starts with the first question. A question that is still waiting under the same key is replaced.
    `foreign` reads a private copy, as `Trace` does.
    """

    def __init__(self, db: Path, *, foreign: bool = False) -> None:
        self.db = db
        self.foreign = foreign
        self.answers: deque[tuple[Any, Any]] = deque()
        self._waiting: dict[Any, Question] = {}
        self._keys: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._trace: Trace | None = None
        self._ends = threading.Event()

    @property
    def is_busy(self) -> bool:
        """True while a question waits for its answer."""
        return bool(self._waiting)

    def ask(self, key: Any, question: Question) -> None:
        """Have a question answered; returns at once. After `stop` nothing is answered."""
        if self._ends.is_set():
            return
        with self._guard:
            is_new = key not in self._waiting
            self._waiting[key] = question
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="trace lookup", daemon=True)
                self._thread.start()
        if is_new:
            self._keys.put(key)

    def stop(self) -> None:
        """End the thread: what is being looked up is given up, what waits is not begun."""
        self._ends.set()
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._keys.put(_END)
        until = time.monotonic() + LEAVE_S
        while thread.is_alive() and time.monotonic() < until:
            with self._guard:
                if self._trace is not None:
                    self._trace.interrupt()
            thread.join(AGAIN_S)
        self._waiting.clear()

    def _work(self) -> None:
        from studio.trace import Trace

        try:
            while (key := self._keys.get()) is not _END and not self._ends.is_set():
                with self._guard:
                    question = self._waiting[key]
                answer: Any
                try:
                    self._trace = self._trace or Trace(self.db, foreign=self.foreign)
                    answer = question(self._trace)
                except StudioError as refused:
                    answer = refused
                except Exception as fault:  # noqa: BLE001 - the thread must live for the next question
                    if self._ends.is_set():
                        break  # it was interrupted
                    _log.exception("a look into the trace failed")
                    answer = StudioError(f"The trace could not be read: {fault}.")
                self.answers.append((key, answer))
                with self._guard:
                    if self._waiting.get(key) is question:
                        del self._waiting[key]
                    else:
                        self._keys.put(key)
        finally:
            with self._guard:
                trace, self._trace = self._trace, None
            if trace is not None:
                trace.close()


_END = object()


def whole_value(run: str, firing: int, port: str) -> Question:
    """Ask for all of an output."""

    def find(trace: Trace) -> Json:
        return trace.outputs(trace.firing(run, firing)).get(port)

    return find


def firings_at(run: str, region: str, names: tuple[str, ...], tick: str) -> Question:
    """Ask for the firings of some nodes of a region at one tick (sortable), as the window keeps them."""
    from studio.gui.live.watching.values import WHOLE_BYTES, Shot
    from studio.support.ticks import tick_path
    from studio.support.values import encode
    from studio.trace.log import ORIGIN_NAMES, STATUS_NAMES

    def kept(trace: Trace, firing: Firing, name: str) -> Shot:
        outputs = {port: encode(value) for port, value in trace.outputs(firing).items()}
        status, origin = STATUS_NAMES.index(firing.status), ORIGIN_NAMES.index(firing.origin)
        took = int((firing.duration_ms or 0.0) * 1e6)
        shot = Shot(
            firing.id, region, name, tick, status, firing.reason, origin, took, firing.attempt, outputs, firing.absent
        )
        shot.shed(WHOLE_BYTES)
        return shot

    def find(trace: Trace) -> list[Shot]:
        return [
            kept(trace, firing, name)
            for name in names
            for firing in trace.firings(run, region + name, tick_path(tick))
            if firing.status in STATUS_NAMES
        ]

    return find
