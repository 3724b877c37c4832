"""Faults of ours: told in a sentence, kept with their traceback in a file, and never the end of the window."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from studio.gui.base import guard
from studio.gui.base.log import file_handler, log_path
from studio.gui.workbench import Workbench
from studio.support.keys import scrub_error

_log = logging.getLogger("studio.gui.frame.faults")


class Faults(QObject):
    """Hears of every exception that nobody caught, in any thread, and of those kept from Qt."""

    _happened = Signal(str)

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self._handler = file_handler()
        self._before = sys.excepthook, threading.excepthook
        self._unhook: Callable[[], None] | None = None
        # Other threads must not touch widgets: the signal brings the sentence over.
        self._happened.connect(self._tell)

    def install(self) -> None:
        """Listen from now on."""
        if self._handler is not None:
            logging.getLogger("studio").addHandler(self._handler)
        sys.excepthook = self._uncaught
        threading.excepthook = self._in_thread
        self._unhook = guard.caught.connect(lambda where, fault: self._happened.emit(_sentence(fault)))

    def remove(self) -> None:
        """Listen no more."""
        sys.excepthook, threading.excepthook = self._before
        if self._unhook is not None:
            self._unhook()
        if self._handler is not None:
            logging.getLogger("studio").removeHandler(self._handler)
            self._handler.close()

    def _uncaught(self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, fault, trace)
            return
        _log.error("a fault that nobody caught", exc_info=(kind, fault, trace))
        self._happened.emit(_sentence(fault))

    def _in_thread(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is None or issubclass(told.exc_type, SystemExit):
            return
        name = told.thread.name if told.thread is not None else "a thread"
        _log.error("a fault in %s", name, exc_info=(told.exc_type, told.exc_value, told.exc_traceback))
        self._happened.emit(_sentence(told.exc_value))

    def _tell(self, sentence: str) -> None:
        where = f" The details are in {log_path()}." if self._handler is not None else ""
        self.workbench.say(sentence + where, "error")


def _sentence(fault: BaseException) -> str:
    words = scrub_error(" ".join(str(fault).split()))[:300]
    return f"A fault of Ganglia Studio, not of your graph: {type(fault).__name__}{f': {words}' if words else ''}."
