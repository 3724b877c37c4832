"""A timer that is asked for more often than it rings rings all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest

from studio.gui.base.polling import keep_going


def rings(qtbot: Any, ask: Callable[[QTimer], None]) -> int:
    """How often a timer of 60 ms rings while it is asked for every few milliseconds, for much longer."""
    timer = QTimer()
    timer.setInterval(60)
    heard: list[int] = []
    timer.timeout.connect(lambda: heard.append(1))
    for _ in range(60):
        ask(timer)
        QTest.qWait(5)
        if heard:
            break
    timer.stop()
    return len(heard)


def test_it_rings_however_often_it_is_asked_for(qtbot: Any) -> None:
    assert rings(qtbot, keep_going) == 1


def test_started_anew_each_time_it_would_be_put_off(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control; the clock is the machine's, so the wait between two asks is none here."""
    timer = QTimer()
    timer.setInterval(1000)
    timer.start()
    QTest.qWait(30)
    left = timer.remainingTime()
    keep_going(timer)
    assert timer.remainingTime() <= left
    timer.start()
    assert timer.remainingTime() > left
