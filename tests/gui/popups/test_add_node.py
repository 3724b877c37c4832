"""Adding by typing: where the mouse is, and at the end of a wire that was dropped over nothing."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.gui.popups.picker import Picker
from tests.gui.canvas.graphs import CHAIN, LOOP
from tests.gui.desk import Desk
from tests.gui.support import assert_view_equals_document, double_click, drag, edges_of, empty_place, port_of


def picker(desk: Desk) -> Picker:
    found = desk.popups.adding.picker
    assert found.isVisible()
    assert found.field.hasFocus()
    return found


def shown(desk: Desk) -> list[str]:
    return [row.title for row in desk.popups.adding.picker.model.rows]


def test_tab_offers_node_types_and_enter_adds_one(desk: Desk) -> None:
    canvas = desk.open(CHAIN)

    desk.press(Qt.Key.Key_Tab)
    picker(desk)
    desk.type("templ")
    assert shown(desk)[0] == "Template"
    desk.press(Qt.Key.Key_Return)

    assert not desk.popups.adding.picker.isVisible()
    assert desk.labels == ["Add Template"]
    assert canvas.selected() == ["template"]
    assert canvas.view.hasFocus()
    desk.check()


def test_a_double_click_on_nothing_adds_just_there(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    at = empty_place(canvas)
    place = canvas.view.scene_at(QPointF(at))

    double_click(canvas, at)
    picker(desk)
    desk.type("stop")
    desk.press(Qt.Key.Key_Return)

    x, y = desk.graph.layout["stop"]
    assert abs(x - place.x()) <= 10
    assert y >= place.y() - 10
    desk.check()


def test_a_wire_dropped_over_nothing_offers_what_fits_and_wires_it(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    at = empty_place(canvas)

    drag(canvas, port_of(canvas, "critic.label", "out"), at)
    found = picker(desk)

    assert shown(desk)[0] == "Switch"
    assert found.head.text() == "critic.label → Switch · value"
    desk.press(Qt.Key.Key_Return)
    assert desk.labels == ["Add Switch"], "node and wire are one entry"
    assert edges_of(canvas)[-1] == "critic.label -> switch.value"
    assert desk.graph.nodes["switch"].params["cases"] == ["good", "bad"]
    desk.check()
    desk.document.undo()
    assert "switch" not in desk.graph.nodes
    assert len(edges_of(canvas)) == 2


def test_the_line_above_the_list_follows_the_choice(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    drag(canvas, port_of(canvas, "critic.label", "out"), empty_place(canvas))
    found = picker(desk)
    before = found.head.text()

    desk.press(Qt.Key.Key_Down)

    assert found.head.text() != before
    assert found.head.text().startswith("critic.label → ")
    row = found.current()
    assert row is not None
    assert row.title in found.head.text()


def test_a_wire_pulled_out_of_an_input_offers_what_gives(desk: Desk) -> None:
    canvas = desk.open(CHAIN)

    drag(canvas, port_of(canvas, "writer.fault", "in"), empty_place(canvas))
    found = picker(desk)
    assert found.head.text().endswith("→ writer.fault")
    desk.type("input")
    desk.press(Qt.Key.Key_Return)

    assert edges_of(canvas)[-1].endswith("-> writer.fault")
    assert canvas.selected()[0] in desk.graph.nodes
    desk.check()


def test_escape_adds_nothing_and_gives_the_focus_back(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    drag(canvas, port_of(canvas, "critic.label", "out"), empty_place(canvas))
    picker(desk)

    desk.press(Qt.Key.Key_Escape)

    assert not desk.popups.adding.picker.isVisible()
    assert canvas.view.hasFocus()
    assert not desk.labels
    assert_view_equals_document(canvas)


def test_a_click_elsewhere_leaves(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.press(Qt.Key.Key_Tab)
    found = picker(desk)

    QTest.mouseClick(canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))

    assert not found.isVisible()
    assert not desk.labels


def test_a_click_on_a_row_takes_it(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.press(Qt.Key.Key_Tab)
    found = picker(desk)
    desk.type("switch")
    index = found.model.index(0, 0)

    QTest.mouseClick(found.list.viewport(), Qt.MouseButton.LeftButton, pos=found.list.visualRect(index).center())

    assert desk.labels == ["Add Switch"]


@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_the_list_stays_inside_the_window(desk: Desk, corner: tuple[int, int]) -> None:
    canvas = desk.open(CHAIN)
    room = canvas.view.viewport().rect()
    point = QPoint(corner[0] * room.width(), corner[1] * room.height())

    desk.popups.place_requested(canvas, QPointF(0, 0), canvas.view.viewport().mapToGlobal(point))

    assert desk.window.rect().contains(picker(desk).geometry())
    desk.window.resize(700, 480)
    QApplication.processEvents()
    assert desk.window.rect().contains(desk.popups.adding.picker.geometry())


def test_arrows_go_round_and_page_keys_do_not(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.press(Qt.Key.Key_Tab)
    found = picker(desk)
    count = len(found.model.rows)

    desk.press(Qt.Key.Key_Up)
    assert found.list.currentIndex().row() == count - 1
    desk.press(Qt.Key.Key_Down)
    assert found.list.currentIndex().row() == 0
    desk.press(Qt.Key.Key_PageUp)
    assert found.list.currentIndex().row() == 0
    desk.press(Qt.Key.Key_PageDown)
    assert found.list.currentIndex().row() == 10


def test_keys_typed_into_the_list_are_no_shortcuts(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer")
    desk.press(Qt.Key.Key_Tab)
    picker(desk)

    desk.type("mflc")
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Home):
        desk.press(key)
    desk.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    assert not desk.labels
    assert "writer" in desk.graph.nodes
    assert not desk.graph.nodes["writer"].knockout


def test_what_was_added_last_is_offered_first(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.press(Qt.Key.Key_Tab)
    assert shown(desk)[0] == "Input"
    desk.type("delay")
    desk.press(Qt.Key.Key_Return)

    desk.press(Qt.Key.Key_Tab)

    assert shown(desk)[0] == "Delay"


def test_nothing_that_fits_is_said_and_enter_does_nothing(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.press(Qt.Key.Key_Tab)
    found = picker(desk)
    desk.type("qqqqzz")

    assert not shown(desk)
    assert "qqqqzz" in found.empty.text()
    desk.press(Qt.Key.Key_Return)
    assert found.isVisible()
    assert not desk.labels


def test_whoever_looks_for_a_loop_is_told_how_one_is_drawn(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.press(Qt.Key.Key_Tab)
    desk.type("while iterate repeat xyz")

    assert "next tick" in desk.popups.adding.picker.empty.text()


def test_a_store_node_brings_the_store_it_needs_in_one_entry(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.press(Qt.Key.Key_Tab)
    desk.type("queue pop")
    desk.press(Qt.Key.Key_Return)

    assert len(desk.labels) == 1
    assert desk.graph.nodes["pop"].params["store"] in desk.graph.stores
    desk.check()
    desk.document.undo()
    assert not desk.graph.stores


def test_adding_while_a_wire_is_being_drawn_ends_the_drawing(desk: Desk) -> None:
    from tests.gui.support import move, press

    canvas = desk.open(LOOP)
    press(canvas, port_of(canvas, "critic.label", "out"))
    move(canvas, empty_place(canvas))
    assert canvas.view.gesture is not None

    desk.popups.dropped(canvas, "flow.stop", (0.0, 400.0))

    assert canvas.view.gesture is None
    assert "stop" in desk.graph.nodes
    assert_view_equals_document(canvas)


def test_the_place_of_the_mouse_counts_only_over_the_canvas(desk: Desk, monkeypatch: Any) -> None:
    from studio.gui.edits.on_canvas import mouse_place

    canvas = desk.open(CHAIN)
    port = canvas.view.viewport()
    monkeypatch.setattr(QCursor, "pos", staticmethod(lambda: port.mapToGlobal(QPoint(100, 50))))
    inside = mouse_place(canvas)
    assert inside is not None
    at = canvas.view.scene_at(QPointF(100, 50))
    assert inside == (at.x(), at.y())

    monkeypatch.setattr(QCursor, "pos", staticmethod(lambda: port.mapToGlobal(QPoint(-5, 50))))
    assert mouse_place(canvas) is None
