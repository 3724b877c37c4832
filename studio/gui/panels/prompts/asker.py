"""Asks a trace file on a thread of its own; a newer question under a key ends the one before it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from studio.gui.base.polling import keep_going
from studio.gui.live.watching.lookup import Lookup
from studio.trace.prompt_list import Stopped

if TYPE_CHECKING:
    from studio.trace import Trace

LOOK_MS: Final = 25
"""How often answers are taken while some are awaited, in milliseconds."""

Stop = Callable[[], bool]
Question = Callable[["Trace", Stop], Any]


class Asker(QObject):
    """Questions to one file at a time. `answered(key, answer)` tells what came; an answer may be a StudioError."""

    answered = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lookup: Lookup | None = None
        self._current: dict[Any, threading.Event] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._take)

    @property
    def file(self) -> Path | None:
        """The file that is asked."""
        return None if self._lookup is None else self._lookup.db

    def set_file(self, file: Path) -> bool:
        """Ask another file from now on, and end what is asked of the one before. Returns whether it is another."""
        if self.file == file:
            return False
        self.shutdown()
        self._lookup = Lookup(file)
        return True

    def ask(self, key: Any, question: Question) -> None:
        """Have a question answered in place of the one under the same key; returns at once."""
        assert self._lookup is not None, "a file is set first"
        self.drop(key)
        stop = self._current[key] = threading.Event()

        def asked(trace: Trace) -> Any:
            try:
                return None if stop.is_set() else question(trace, stop.is_set)
            except Stopped:
                return None

        # The sign is part of the key: an older question may still be refused, as its file cannot be opened, say.
        self._lookup.ask((key, stop), asked)
        keep_going(self._timer)

    def drop(self, key: Any) -> None:
        """End what is asked under a key; nothing will be told of it."""
        before = self._current.pop(key, None)
        if before is not None:
            before.set()

    def is_asked(self, key: Any) -> bool:
        """True while a question under a key waits for its answer."""
        return key in self._current

    def shutdown(self) -> None:
        """End all questions and the thread."""
        for key in list(self._current):
            self.drop(key)
        self._timer.stop()
        lookup, self._lookup = self._lookup, None
        if lookup is not None:
            lookup.stop()

    def _take(self) -> None:
        lookup = self._lookup
        while lookup is not None and lookup.answers:
            (key, stop), answer = lookup.answers.popleft()
            if self._current.get(key) is stop:
                del self._current[key]
                self.answered.emit(key, answer)
            lookup = self._lookup  # whoever was told may have turned to another file
        if not self._current:
            self._timer.stop()
