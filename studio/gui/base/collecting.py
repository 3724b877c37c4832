"""When Python looks for garbage while a window is open: in the window's thread only, between events, in small pieces.

By itself Python collects in whichever thread allocates. In a run's thread that could end Qt objects, which only their
own thread may; in the middle of a drag a full collection stops a large graph for a tenth of a second.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

LOOK_MS: Final = 100
YOUNG: Final = 2_000
"""New objects after which the youngest are looked through."""
ROUNDS: Final = 10
"""Collections of one generation after which the next older one is looked through."""
AT_MOST: Final = 100
"""Rounds after which the oldest are looked through, whatever the person is doing."""

MANY: Final = 20_000
"""New objects that tell that something large was just opened: they stay, and it is to be painted first."""
HELD: Final = 5
"""Looks that are left out for them at most."""

_open: set[object] = set()
"""A mark for each collector that works."""


class Collector(QObject):
    """Collects garbage until it is stopped or ended; with the last one, Python collects by itself again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mark = mark = object()
        _open.add(mark)
        self._held = 0
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_MS)
        self.destroyed.connect(lambda *_: _leave(mark))  # a window may go without having been closed

    def look(self) -> None:
        """Collect what is due."""
        young, middle, old = gc.get_count()
        if young >= MANY and self._held < HELD:
            self._held += 1
            return
        self._held = 0
        busy = bool(QApplication.mouseButtons())
        if old >= AT_MOST or (old >= ROUNDS and not busy):
            gc.collect()
        elif middle >= ROUNDS:
            gc.collect(1)
        elif young >= YOUNG:
            gc.collect(0)

    @staticmethod
    def spare() -> None:
        """Look no more through what there is now: modules and the window itself, which stay to the end."""
        gc.freeze()

    def stop(self) -> None:
        """Let Python collect by itself again, unless another window is open."""
        self._timer.stop()
        _leave(self._mark)


def _leave(mark: object) -> None:
    if mark in _open:
        _open.remove(mark)
        if not _open:
            gc.enable()
