"""Graphs that are broken, hostile or huge open, are shown, and can be edited."""

from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.canvas.tips import tip_of
from studio.gui.workbench import Workbench
from tests.gui.canvas.graphs import BROKEN, CHAIN
from tests.gui.support import (
    assert_view_equals_document,
    click,
    drag,
    edges_of,
    head_of,
    key,
    on_wire,
    open_canvas,
    port_of,
    show_canvas,
    wire_of,
)


def test_wires_to_nowhere_are_stubs_that_can_be_selected_and_cut(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, BROKEN)
    canvas.view.pan(QPointF(-100, 0))
    canvas.grab()

    assert_view_equals_document(canvas)
    assert wire_of(canvas, "a.value -> gone.value").missing == "no node gone"
    assert wire_of(canvas, "a.nothing -> b.value").broken
    assert not wire_of(canvas, "a.value -> b.value").broken
    for edge in ("a.value -> gone.value", "lost.value -> b.value"):
        click(canvas, on_wire(canvas, edge, 0.5))
        assert [str(one) for one in canvas.selected_edges()] == [edge]
        key(canvas, Qt.Key.Key_Delete)
        assert edge not in edges_of(canvas)
        assert_view_equals_document(canvas)


def test_ports_that_only_a_wire_names_are_ghosts_from_which_it_can_be_picked_up(
    qtbot: Any, workbench: Workbench
) -> None:
    canvas = open_canvas(qtbot, workbench, BROKEN)
    card = canvas.projection.cards["b"]
    assert card.ghosts == {("in", "elsewhere")}

    drag(canvas, port_of(canvas, "b.elsewhere", "in"), port_of(canvas, "b.when", "in"))

    assert "a.value -> b.when" in edges_of(canvas)
    assert "a.value -> b.elsewhere" not in edges_of(canvas)
    assert card.ghosts == frozenset()
    assert_view_equals_document(canvas)


def test_equal_edges_share_a_wire_and_are_cut_together(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, BROKEN)
    assert wire_of(canvas, "a.value -> b.value").count == 2

    canvas.select_items({wire_of(canvas, "a.value -> b.value")})
    key(canvas, Qt.Key.Key_Delete)

    assert "a.value -> b.value" not in edges_of(canvas)
    assert_view_equals_document(canvas)
    canvas.document.undo()
    assert_view_equals_document(canvas)


def test_a_node_that_comes_back_gets_its_loose_wires(qtbot: Any, workbench: Workbench) -> None:
    from studio.editing import PutNode
    from studio.graph.model import NodeInstance

    canvas = open_canvas(qtbot, workbench, BROKEN)

    canvas.document.do("Add", [PutNode((), "gone", NodeInstance("gone", "flow.output"))])
    assert not wire_of(canvas, "a.value -> gone.value").broken
    assert_view_equals_document(canvas)
    canvas.document.undo()

    assert wire_of(canvas, "a.value -> gone.value").broken
    assert_view_equals_document(canvas)


def test_unknown_types_look_broken_and_move_like_others(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, BROKEN)
    assert canvas.projection.cards["odd"].card.broken

    start = head_of(canvas, "odd")
    drag(canvas, start, start + QPoint(40, 40))

    assert canvas.document.graph.layout["odd"] == [40, 240]
    assert_view_equals_document(canvas)


def test_markup_in_texts_is_shown_as_written(qtbot: Any, workbench: Workbench) -> None:
    evil = "<img src='http://127.0.0.1:9/x'><b>big</b>\\u0000"
    canvas = open_canvas(
        qtbot, workbench,
        f'nodes:\n  a: {{type: llm.function, title: "{evil}", instructions: "{evil}"}}\n'
        f'layout: {{/frames: [{{title: "{evil}", rect: [0, 0, 500, 300]}}], '
        f'/comments: [{{text: "{evil}", rect: [0, 400, 200, 80]}}]}}'.replace("\\u0000", ""),
    )  # fmt: skip
    canvas.set_problems({"a": ("error", evil)})

    target = canvas.view.find(canvas.view.scene_at(QPointF(head_of(canvas, "a"))), 1.0)
    assert target is not None
    tip = tip_of(canvas, target)
    canvas.grab()

    assert "<img" not in tip
    assert "&lt;img" in tip
    assert canvas._hint.textFormat() == Qt.TextFormat.PlainText
    assert canvas.note.textFormat() == Qt.TextFormat.PlainText


def test_prompts_of_megabytes_do_not_slow_the_canvas(qtbot: Any, workbench: Workbench) -> None:
    graph = Graph.from_text(CHAIN)
    graph.nodes["writer"].params["instructions"] = "word " * 2_000_000
    graph.nodes["topic"].params["value"] = "x" * 10_000_000
    graph.nodes["writer"].title = "t" * 1_000_000
    graph.layout["/comments"] = [{"text": "long " * 1_000_000, "rect": [0, 300, 200, 80]}]

    canvas = show_canvas(qtbot, workbench, Document(graph))
    begin = time.process_time()
    for _ in range(10):
        canvas.projection.cards["writer"].update()
        canvas.notes.comments[0].update()
        canvas.grab()
        click(canvas, head_of(canvas, "writer"))
        key(canvas, Qt.Key.Key_Right)
    took = time.process_time() - begin

    assert_view_equals_document(canvas)
    assert took < 10, "ten paintings, clicks and moves; a text that is looked at whole takes far longer"


def test_places_that_are_no_places_do_not_matter(qtbot: Any, workbench: Workbench) -> None:
    graph = Graph.from_text(CHAIN)
    graph.layout = {"topic": [1e12, -1e12], "writer": "left", "critic": [1], "result": [True, False]}
    graph.layout["/frames"] = [{"rect": [0, 0]}, 7, {"rect": [0, 0, -5, 1e99]}]
    graph.layout["/wires"] = {"topic.value -> writer.topic": [["a", 1], [3, 4]], "x": 3}

    canvas = show_canvas(qtbot, workbench, Document(graph))
    canvas.zoom_to_fit()
    canvas.grab()

    assert_view_equals_document(canvas)


def test_a_graph_within_the_document_that_is_taken_away_says_so(qtbot: Any, workbench: Workbench) -> None:
    from studio.editing import PutGraph
    from tests.gui.canvas.graphs import BODIES

    canvas = open_canvas(qtbot, workbench, BODIES, ("double",))
    told: list[str] = []
    canvas.gone.connect(lambda: told.append("gone"))
    assert sorted(canvas.projection.cards) == ["item", "sum", "twice"]

    canvas.document.do("Delete body", [PutGraph((), "double", None)])
    assert told == ["gone"]
    assert canvas.projection.cards == {}
    canvas.document.undo()

    assert sorted(canvas.projection.cards) == ["item", "sum", "twice"]
    assert_view_equals_document(canvas)


def test_a_canvas_follows_the_renaming_of_its_graph(qtbot: Any, workbench: Workbench) -> None:
    from studio.editing import RenameGraph
    from tests.gui.canvas.graphs import BODIES

    canvas = open_canvas(qtbot, workbench, BODIES, ("double",))

    canvas.document.do("Rename", [RenameGraph((), "double", "twofold")])
    assert canvas.at == ("twofold",)
    start = head_of(canvas, "sum")
    drag(canvas, start, start + QPoint(0, 60))

    assert canvas.document.at(("twofold",)).layout["sum"] == [200, 60]
    assert_view_equals_document(canvas)


def test_ports_of_a_region_follow_its_body(qtbot: Any, workbench: Workbench) -> None:
    from studio.editing.edits import nodes
    from tests.gui.canvas.graphs import BODIES

    canvas = open_canvas(qtbot, workbench, BODIES)

    name, ops = nodes.add_node(canvas.document, ("double",), "flow.output", (0, 0), name="more")
    canvas.document.do("Add", ops)
    assert "more" in canvas.projection.cards["each"].card.outputs
    assert_view_equals_document(canvas)
    canvas.document.undo()

    assert "more" not in canvas.projection.cards["each"].card.outputs
    assert_view_equals_document(canvas)
    assert name == "more"


def test_reading_the_file_anew_shows_the_new_graph(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    canvas.select(["writer"])

    canvas.document.replace(Graph.from_text(BROKEN))

    assert sorted(canvas.projection.cards) == ["a", "b", "odd"]
    assert canvas.selected() == []
    assert_view_equals_document(canvas)


def test_a_canvas_that_is_closed_hears_the_document_no_more(qtbot: Any, workbench: Workbench) -> None:
    from studio.gui.canvas import Canvas

    document = Document(Graph.from_text(CHAIN))
    canvas = Canvas(workbench, document)
    projection = canvas.projection
    canvas.show()
    assert document.changed._listeners

    gone: list[bool] = []
    canvas.destroyed.connect(lambda: gone.append(True))
    canvas.deleteLater()
    qtbot.waitUntil(lambda: bool(gone))
    document.do("Delete", [])
    from studio.editing.edits import nodes

    document.do("Delete", nodes.delete(document, (), ["writer"]))

    assert not any(getattr(one, "__self__", None) is projection for one in document.changed._listeners)


@pytest.mark.parametrize("zoom", [1.0, 0.5, 0.2])
def test_everything_is_painted_at_every_scale(qtbot: Any, workbench: Workbench, zoom: float) -> None:
    canvas = open_canvas(qtbot, workbench, BROKEN)
    blank = canvas.grab().toImage()

    canvas.view.zoom_to(zoom)
    canvas.set_problems({"a": ("warning", "odd"), "b": ("error", "bad")})
    canvas.select(["a"])
    QApplication.processEvents()

    assert canvas.grab().toImage() != blank
