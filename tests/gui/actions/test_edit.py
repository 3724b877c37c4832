"""Deleting, selecting, renaming, titles, undo: by key, as people do it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.gui.canvas.graphs import BODIES, CHAIN, LOOP, NOTED
from tests.gui.desk import Desk
from tests.gui.support import Mod, assert_view_equals_document, click, edges_of, on_wire

CTRL, SHIFT = Mod.ControlModifier, Mod.ShiftModifier


def test_delete_takes_nodes_with_their_wires(desk: Desk) -> None:
    canvas = desk.open(LOOP)
    desk.choose("critic", "result")

    desk.press(Qt.Key.Key_Delete)

    assert list(desk.graph.nodes) == ["topic", "writer"]
    assert edges_of(canvas) == ["topic.value -> writer.topic"]
    assert desk.labels == ["Delete 2 nodes"]
    desk.check()


def test_delete_cuts_a_selected_wire(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    click(canvas, on_wire(canvas, "writer.text -> critic.draft"))

    desk.press(Qt.Key.Key_Backspace)

    assert edges_of(canvas) == ["topic.value -> writer.topic"]
    assert list(desk.graph.nodes) == ["topic", "writer", "critic", "result"]
    desk.check()


def test_select_all_none_and_inverted(desk: Desk) -> None:
    canvas = desk.open(NOTED)

    desk.press(Qt.Key.Key_A, CTRL)
    assert canvas.selected() == ["a", "b", "c"]
    assert canvas.selected_comments() == [0]
    desk.press(Qt.Key.Key_A, CTRL | SHIFT)
    assert not canvas.selected_items()
    desk.choose("b")
    desk.press(Qt.Key.Key_I, CTRL)
    assert canvas.selected() == ["a", "c"]
    assert not desk.labels


def test_f2_renames_and_wires_follow(desk: Desk) -> None:
    canvas = desk.open(LOOP)
    desk.choose("writer")

    desk.press(Qt.Key.Key_F2)
    field = desk.popups.naming.field
    assert field.hasFocus()
    assert field.selectedText() == "writer"
    desk.type("author")
    desk.press(Qt.Key.Key_Return)

    assert canvas.selected() == ["author"]
    assert edges_of(canvas)[0] == "topic.value -> author.topic"
    assert desk.labels == ["Rename writer to author"]
    assert canvas.view.hasFocus()
    desk.check()


def test_a_name_that_will_not_do_is_told_while_typing(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer")
    desk.press(Qt.Key.Key_F2)
    naming = desk.popups.naming
    desk.type("critic")
    assert "already" in naming.said.text()
    desk.press(Qt.Key.Key_Return)
    assert naming.isVisible(), "nothing is taken that cannot be"

    naming.field.selectAll()
    desk.type("9 lives")
    assert "starts with no digit" in naming.said.text()
    assert naming.property("wrong") == "true"
    naming.field.selectAll()
    desk.type("author")
    assert naming.property("wrong") == "false"
    desk.press(Qt.Key.Key_Escape)

    assert not naming.isVisible()
    assert not desk.labels


def test_the_field_stands_at_the_node_and_inside_the_window(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer")
    desk.press(Qt.Key.Key_F2)
    naming = desk.popups.naming
    card = canvas.projection.cards["writer"]
    corner = canvas.view.viewport().mapToGlobal(canvas.view.mapFromScene(card.pos()))

    assert (naming.mapToGlobal(QPoint(0, 0)) - corner).manhattanLength() <= 2
    assert desk.window.rect().contains(naming.geometry())


def test_a_node_out_of_view_is_brought_into_it(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    canvas.view.put(canvas.projection.bounds().topLeft(), canvas.view.mapFromScene(5000.0, 5000.0).toPointF())
    assert not canvas.visible_nodes()
    desk.choose("critic")

    desk.press(Qt.Key.Key_F2)

    assert "critic" in canvas.visible_nodes()


def test_a_click_elsewhere_leaves_the_name(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer")
    desk.press(Qt.Key.Key_F2)
    desk.type("author")

    QTest.mouseClick(canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))

    assert not desk.popups.naming.isVisible()
    assert "writer" in desk.graph.nodes


def test_an_input_of_a_subgraph_is_renamed_outside_too(desk: Desk) -> None:
    desk.open(BODIES)
    desk.show(("double",))
    desk.choose("twice")

    desk.press(Qt.Key.Key_F2)
    desk.type("doubled")
    desk.press(Qt.Key.Key_Return)

    assert [str(edge) for edge in desk.document.graph.edges][-1] == "each.doubled -> end.value"
    desk.check()


def test_a_title_is_set_and_taken_away(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer")
    desk.press(Qt.Key.Key_F2, SHIFT)
    desk.type("Writes <b>two</b> sentences")
    desk.press(Qt.Key.Key_Return)

    assert desk.graph.nodes["writer"].title == "Writes <b>two</b> sentences"
    desk.check()
    desk.press(Qt.Key.Key_F2, SHIFT)
    desk.popups.naming.field.clear()
    desk.press(Qt.Key.Key_Return)
    assert desk.graph.nodes["writer"].title == ""


def test_undo_and_redo_name_what_they_do(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("critic")
    desk.press(Qt.Key.Key_Delete)
    actions = desk.window.actions_bar
    actions.refresh()
    assert actions.actions["edit.undo"].text() == "Undo Delete node critic"

    desk.press(Qt.Key.Key_Z, CTRL)
    actions.refresh()

    assert "critic" in desk.graph.nodes
    assert actions.actions["edit.redo"].text() == "Redo Delete node critic"
    desk.press(Qt.Key.Key_Y, CTRL)
    assert "critic" not in desk.graph.nodes
    assert_view_equals_document(desk.canvas)


def test_undo_in_the_middle_of_a_drag_ends_the_drag(desk: Desk) -> None:
    from tests.gui.support import head_of, move, press, release

    canvas = desk.open(CHAIN)
    desk.choose("result")
    desk.press(Qt.Key.Key_Delete)
    press(canvas, head_of(canvas, "critic"))
    move(canvas, head_of(canvas, "critic") + QPoint(80, 40))

    desk.press(Qt.Key.Key_Z, CTRL)
    release(canvas, QPoint(400, 300))

    assert "result" in desk.graph.nodes
    assert desk.graph.layout["critic"] == [560, 0]
    assert_view_equals_document(canvas)


def test_undo_of_a_large_paste_tells_of_the_selection_once(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.press(Qt.Key.Key_A, CTRL)
    desk.press(Qt.Key.Key_D, CTRL)
    assert len(canvas.selected()) == 4
    told: list[list[str]] = []
    canvas.selectionChanged.connect(lambda: told.append(canvas.selected()))

    desk.press(Qt.Key.Key_Z, CTRL)

    assert told == [[]], "once for all, when it is over"
