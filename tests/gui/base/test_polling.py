"""A timer that is asked for more often than it rings rings all the same."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest

from studio.gui.base.polling import keep_going


class Counted(QTimer):
    """A timer that counts how often it is started: each start puts off when it rings."""

    def __init__(self) -> None:
        super().__init__()
        self.starts = 0

    def start(self, *interval: Any) -> None:
        self.starts += 1
        super().start(*interval)


def test_it_rings_however_often_it_is_asked_for(qtbot: Any) -> None:
    timer = QTimer()
    timer.setInterval(60)
    heard: list[int] = []
    timer.timeout.connect(lambda: heard.append(1))
    for _ in range(60):
        keep_going(timer)
        QTest.qWait(5)
        if heard:
            break
    timer.stop()

    assert heard == [1]


def test_one_that_runs_is_not_started_anew(qtbot: Any) -> None:
    timer = Counted()
    timer.setInterval(60_000)
    for _ in range(3):
        keep_going(timer)
    assert timer.starts == 1


def test_one_that_stopped_is_started_again(qtbot: Any) -> None:
    """The control: starts are counted, and asked for where they are due."""
    timer = Counted()
    timer.setInterval(60_000)
    for _ in range(3):
        keep_going(timer)
        timer.stop()
    assert timer.starts == 3
