"""Switching off, subgraphs, feedback, frames, comments, and going where things are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from studio.editing.placing import annotations as notes
from studio.graph.frames import frames
from tests.gui.canvas.graphs import BODIES, CHAIN, LOOP
from tests.gui.desk import Desk
from tests.gui.support import Mod, assert_view_equals_document, click, connect, edges_of, on_wire

CTRL, SHIFT, ALT = Mod.ControlModifier, Mod.ShiftModifier, Mod.AltModifier


def test_m_knocks_out_and_brings_back(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer", "critic")

    desk.press(Qt.Key.Key_M)
    assert desk.graph.nodes["writer"].knockout is True
    assert desk.graph.nodes["critic"].knockout is True
    desk.check()
    desk.press(Qt.Key.Key_M)
    assert desk.graph.nodes["writer"].knockout is False
    desk.press(Qt.Key.Key_M, SHIFT)
    assert desk.graph.nodes["writer"].knockout == "pass"
    desk.press(Qt.Key.Key_M)

    assert desk.graph.nodes["writer"].knockout is True
    assert desk.labels == ["Knock out 2 nodes", "Switch on 2 nodes", "Bypass 2 nodes", "Knock out 2 nodes"]


def test_the_menu_shows_whether_a_node_is_out(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer")
    desk.press(Qt.Key.Key_M)
    bar = desk.window.actions_bar
    bar.refresh()

    assert bar.actions["graph.knock_out"].isChecked()
    desk.choose("writer", "critic")
    bar.refresh()
    assert not bar.actions["graph.knock_out"].isChecked(), "one of the two is not"


def test_a_node_is_put_earlier_and_later_in_the_file(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer")

    desk.press(Qt.Key.Key_PageUp, ALT)
    assert list(desk.graph.nodes) == ["writer", "topic", "critic", "result"]
    assert desk.said[-1] == ("writer is node 1 of 4 in the file.", "info")
    desk.check()
    desk.press(Qt.Key.Key_PageUp, ALT)
    assert desk.window.status.text == "Earlier in File: It stands at the end already."
    for _ in range(3):
        desk.press(Qt.Key.Key_PageDown, ALT)

    assert list(desk.graph.nodes) == ["topic", "critic", "result", "writer"]
    assert desk.labels == ["Move writer earlier in the file", *["Move writer later in the file"] * 3]
    desk.check()


def test_keys_do_nothing_to_the_graph_while_feedback_is_offered(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    connect(canvas, "critic.label", "writer.fault")
    assert canvas.offer_box.isVisible()
    desk.choose("topic")

    for key in (Qt.Key.Key_Delete, Qt.Key.Key_M, Qt.Key.Key_L):
        desk.press(key, widget=canvas.offer_box.yes)
    assert desk.labels == []
    desk.press(Qt.Key.Key_Escape, widget=canvas.offer_box.yes)
    desk.choose("topic")
    desk.press(Qt.Key.Key_M)

    assert desk.labels == ["Knock out topic"], "the control: the canvas takes them again"


def test_fires_and_on_error_are_set_for_all_selected(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer", "critic")

    desk.trigger("graph.fires.every_tick")
    desk.trigger("graph.on_error.route")

    assert {desk.graph.nodes[name].fires for name in ("writer", "critic")} == {"every_tick"}
    assert {desk.graph.nodes[name].on_error for name in ("writer", "critic")} == {"route"}
    assert len(desk.labels) == 2
    desk.check()
    desk.trigger("graph.fires.auto")
    assert desk.graph.nodes["writer"].fires is None


def test_a_selection_becomes_a_subgraph_with_a_name(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer", "critic")

    desk.press(Qt.Key.Key_G, CTRL)
    naming = desk.popups.naming
    assert naming.field.hasFocus()
    desk.type("topic")
    assert "already" in naming.said.text()
    naming.field.selectAll()
    desk.type("draft")
    desk.press(Qt.Key.Key_Return)

    assert (
        list(desk.graph.graphs["draft"].nodes)[:2] == ["writer", "critic"]
        or "writer" in desk.graph.graphs["draft"].nodes
    )
    assert canvas.selected() == ["draft"]
    assert desk.labels == ["Make subgraph draft"]
    desk.check()


def test_a_subgraph_is_dissolved_again(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer", "critic")
    desk.press(Qt.Key.Key_G, CTRL)
    desk.type("draft")
    desk.press(Qt.Key.Key_Return)

    desk.press(Qt.Key.Key_G, CTRL | SHIFT)

    assert set(desk.graph.nodes) == {"topic", "writer", "critic", "result"}
    assert set(edges_of(canvas)) == {"topic.value -> writer.topic", "writer.text -> critic.draft"}
    assert set(canvas.selected()) == {"writer", "critic"}
    desk.check()


@pytest.mark.thorough
def test_what_cannot_be_a_subgraph_is_told(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("topic", "writer")
    desk.press(Qt.Key.Key_G, CTRL)
    desk.type("part")
    desk.press(Qt.Key.Key_Return)

    assert desk.said[-1][1] == "error"
    assert not desk.labels
    assert_view_equals_document(canvas)


def test_a_selected_wire_becomes_feedback_and_back(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    click(canvas, on_wire(canvas, "writer.text -> critic.draft"))

    desk.press(Qt.Key.Key_K)
    assert edges_of(canvas)[1] == "writer.text ~> critic.draft"
    desk.check()
    click(canvas, on_wire(canvas, "writer.text ~> critic.draft"))
    desk.press(Qt.Key.Key_K)

    assert edges_of(canvas)[1] == "writer.text -> critic.draft"
    assert desk.labels == ["Deliver at the next tick", "Deliver in the same tick"]


@pytest.mark.thorough
def test_feedback_that_closes_a_cycle_stays_feedback(desk: Desk) -> None:
    canvas = desk.open(LOOP)
    click(canvas, on_wire(canvas, "critic.label ~> writer.fault"))

    desk.press(Qt.Key.Key_K)

    assert edges_of(canvas)[2] == "critic.label ~> writer.fault"
    assert "cycle" in desk.said[-1][0]
    assert_view_equals_document(canvas)


def test_all_wires_of_a_node_are_cut(desk: Desk) -> None:
    canvas = desk.open(LOOP)
    desk.choose("writer")

    desk.press(Qt.Key.Key_U, ALT)

    assert edges_of(canvas) == []
    assert desk.labels == ["Unwire writer"]
    desk.check()


def test_a_frame_is_drawn_around_and_named(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer", "critic")

    desk.press(Qt.Key.Key_F, SHIFT)
    assert canvas.inline.isVisible()
    frame = frames(desk.graph)[0]
    for name in ("writer", "critic"):
        body = canvas.projection.cards[name].body_rect()
        assert frame.rect.x < body.left()
        assert frame.rect.x + frame.rect.width > body.right()
    desk.type("Draft")
    desk.press(Qt.Key.Key_Return)

    assert frames(desk.graph)[0].title == "Draft"
    assert desk.labels[0] == "Frame 2 nodes"
    desk.check()


def test_a_comment_is_added_and_written(desk: Desk) -> None:
    canvas = desk.open(CHAIN)

    desk.press(Qt.Key.Key_C)

    assert canvas.inline.isVisible()
    assert len(notes.comments(desk.graph)) == 1
    desk.check()


def test_up_and_downstream_are_selected_through_loops(desk: Desk) -> None:
    canvas = desk.open(LOOP)
    desk.choose("result")
    desk.press(Qt.Key.Key_Left, ALT | SHIFT)
    assert canvas.selected() == ["topic", "writer", "critic", "result"]

    desk.choose("critic")
    desk.press(Qt.Key.Key_Right, ALT | SHIFT)

    assert canvas.selected() == ["writer", "critic", "result"]


def test_next_and_previous_node_along_wires(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose()
    desk.press(Qt.Key.Key_Right, ALT)
    assert canvas.selected() == ["topic"]
    desk.press(Qt.Key.Key_Right, ALT)
    assert canvas.selected() == ["writer"]
    desk.press(Qt.Key.Key_Left, ALT)
    assert canvas.selected() == ["topic"]


def test_f12_goes_into_the_subgraph_that_a_node_runs(desk: Desk) -> None:
    desk.open(BODIES)
    desk.choose("each")

    desk.press(Qt.Key.Key_F12)

    assert desk.canvas.at == ("double",)


def test_f12_opens_the_file_that_a_node_runs(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text("studio: 1\nnodes:\n  a: {type: flow.input}\n")
    outer = tmp_path / "outer.yaml"
    outer.write_text("studio: 1\nnodes:\n  runs: {type: flow.subgraph, graph: ./part.yaml}\n")
    desk.workbench.open(outer)
    desk.settle()
    desk.choose("runs")

    desk.press(Qt.Key.Key_F12)

    assert desk.document.path is not None
    assert desk.document.path.name == "part.yaml"


def test_f12_is_off_where_there_is_nothing_to_go_to(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer")
    bar = desk.window.actions_bar
    bar.refresh()

    assert not bar.actions["graph.definition"].isEnabled()


def test_where_used_lists_wires_and_goes_there(desk: Desk) -> None:
    canvas = desk.open(LOOP)
    desk.choose("writer")

    desk.press(Qt.Key.Key_F12, SHIFT)
    picker = desk.popups.results.picker
    assert picker.isVisible()
    texts = [row.title for row in picker.model.rows]
    assert "writer.text -> critic.draft" in texts
    desk.type("result")
    desk.press(Qt.Key.Key_Return)

    assert canvas.selected() == ["result"]
    assert canvas.view.hasFocus()


def test_where_a_subgraph_is_run(desk: Desk) -> None:
    desk.open(BODIES)
    desk.show(("double",))
    desk.choose()

    desk.press(Qt.Key.Key_F12, SHIFT)
    desk.press(Qt.Key.Key_Return)

    assert desk.canvas.at == ()
    assert desk.canvas.selected() == ["each"]


@pytest.mark.thorough
def test_where_used_of_nothing_is_said(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("result")

    desk.press(Qt.Key.Key_F12, SHIFT)

    assert desk.said[-1][0] == "Nothing is wired to result."


def test_nodes_of_one_type_are_listed(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer")

    desk.trigger("graph.same_type")

    assert [row.title.partition(":")[0] for row in desk.popups.results.picker.model.rows] == ["writer", "critic"]


def test_zoom_by_keys(desk: Desk, qtbot: Any) -> None:
    canvas = desk.open(CHAIN)
    desk.press(Qt.Key.Key_Plus, CTRL)
    assert canvas.view.zoom == 1.25
    desk.press(Qt.Key.Key_Minus, CTRL)
    desk.press(Qt.Key.Key_Minus, CTRL)
    assert canvas.view.zoom < 1
    desk.press(Qt.Key.Key_0)
    assert canvas.view.zoom == 1.0
    desk.choose("critic")
    desk.press(Qt.Key.Key_F)
    near = canvas.view.seen().center() - canvas.projection.cards["critic"].body_rect().center()
    assert near.manhattanLength() < 4
    desk.press(Qt.Key.Key_Home)
    assert canvas.visible_nodes() == list(desk.graph.nodes)


def _spread() -> str:
    """A graph whose file places nothing."""
    return CHAIN.partition("layout:")[0]


def _places(desk: Desk) -> dict[str, tuple[float, float]]:
    return {name: (card.pos().x(), card.pos().y()) for name, card in desk.canvas.projection.cards.items()}


def test_what_is_put_beside_nodes_that_the_file_places_nowhere_stands_beside_them(desk: Desk) -> None:
    canvas = desk.open(_spread())
    before = _places(desk)
    desk.choose("writer", "critic")

    desk.press(Qt.Key.Key_D, CTRL)
    places = _places(desk)
    for copy, name in zip(canvas.selected(), ("writer", "critic"), strict=True):
        assert abs(places[copy][0] - before[name][0]) < 200, copy
        assert abs(places[copy][1] - before[name][1]) < 300, copy
    assert {name: places[name] for name in before} == before
    desk.press(Qt.Key.Key_Z, CTRL)
    assert desk.document.graph.layout == {}

    desk.choose("writer", "critic")
    desk.press(Qt.Key.Key_G, CTRL)
    desk.type("part")
    desk.press(Qt.Key.Key_Return)
    places = _places(desk)
    assert before["writer"][0] - 10 <= places["part"][0] <= before["critic"][0] + 10
    assert {name: places[name] for name in ("topic", "result")} == {name: before[name] for name in ("topic", "result")}
    desk.press(Qt.Key.Key_G, CTRL | SHIFT)
    places = _places(desk)
    assert all(abs(places[name][0] - before[name][0]) < 250 for name in before), places
    desk.check()
