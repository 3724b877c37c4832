"""Work that takes longer than a person waits, done on a thread; what comes of it is told in the window's thread.

For work of a service whose pieces must not overlap, and whose end the window waits for a little: files that are
checked, copied and written. It has two neighbours: `studio.gui.base.beside` for one piece of work that stands alone,
and `studio.gui.live.watching.lookup` for questions to a trace file.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer

from studio.gui.base.polling import keep_going
from studio.support.errors import StudioError

LOOK_MS: Final = 30
"""How often is looked whether an errand is done, in milliseconds."""

LEAVE_S: Final = 3.0
"""How long the end of the window waits for one; its thread then ends with the process."""

_log = logging.getLogger(__name__)


class Errands(QObject):
    """Runs calls one after the other on a thread that is there while there is something to do."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._waiting: deque[tuple[Callable[[], Any], Callable[[Any], object]]] = deque()
        self._done: deque[tuple[Callable[[Any], object], Any]] = deque()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._open = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def is_busy(self) -> bool:
        """True until everything that was asked is done and told."""
        return self._open > 0

    def run(self, call: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Call on the thread, and tell `then` in this one what it returned, or the StudioError that it raised."""
        with self._guard:
            self._open += 1
            self._waiting.append((call, then))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()
        keep_going(self._timer)

    def shutdown(self) -> None:
        """Tell nothing any more; what has not begun is dropped."""
        self._timer.stop()
        with self._guard:
            self._waiting.clear()
            thread = self._thread
        if thread is not None:
            thread.join(LEAVE_S)

    def _work(self) -> None:
        while True:
            with self._guard:
                if not self._waiting:
                    self._thread = None
                    return
                call, then = self._waiting.popleft()
            came: Any
            try:
                came = call()
            except StudioError as refused:
                came = refused
            except Exception as fault:  # noqa: BLE001 - told to the person, and the thread lives for the next
                _log.exception("an errand failed")
                came = StudioError(f"Something went wrong: {type(fault).__name__}: {fault}.")
            self._done.append((then, came))

    def _look(self) -> None:
        while self._done:
            then, came = self._done.popleft()
            self._open -= 1
            then(came)
        if not self._open:
            self._timer.stop()
