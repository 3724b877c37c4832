"""Selecting and moving with a real mouse and keyboard: what the document says afterwards, and after undo and redo."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt

from studio.editing.document.ops import PutGraph
from studio.graph.model import Graph
from studio.gui.workbench import Workbench
from tests.gui.canvas.graphs import CHAIN, NOTED
from tests.gui.support import (
    Button,
    Mod,
    assert_view_equals_document,
    click,
    drag,
    empty_place,
    head_of,
    key,
    move,
    on_view,
    on_wire,
    open_canvas,
    press,
    release,
)


def _place(canvas: Any, name: str) -> Any:
    return canvas.document.at(canvas.at).layout[name]


def test_a_click_selects_and_shift_adds(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    told: list[list[str]] = []
    canvas.selectionChanged.connect(lambda: told.append(canvas.selected()))

    click(canvas, head_of(canvas, "writer"))
    click(canvas, head_of(canvas, "topic"), mods=Mod.ShiftModifier)
    assert canvas.selected() == ["topic", "writer"]

    click(canvas, head_of(canvas, "writer"), mods=Mod.ShiftModifier)
    assert canvas.selected() == ["topic"]
    click(canvas, head_of(canvas, "critic"))
    assert canvas.selected() == ["critic"]
    click(canvas, empty_place(canvas))

    assert canvas.selected() == []
    assert told == [["writer"], ["topic", "writer"], ["topic"], ["critic"], []]
    assert canvas.document.history.labels == []


def test_a_click_on_one_of_many_selects_it_alone(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    canvas.select_all()

    click(canvas, head_of(canvas, "writer"))

    assert canvas.selected() == ["writer"]


def test_a_rubber_band_selects_what_it_touches(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    rect = canvas.projection.bounds(["topic", "writer"])
    start = on_view(canvas, rect.topLeft()) - QPoint(15, 15)
    end = on_view(canvas, rect.bottomRight()) + QPoint(8, 8)

    drag(canvas, start, end)

    assert canvas.selected() == ["topic", "writer"]
    assert [str(edge) for edge in canvas.selected_edges()] == ["topic.value -> writer.topic"]
    assert not canvas.view._rubber_band.isVisible()

    press(canvas, start)
    move(canvas, start + QPoint(3, 3))
    move(canvas, end)
    canvas.cancel_interaction()
    assert canvas.selected() == ["topic", "writer"], "a cancelled band changes nothing"


def test_a_wire_is_selected_and_cut_by_delete(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    click(canvas, on_wire(canvas, "writer.text -> critic.draft"))
    assert [str(edge) for edge in canvas.selected_edges()] == ["writer.text -> critic.draft"]
    key(canvas, Qt.Key.Key_Delete)

    assert [str(edge) for edge in canvas.document.graph.edges] == ["topic.value -> writer.topic"]
    assert canvas.document.history.labels == ["Delete wire"]
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert len(canvas.document.graph.edges) == 2
    assert_view_equals_document(canvas)
    canvas.document.redo()
    assert_view_equals_document(canvas)


def test_nodes_are_deleted_with_their_wires(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    before = canvas.document.graph.to_text()

    click(canvas, head_of(canvas, "writer"))
    key(canvas, Qt.Key.Key_Backspace)

    assert list(canvas.document.graph.nodes) == ["topic", "critic", "result"]
    assert canvas.document.graph.edges == []
    assert canvas.document.history.labels == ["Delete node writer"]
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert canvas.document.graph.to_text() == before
    assert_view_equals_document(canvas)


def test_a_drag_moves_onto_the_grid_in_one_entry(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    start = head_of(canvas, "writer")

    drag(canvas, start, start + QPoint(47, 133), steps=9)

    assert _place(canvas, "writer") == [260, 140]
    assert canvas.document.history.labels == ["Move writer"]
    assert canvas.selected() == ["writer"]
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert _place(canvas, "writer") == [220, 0]
    assert_view_equals_document(canvas)
    canvas.document.redo()
    assert _place(canvas, "writer") == [260, 140]
    assert_view_equals_document(canvas)


@pytest.mark.parametrize(("setting", "expected"), [(True, [267, 133]), (False, [260, 140])])
def test_ctrl_while_dragging_does_the_other_of_what_the_setting_says(
    qtbot: Any, workbench: Workbench, setting: bool, expected: list[int]
) -> None:
    workbench.settings.set("canvas.snap", setting)
    canvas = open_canvas(qtbot, workbench, CHAIN)
    start = head_of(canvas, "writer")

    drag(canvas, start, start + QPoint(47, 133), drop_mods=Mod.ControlModifier)

    assert _place(canvas, "writer") == expected


def test_what_is_selected_moves_together(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    canvas.select(["topic", "critic"])
    start = head_of(canvas, "critic")

    drag(canvas, start, start + QPoint(0, 60))

    assert [_place(canvas, name) for name in ("topic", "writer", "critic")] == [[0, 60], [220, 0], [560, 60]]
    assert canvas.document.history.labels == ["Move 2 nodes"]
    assert canvas.selected() == ["topic", "critic"]
    assert_view_equals_document(canvas)


def test_moving_one_node_writes_down_where_the_others_are_seen(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN[: CHAIN.index("layout:")])
    seen = {name: (card.pos().x(), card.pos().y()) for name, card in canvas.projection.cards.items()}
    start = head_of(canvas, "result")

    drag(canvas, start, start + QPoint(40, 80), mods=NONE_OR_CTRL, drop_mods=NONE_OR_CTRL)

    layout = canvas.document.graph.layout
    assert tuple(layout["result"]) == (seen["result"][0] + 40, seen["result"][1] + 80)
    assert {name: tuple(layout[name]) for name in ("topic", "writer", "critic")} == {
        name: seen[name] for name in ("topic", "writer", "critic")
    }
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert canvas.document.graph.layout == {}
    assert_view_equals_document(canvas)


NONE_OR_CTRL = Mod.ControlModifier
"""Ctrl turns the grid off, so that places are exact."""


def test_arrow_keys_nudge_and_become_one_entry(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    canvas.select(["writer"])

    for _ in range(3):
        key(canvas, Qt.Key.Key_Right)
    key(canvas, Qt.Key.Key_Down, Mod.ShiftModifier)

    assert _place(canvas, "writer") == [280, 1]
    assert canvas.document.history.labels == ["Move writer"]
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert _place(canvas, "writer") == [220, 0]
    assert_view_equals_document(canvas)


def test_arrow_keys_without_a_selection_move_the_view(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    before = canvas.scene_center()

    key(canvas, Qt.Key.Key_Right)

    assert canvas.scene_center()[0] > before[0]
    assert canvas.document.history.labels == []


def test_walking_along_wires_by_keyboard(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    key(canvas, Qt.Key.Key_BracketRight)
    assert canvas.selected() == ["topic"]
    assert "topic" in canvas.view.accessibleDescription()
    key(canvas, Qt.Key.Key_Right, Mod.AltModifier)
    key(canvas, Qt.Key.Key_BracketRight)
    assert canvas.selected() == ["critic"]
    key(canvas, Qt.Key.Key_Left, Mod.AltModifier)
    assert canvas.selected() == ["writer"]
    key(canvas, Qt.Key.Key_Down, Mod.AltModifier)
    assert canvas.selected() == ["result"]


def test_escape_gives_up_a_drag_and_then_the_selection(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    start = head_of(canvas, "writer")

    press(canvas, start)
    move(canvas, start + QPoint(60, 60))
    assert canvas.projection.cards["writer"].pos().y() == 60
    key(canvas, Qt.Key.Key_Escape)
    release(canvas, start + QPoint(60, 60))

    assert canvas.document.history.labels == []
    assert canvas.selected() == ["writer"]
    assert_view_equals_document(canvas)
    key(canvas, Qt.Key.Key_Escape)
    assert canvas.selected() == []


def test_undo_in_the_middle_of_a_drag(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    start = head_of(canvas, "writer")
    drag(canvas, start, start + QPoint(0, 100))
    start = head_of(canvas, "writer")

    press(canvas, start)
    move(canvas, start + QPoint(80, 80))
    canvas.document.undo()
    move(canvas, start + QPoint(90, 90))
    release(canvas, start + QPoint(90, 90))

    assert _place(canvas, "writer") == [220, 0]
    assert canvas.document.history.redo_label == "Move writer"
    assert_view_equals_document(canvas)


def test_a_node_that_is_deleted_in_the_middle_of_its_drag(qtbot: Any, workbench: Workbench) -> None:
    from studio.editing.edits import nodes

    canvas = open_canvas(qtbot, workbench, CHAIN)
    start = head_of(canvas, "writer")

    press(canvas, start)
    move(canvas, start + QPoint(80, 80))
    canvas.document.do("Delete", nodes.delete(canvas.document, (), ["writer"]))
    move(canvas, start + QPoint(90, 90))
    release(canvas, start + QPoint(90, 90))

    assert "writer" not in canvas.document.graph.nodes
    assert canvas.document.history.labels == ["Delete"]
    assert_view_equals_document(canvas)


def test_the_other_button_gives_a_drag_up(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    start = head_of(canvas, "writer")

    press(canvas, start)
    move(canvas, start + QPoint(60, 60))
    press(canvas, start + QPoint(60, 60), Button.RightButton)
    release(canvas, start + QPoint(60, 60))

    assert canvas.document.history.labels == []
    assert_view_equals_document(canvas)


# -- frames and comments ------------------------------------------------------------------------


def test_a_frame_moves_with_what_stands_in_it(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, NOTED)
    title = on_view(canvas, canvas.notes.frames[0].title_rect().center())

    drag(canvas, title, title + QPoint(0, 100))

    layout = canvas.document.graph.layout
    assert (layout["a"], layout["b"], layout["c"]) == ([40, 180], [240, 180], [620, 80])
    assert layout["/frames"][0]["rect"] == [0, 120, 460, 220]
    assert layout["/comments"][0]["rect"] == [0, 300, 200, 80], "the comment stands outside"
    assert canvas.document.history.labels == ["Move frame"]
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert_view_equals_document(canvas)
    assert canvas.document.graph.layout["a"] == [40, 80]


def test_inside_a_frame_the_paper_is_free_for_a_rubber_band(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, NOTED)
    area = canvas.notes.frames[0].area()

    drag(
        canvas, on_view(canvas, area.bottomLeft()) + QPoint(20, -20), on_view(canvas, area.center()) + QPoint(200, -30)
    )

    assert canvas.selected() == ["a", "b"]
    assert canvas.selected_frames() == []
    assert canvas.document.history.labels == []


@pytest.mark.parametrize("kind", ["frame", "comment"])
def test_frames_and_comments_are_resized_at_their_corner(qtbot: Any, workbench: Workbench, kind: str) -> None:
    canvas = open_canvas(qtbot, workbench, NOTED)
    item = canvas.notes.find(kind, 0)
    corner = on_view(canvas, item.area().bottomRight()) - QPoint(5, 5)

    drag(canvas, corner, corner + QPoint(60, 40))

    said = canvas.document.graph.layout[f"/{kind}s"][0]["rect"]
    assert said == ([0, 20, 520, 260] if kind == "frame" else [0, 300, 260, 120])
    assert canvas.document.history.labels == [f"Resize {kind}"]
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert_view_equals_document(canvas)


def test_a_frame_cannot_be_made_smaller_than_it_may_be(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, NOTED)
    corner = on_view(canvas, canvas.notes.frames[0].area().bottomRight()) - QPoint(5, 5)

    drag(canvas, corner, on_view(canvas, canvas.notes.frames[0].area().topLeft()) - QPoint(50, 50))

    assert canvas.document.graph.layout["/frames"][0]["rect"] == [0, 20, 60, 40]
    assert_view_equals_document(canvas)


def test_a_comment_is_moved_and_deleted(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, NOTED)
    middle = on_view(canvas, canvas.notes.comments[0].area().center())

    drag(canvas, middle, middle + QPoint(100, 20))
    assert canvas.document.graph.layout["/comments"][0]["rect"] == [100, 320, 200, 80]
    assert canvas.selected_comments() == [0]
    key(canvas, Qt.Key.Key_Delete)

    assert "/comments" not in canvas.document.graph.layout
    assert canvas.document.history.labels == ["Move comment", "Delete comment"]
    assert_view_equals_document(canvas)
    canvas.document.undo()
    canvas.document.undo()
    assert_view_equals_document(canvas)


def test_a_graph_in_the_place_of_another_brings_its_own_frames(qtbot: Any, workbench: Workbench) -> None:
    inner = "nodes: {out: {type: flow.output}}\nlayout: {/frames: [{title: old, rect: [0, 0, 300, 200]}]}\n"
    indented = "".join(f"    {line}\n" for line in inner.splitlines())
    text = f"studio: 1\nnodes: {{run: {{type: flow.subgraph, graph: part}}}}\ngraphs:\n  part:\n{indented}"
    canvas = open_canvas(qtbot, workbench, text, ("part",))
    assert len(canvas.notes.frames) == 1

    canvas.document.do("Another", [PutGraph((), "part", Graph.from_text("studio: 1\nnodes: {a: {type: flow.input}}"))])

    assert_view_equals_document(canvas)
    assert canvas.notes.frames == {}
