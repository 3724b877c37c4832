"""Nodes are moved, lined up and laid out anew; what the file does not place stays where it is seen."""

from __future__ import annotations

from itertools import pairwise

import pytest

from studio.editing import Document
from studio.editing.edits.nodes import add_node
from studio.editing.placing.arranging import Side, align, auto_arrange, distribute, free_place, snapped
from studio.editing.placing.places import estimated_boxes, move, move_by, pinned, positions, snap
from studio.graph.layout import FARTHEST, Box
from studio.graph.model import Graph

TEXT = """
studio: 1
nodes:
  a: {type: flow.input}
  b: {type: text.template, template: "{x}"}
  c: {type: flow.output}
edges: [a.value -> b.x, b.text -> c.value]
layout: {a: [0, 0], b: [110, 70], c: [400, 33]}
"""
BOXES = {"a": Box(100, 50), "b": Box(200, 80), "c": Box(60, 40)}


@pytest.fixture
def doc() -> Document:
    return Document(Graph.from_text(TEXT))


def test_a_move_that_leads_nowhere_is_none(doc: Document) -> None:
    assert move(doc, (), {"a": (0, 0), "nobody": (1, 1)}) == []
    doc.do("Move", move(doc, (), {"a": (1.26, -3)}))
    assert doc.graph.layout["a"] == [1.3, -3]


def test_moving_one_node_of_a_file_without_places_moves_no_other() -> None:
    doc = Document(Graph.from_text(TEXT.partition("layout")[0]))
    seen = positions(doc, (), BOXES)
    assert len(pinned(doc, (), BOXES)) == 3

    doc.do("Move", move(doc, (), {"b": (900, 900)}, BOXES))

    assert positions(doc, (), BOXES) == {**seen, "b": (900, 900)}
    assert pinned(doc, (), BOXES) == []


def test_places_that_no_canvas_can_show_are_brought_in(doc: Document) -> None:
    doc.graph.layout |= {"a": [1e308, 10**400], "b": [True, "x"], "c": None}
    for point in positions(doc, (), BOXES).values():
        assert all(abs(value) <= 2 * FARTHEST for value in point)


@pytest.mark.parametrize(
    ("side", "axis", "values"),
    [
        ("left", 0, [0, 0, 0]), ("right", 0, [360, 260, 400]), ("centre", 0, [180, 130, 200]),
        ("top", 1, [0, 0, 0]), ("bottom", 1, [100, 70, 110]), ("middle", 1, [50, 35, 55]),
    ],
)  # fmt: skip
def test_nodes_line_up(doc: Document, side: Side, axis: int, values: list[int]) -> None:
    doc.do("Align", align(doc, (), ["a", "b", "c"], side, BOXES))
    assert [doc.graph.layout[name][axis] for name in "abc"] == values
    assert align(doc, (), ["a"], side, BOXES) == []


def test_gaps_become_equal_and_the_outermost_stay(doc: Document) -> None:
    doc.do("Distribute", distribute(doc, (), ["c", "a", "b"], "across", BOXES))
    places = positions(doc, ())
    gaps = [places[right][0] - places[left][0] - BOXES[left].width for left, right in pairwise("abc")]
    assert gaps == [50, 50]
    assert (places["a"][0], places["c"][0]) == (0, 400)
    doc.do("Distribute", distribute(doc, (), ["c", "a", "b"], "down", BOXES))
    tops = sorted((doc.graph.layout[name][1], BOXES[name].height) for name in "abc")
    assert all(low[0] + low[1] < high[0] for low, high in pairwise(tops)), "they did not fit and stand apart now"


def test_things_snap_to_the_grid(doc: Document) -> None:
    assert snap((31, -9)) == (40, 0)
    doc.do("Snap", snapped(doc, (), ["b", "c"]))
    assert (doc.graph.layout["b"], doc.graph.layout["c"]) == ([120, 80], [400, 40])
    doc.do("Nudge", move_by(doc, (), ["a"], (0, -1)))
    assert doc.graph.layout["a"] == [0, -1]


def test_laid_out_anew_wires_run_rightwards_and_the_corner_stays(doc: Document) -> None:
    doc.graph.layout = {"a": [500, 40], "b": [300, 20], "c": [100, 90], "/wires": {"a.value -> b.x": [[1, 1]]}}
    doc.do("Arrange", auto_arrange(doc, (), BOXES))
    places = positions(doc, ())
    assert places["a"][0] < places["b"][0] < places["c"][0]
    assert (min(x for x, _ in places.values()), min(y for _, y in places.values())) == (100, 20)
    assert "/wires" not in doc.graph.layout


def test_only_what_is_selected_is_laid_out_anew(doc: Document) -> None:
    doc.do("Arrange", auto_arrange(doc, (), BOXES, ["a", "b"], grid=20))
    assert doc.graph.layout["c"] == [400, 33]
    assert all(value % 20 == 0 for name in "ab" for value in doc.graph.layout[name])


def test_a_graph_with_cycles_is_laid_out_too() -> None:
    doc = Document(Graph())
    for number in range(60):
        doc.do("Add", add_node(doc, (), "text.template", (0, 0), {"template": "{x}"}, f"n{number}")[1])
    from studio.editing import InsertEdge
    from studio.graph.model import Edge

    for number in range(60):
        edge = Edge(f"n{number}", "text", f"n{(number * 7 + 1) % 60}", "x", feedback=number % 3 == 0)
        doc.do("Wire", [InsertEdge((), number, edge)])
    boxes = estimated_boxes(doc, ())
    doc.do("Arrange", auto_arrange(doc, (), boxes))
    places = positions(doc, ())
    assert len(set(places.values())) == 60
    names = list(places)
    for nth, one in enumerate(names):
        for other in names[nth + 1 :]:
            (ax, ay), (bx, by) = places[one], places[other]
            apart = (
                ax + boxes[one].width <= bx or bx + boxes[other].width <= ax
                or ay + boxes[one].height <= by or by + boxes[other].height <= ay
            )  # fmt: skip
            assert apart, (one, other)


def test_a_free_place_is_found(doc: Document) -> None:
    assert free_place(doc, (), (0, 0), (50, 50), BOXES) == (0, 80)
    assert free_place(doc, (), (0, 200), (50, 50), BOXES) == (0, 200)
