"""`Machine`: does random things to a real window and looks after each whether all is as it must be.

Every choice comes from one seeded generator and from the document, never from a clock, so that a seed and a number of
steps say everything: `--seed N --until K` repeats it up to a step.
"""

from __future__ import annotations

import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QDockWidget, QGraphicsItem, QListView, QWidget

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.base import guard
from studio.gui.base.messages import _NOISE
from studio.gui.canvas import Canvas
from studio.gui.canvas.viewer import Viewer
from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session
from studio.gui.workbench import Workbench
from tests.gui.support import assert_view_equals_document

PATIENCE_S = 20.0

Step = Callable[["Machine"], str]
"""Does one thing and says what it did; "" if there was nothing to do."""


class Broken(AssertionError):
    """Something is not as it must be after a step; the message ends with how to repeat it."""


@dataclass
class Machine:
    """A window, a generator and what was done so far."""

    window: MainWindow
    seed: int
    steps: list[tuple[int, Step]]
    """What may be done, each with a weight."""
    say: Callable[[str], object] = lambda line: None
    log: list[str] = field(default_factory=list)
    held: Qt.MouseButton = Qt.MouseButton.NoButton
    """The button that is down."""
    folder: Path | None = None
    """Where steps put files of their own."""
    model: str = ""
    """A scripted model, for what has to be answered."""
    watchers: Sequence[Callable[[Machine], object]] = ()
    """Called after each step, to raise AssertionError if something is not as it must be."""

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.faults: list[str] = []

    @property
    def workbench(self) -> Workbench:
        """What the window stands on."""
        return self.window.workbench

    @property
    def canvas(self) -> Canvas | None:
        """The canvas that is shown."""
        return self.workbench.canvas

    @property
    def view(self) -> Viewer | None:
        """The view that the mouse acts on."""
        return self.canvas.view if self.canvas is not None else None

    def run(self, count: int | None = None, go_on: Callable[[], bool] = lambda: True) -> int:
        """Take steps until `count` are taken or `go_on` says no; return how many. Raises Broken."""
        taken = 0
        with self.watching():
            while (count is None or taken < count) and go_on():
                self.step()
                taken += 1
        self._let_go()
        return taken

    def _let_go(self) -> None:
        """Let a button go that is held at the end: for Qt's tests it would be held in the windows of others, too."""
        if self.held != Qt.MouseButton.NoButton:
            QTest.mouseRelease(self.view.viewport() if self.view else self.window, self.held)
            self.held = Qt.MouseButton.NoButton

    def step(self) -> None:
        """Do one thing and look at everything. Raises Broken."""
        number = len(self.log)
        weights = [weight for weight, _ in self.steps]
        act = self.random.choices([step for _, step in self.steps], weights)[0]
        self.log.append(act.__name__)
        try:
            done = act(self)
        except Exception as fault:
            self.log[number] = f"{act.__name__}: raised"
            raise self._broken("".join(traceback.format_exception(fault))) from fault
        self.log[number] = f"{act.__name__}: {done}" if done else act.__name__
        self.say(f"{number:6} {self.log[number]}")
        QApplication.processEvents()
        self._close_what_opened()
        self.look()

    def look(self) -> None:
        """Raise Broken unless nothing failed and every canvas shows its document."""
        if self.faults:
            raise self._broken("\n".join(self.faults))
        for canvas in self.window.pages.canvases():
            try:
                assert_view_equals_document(canvas)
            except Exception as fault:
                raise self._broken(f"{canvas.document.title} {canvas.at}: {traceback.format_exc()}") from fault
        for watcher in self.watchers:
            try:
                watcher(self)
            except Exception as fault:
                raise self._broken("".join(traceback.format_exception(fault))) from fault
        if self.faults:
            raise self._broken("\n".join(self.faults))

    def wait_for(self, done: Callable[[], bool], seconds: float = PATIENCE_S) -> bool:
        """Let the window live until something is so; return whether it is."""
        ends = time.monotonic() + seconds
        while not (found := done()) and time.monotonic() < ends:
            QTest.qWait(5)
        return found

    def _broken(self, what: str) -> Broken:
        first = max(0, len(self.log) - 12)
        last = "\n".join(f"{first + place:6} {line}" for place, line in enumerate(self.log[first:]))
        again = f"--seed {self.seed} --until {len(self.log)}"
        return Broken(f"{what}\nThe last steps:\n{last}\nRepeat it with {again}.")

    def _close_what_opened(self) -> None:
        """Menus and dialogs would take what follows; their own tests are elsewhere."""
        for _ in range(5):
            popup = QApplication.activePopupWidget()
            if popup is None:
                break
            popup.close()
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Collect in `faults` what would otherwise be printed or swallowed: exceptions of slots and overrides, and
        what Qt complains about."""
        faults = self.faults

        def excepthook(kind: type[BaseException], value: BaseException, trace: Any) -> None:
            faults.append("".join(traceback.format_exception(kind, value, trace)))

        def message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
            if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not any(noise in text for noise in _NOISE):
                faults.append(f"Qt says: {text}")

        def caught(where: str, fault: Exception) -> None:
            faults.append(f"in {where}: " + "".join(traceback.format_exception(fault)))

        unhook = guard.caught.connect(caught)
        hook, sys.excepthook = sys.excepthook, excepthook
        before = qInstallMessageHandler(message)
        try:
            yield
        finally:
            qInstallMessageHandler(before)
            sys.excepthook = hook
            unhook()


def census() -> dict[str, int]:
    """Return what there is of things that must not pile up: widgets, items of scenes, documents, graphs, threads.

    The inspector keeps a bounded number of pages; which of them there are is chance, so they, and the lists that
    complete in their fields, do not count. Nor do the strips that stand for the titles of panels that share a place.
    """
    settle()
    widgets = sum(not _is_inspector(one) and not _is_strip(one) for one in QApplication.allWidgets())
    found = {"widgets": widgets, "threads": threading.active_count()}
    kinds: dict[str, type[Any]] = {
        "items": QGraphicsItem, "canvases": Canvas, "documents": Document, "graphs": Graph, "sessions": Session,
    }  # fmt: skip
    found.update(dict.fromkeys(kinds, 0))
    for one in gc.get_objects():
        for name, kind in kinds.items():
            if isinstance(one, kind):
                found[name] += 1
    return found


def _is_inspector(widget: QWidget | None) -> bool:
    while widget is not None:
        if widget.objectName() == "inspector" or (widget.isWindow() and isinstance(widget, QListView)):
            return True
        widget = widget.parentWidget()
    return False


def _is_strip(widget: QWidget) -> bool:
    dock = widget.parentWidget()
    return isinstance(dock, QDockWidget) and dock.titleBarWidget() is widget


def settle() -> None:
    """Let everything that waits happen, deletions included."""
    for _ in range(5):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


def close_all(window: QWidget, workbench: Workbench) -> None:
    """Close every document without asking, and wait until the run that was going on has ended."""
    settle()
    for document in list(workbench.documents):
        workbench.remove(document)
    live = workbench.part("live")
    ends = time.monotonic() + PATIENCE_S
    while live.active is not None and time.monotonic() < ends:
        QTest.qWait(10)
    QTest.qWait(100)  # timers that ring once more
    settle()


def rss_mb() -> float:
    """Return the memory that the process holds, in megabytes (Linux; elsewhere 0)."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel
            return int(file.read().split()[1]) * 4096 / 1e6
    except OSError:
        return 0.0
