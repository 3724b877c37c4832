"""Recorded runs as a person has them open in a window, and keys pressed there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest

from studio.gui.canvas import Canvas
from studio.gui.frame.window import MainWindow
from studio.gui.replay.service import Replays
from studio.gui.replay.session import Session, Source

NONE = Qt.KeyboardModifier.NoModifier


def replays(window: MainWindow) -> Replays:
    """Return the service."""
    part = window.workbench.part("replay")
    assert isinstance(part, Replays)
    return part


def opened(window: MainWindow, db: Path, **more: Any) -> Session:
    """Open a run in a window and give its canvas the focus."""
    session = replays(window).open(Source(db, "last"), **more)
    assert session is not None
    settle(window)
    return session


def settle(window: MainWindow) -> Canvas:
    """Let everything be shown that is still to be, and return the canvas in front, which has the focus."""
    canvas = window.workbench.canvas
    assert canvas is not None
    for _ in range(6):
        QCoreApplication.processEvents()
    canvas.states.show()
    canvas.setFocus()
    QCoreApplication.processEvents()
    return canvas


def press(window: MainWindow, key: Qt.Key, mods: Qt.KeyboardModifier = NONE) -> Canvas:
    """Press a key on the canvas in front."""
    canvas = window.workbench.canvas
    assert canvas is not None
    QTest.keyClick(canvas.view, key, mods)
    return settle(window)


def look_at_all(subtests: pytest.Subtests, looks: Iterable[Callable[..., None]], *given: Any) -> None:
    """Call checks of one open run one after the other; each that fails is told by its name."""
    for look in looks:
        with subtests.test(look.__name__.replace("_", " ")):
            look(*given)
