"""The inspector of a firing asks why one of its outputs is what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session, Source
from studio.support.resources import bundled_graphs
from tests.gui.few_panels import make_only
from tests.gui.windows import opened


@pytest.fixture
def window(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The window with the inspector; the other panels are empty."""
    make_only(monkeypatch, "inspector")
    yield from opened(qtbot)


def test_an_output_is_asked_for_by_a_button(window: MainWindow, qtbot: Any) -> None:
    example = next(path for path in bundled_graphs() if path.stem == "critic_loop").with_suffix(".run.db")
    session = window.workbench.part("replay").open(Source(example, "last"))
    assert isinstance(session, Session)
    session.seek_firing(next(one.id for one in session.trace.firings("last", "critic", "1")))

    def buttons() -> list[QToolButton]:
        found = window.panel("inspector").findChildren(QToolButton, "firing.output.why")
        return [one for one in found if one.isVisible()]

    qtbot.waitUntil(lambda: bool(buttons()))
    assert buttons()[0].accessibleName() == "Why label is what it is"
    QTest.mouseClick(buttons()[0], Qt.MouseButton.LeftButton)
    lights = window.workbench.part("causes")
    qtbot.waitUntil(lambda: session.lit is not None)

    subject = lights.of(session).asked.subject
    assert (subject.id, subject.port) == (session.here.id, "label")
    assert window.workbench.canvas is not None
    assert {"topic", "writer", "critic"} <= window.workbench.canvas.highlighted[0]
