"""A wire in the inspector: its other end, its order, and whether it is feedback."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui.panels.inspector.wire_page import WirePage
from studio.gui.widgets.areas import AreaEditor
from studio.gui.widgets.choices import SwitchEditor
from studio.gui.widgets.rows import Rows
from tests.gui.panels.inspector.conftest import Desk
from tests.gui.panels.inspector.editors import edge, select_wire
from tests.gui.support import type_into


def _move(widget: QWidget, to: QPoint) -> None:
    """Send a move with the button held, which `QTest.mouseMove` does not hold."""
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(to), QPointF(widget.mapToGlobal(to)), left, left, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def test_a_click_on_a_wire_goes_to_its_other_end_and_wires_are_put_in_order(loop: Desk) -> None:
    loop.workbench.shown.connect(lambda tab: None)
    loop.select("either")
    rows = loop.find(Rows, "inspector.order.value")
    grips = list(rows.findChildren(QWidget, "grip"))
    assert [row.edge.source for row in rows.contents()] == ["writer", "topic"]

    start = grips[1].rect().center()
    QTest.mousePress(grips[1], Qt.MouseButton.LeftButton, pos=start)
    for y in (-6, -16, -30):
        QTest.mouseMove(grips[1], start + QPoint(0, y))
        _move(grips[1], start + QPoint(0, y))
    QTest.mouseRelease(grips[1], Qt.MouseButton.LeftButton, pos=start)
    loop.settle()

    into = [str(one) for one in loop.document.graph.edges if one.target == "either"]
    assert into == ["topic.value -> either.value", "writer.text -> either.value"]
    loop.click("inspector.wire.topic.value")
    assert loop.canvas.selected() == ["topic"]


def test_a_wire_is_made_feedback_with_a_first_value_and_back(loop: Desk) -> None:
    select_wire(loop, "topic.value -> writer.topic")
    loop.settle()
    page = loop.inspector.page
    assert isinstance(page, WirePage)

    feedback = page.feedback
    assert isinstance(feedback, SwitchEditor)
    QTest.keyClick(feedback.box, Qt.Key.Key_Space)
    loop.settle()
    assert edge(loop, "topic.value ~> writer.topic")
    first = page.first.box
    QTest.keyClick(first, Qt.Key.Key_Down)
    loop.settle()
    text = page.initial.editors["text"]
    assert isinstance(text, AreaEditor)
    type_into(text.field, "sand")
    assert edge(loop, "topic.value ~> writer.topic").initial == "sand"
    QTest.keyClick(first, Qt.Key.Key_Down)
    loop.settle()
    wire = edge(loop, "topic.value ~> writer.topic")
    assert wire.initial_from
    assert not wire.has_initial
    QTest.keyClick(page.hold.box, Qt.Key.Key_Space)
    assert edge(loop, "topic.value ~> writer.topic").hold
    QTest.keyClick(feedback.box, Qt.Key.Key_Space)
    loop.settle()
    assert loop.inspector.page is page
    wire = edge(loop, "topic.value -> writer.topic")
    assert not (wire.hold)
    assert not (wire.initial_from)
    assert not (wire.has_initial)
    loop.click("inspector.wire.cut")
    assert all(str(one) != "topic.value -> writer.topic" for one in loop.document.graph.edges)


def test_a_wire_that_would_close_a_cycle_stays_feedback_and_says_why(loop: Desk) -> None:
    select_wire(loop, "critic.label ~> writer.fault")
    loop.settle()
    page = loop.inspector.page
    assert isinstance(page, WirePage)

    QTest.keyClick(page.feedback.box, Qt.Key.Key_Space)
    loop.settle()

    assert edge(loop, "critic.label ~> writer.fault")
    assert page.told.text()
    assert page.feedback.box.isChecked()
