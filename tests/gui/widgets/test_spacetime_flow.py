"""The matrix of flow by mouse and keyboard."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from studio.dynamics.pictures.colours import look, ramp
from studio.gui.theme import apply_theme
from studio.gui.widgets.spacetime import FlowView
from tests.gui.widgets.test_spacetime import LEFT, NONE, move

NAMES = ["planner", "critic", "<b>shell</b>"]
FLOW = numpy.array([[0.1, 0.8, 0.0], [0.25, 0.0, 1.0], [numpy.nan] * 3])


@pytest.fixture
def view(qtbot: Any) -> FlowView:
    made = FlowView()
    qtbot.addWidget(made)
    made.resize(420, 380)
    made.set_flow(NAMES, FLOW)
    made.show()
    qtbot.waitExposed(made)
    return made


def at(view: FlowView, row: int, column: int) -> QPoint:
    return view.box(row, column).center().toPoint()


def test_cells_are_as_strong_as_what_flows(view: FlowView) -> None:
    apply_theme("dark")
    image = view.grab().toImage()
    corner = view.box(0, 1).topLeft().toPoint() + QPoint(3, 3)

    found = QColor(image.pixel(corner))

    assert [found.red(), found.green(), found.blue()] == ramp("novelty", look("dark"))[204].tolist()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_who_said_nothing_first_is_hatched_and_the_key_says_so(view: FlowView, theme: str) -> None:
    apply_theme(theme)

    def colours(row: int) -> set[int]:
        box = view.box(row, 1).toRect().adjusted(4, 4, -4, -4)
        image = view.grab(box).toImage()
        return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}

    assert len(colours(2)) > 1, "unlike what surrounds it"
    view.set_flow(NAMES, numpy.where(numpy.isnan(FLOW), 0.0, FLOW))
    assert len(colours(2)) == 1

    def key(wide: int) -> QImage:
        view.resize(wide, 380)
        return view.grab(QRect(0, 0, wide, 22)).toImage()

    def inked(image: QImage) -> int:
        return sum(image.pixel(x, y) != image.pixel(0, 0) for x in range(image.width()) for y in range(image.height()))

    known = {wide: inked(key(wide)) for wide in (200, 420, 900)}
    view.set_flow(NAMES, FLOW)
    hatched = {wide: inked(key(wide)) for wide in (200, 420, 900)}
    assert known[200] < known[420] == known[900], "the ramp stands there from some width on"
    assert hatched[420] == known[420], "what does not fit is left out whole"
    assert hatched[900] > known[900]


def test_pointing_and_clicking_tell_the_pair(view: FlowView) -> None:
    heard: list[tuple[str, int, int]] = []
    view.hovered.connect(lambda row, column: heard.append(("at", row, column)))
    view.chosen.connect(lambda row, column: heard.append(("chosen", row, column)))

    move(view, at(view, 0, 1))
    QTest.mouseClick(view, LEFT, NONE, at(view, 0, 1))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Space):
        QTest.keyClick(view, key)

    assert heard == [("at", 0, 1), ("chosen", 0, 1), ("at", 1, 1), ("at", 1, 2), ("chosen", 1, 2)]
    assert view.accessibleDescription() == "100% of what critic said first <b>shell</b> took up"


def test_a_tool_tip_says_who_takes_up_how_much(view: FlowView) -> None:
    def tip_at(point: QPoint) -> str:
        QToolTip.hideText()
        QApplication.sendEvent(view, QHelpEvent(QEvent.Type.ToolTip, point, view.mapToGlobal(point)))
        return QToolTip.text()

    assert tip_at(at(view, 0, 1)) == "80% of what planner said first critic took up"
    assert tip_at(at(view, 0, 0)) == "10% of what planner said first it said again"
    assert "&lt;b&gt;shell&lt;/b&gt; said nothing first" in tip_at(at(view, 2, 0))


def test_nothing_and_very_many_are_drawn_and_other_shapes_refused(view: FlowView) -> None:
    for many in (0, 1, 300):
        view.set_flow([f"m{number}" for number in range(many)], numpy.zeros((many, many)))
        view.grab()
    with pytest.raises(ValueError, match="2 names"):
        view.set_flow(["a", "b"], FLOW)
