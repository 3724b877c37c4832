"""Wires by keyboard alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor

from tests.gui.canvas.graphs import CHAIN
from tests.gui.desk import Desk
from tests.gui.support import edges_of


def test_w_offers_wires_and_enter_draws_one(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("critic")

    desk.press(Qt.Key.Key_W)
    picker = desk.popups.wiring.picker
    assert picker.isVisible()
    desk.type("label res")
    assert picker.model.rows[0].title == "label → result.value"
    desk.press(Qt.Key.Key_Return)

    assert not picker.isVisible()
    assert "critic.label -> result.value" in edges_of(desk.canvas)
    assert desk.labels == ["Connect critic to result"]
    assert desk.canvas.selected() == ["critic"]
    desk.check()


def test_what_closes_a_cycle_is_offered_for_the_next_tick(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer")

    desk.press(Qt.Key.Key_W)
    desk.type("fault critic.label")
    row = desk.popups.wiring.picker.current()
    assert row is not None
    assert row.detail == "text, next tick"
    desk.press(Qt.Key.Key_Return)

    assert "critic.label ~> writer.fault" in edges_of(desk.canvas)


def test_a_node_added_by_keyboard_stands_right_of_the_selected_one(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("critic")
    QCursor.setPos(desk.window.mapToGlobal(desk.window.rect().bottomRight()))

    desk.press(Qt.Key.Key_Tab)
    desk.type("output")
    desk.press(Qt.Key.Key_Return)

    new, old = canvas.projection.cards["output"], canvas.projection.cards["critic"]
    assert new.pos().x() >= old.body_rect().right() + 40
    assert abs(new.pos().y() - old.pos().y()) <= 40
