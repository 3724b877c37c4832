"""Frames, comments and points of wires: kept in the layout, read from whatever stands there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.editing import Document
from studio.editing.edits.connecting import unwire
from studio.editing.placing.annotations import (
    Comment,
    add_comment,
    add_frame,
    change_comment,
    change_frame,
    comments,
    frame_around,
    inside,
    move_things,
    points,
    remove,
    set_points,
)
from studio.export.drawing.svg import graph_svg
from studio.graph.frames import MOST, Frame, Rect, frames
from studio.graph.layout import Box
from studio.graph.model import Graph
from studio.support.errors import GraphError

TEXT = """
studio: 1
name: drawn
nodes:
  a: {type: flow.input}
  b: {type: flow.output}
edges: [a.value -> b.value]
layout: {a: [0, 0], b: [500, 0]}
"""
BOXES = {"a": Box(100, 50), "b": Box(100, 50)}


@pytest.fixture
def doc() -> Document:
    return Document(Graph.from_text(TEXT))


def test_what_is_drawn_beside_nodes_survives_saving_and_loading(doc: Document, tmp_path: Path) -> None:
    number, ops = add_frame(doc, (), Frame(Rect(-20, -60, 300.04, 200), "Begin: here", "blue"))
    doc.do("Frame", ops)
    doc.do("Comment", add_comment(doc, (), Comment(Rect(0, 300, 200, 80), "Two\nlines # not a comment"))[1])
    doc.do("Points", set_points(doc, (), doc.graph.edges[0], [(200, 10.26), (300, 99)]))
    doc.save(tmp_path / "drawn.yaml")

    again = Graph.load(tmp_path / "drawn.yaml")

    assert frames(again) == {number: Frame(Rect(-20, -60, 300, 200), "Begin: here", "blue")}
    assert comments(again) == {0: Comment(Rect(0, 300, 200, 80), "Two\nlines # not a comment")}
    assert points(again) == {"a.value -> b.value": [(200, 10.3), (300, 99)]}
    assert again.to_text() == (tmp_path / "drawn.yaml").read_text()
    assert "<svg" in graph_svg(again, doc.registry)


@pytest.mark.parametrize(
    "garbage",
    [
        None, 3, "x", [], {}, [1, None, "x", [], {}], [{"rect": 1}], [{"rect": [1, 2, 3]}], [{"rect": [1, 2, 3, "x"]}],
        [{"rect": [True, 0, 1, 1]}], {"a.value -> b.value": 3}, {"a.value -> b.value": [1, [2], ["x", 1], [True, 1]]},
    ],
)  # fmt: skip
def test_garbage_is_passed_over_and_can_be_drawn_upon(doc: Document, garbage: Any) -> None:
    for key in ("/frames", "/comments", "/wires"):
        doc.graph.layout[key] = garbage
    text = doc.graph.to_text()
    assert (frames(doc.graph), comments(doc.graph), points(doc.graph)) == ({}, {}, {})

    doc.do("Frame", add_frame(doc, (), Frame(Rect(0, 0, 100, 100)))[1])
    doc.do("Comment", add_comment(doc, (), Comment(Rect(0, 0, 100, 100)))[1])
    doc.do("Points", set_points(doc, (), doc.graph.edges[0], [(1, 1)]))

    assert len(frames(doc.graph)) == len(comments(doc.graph)) == len(points(doc.graph)) == 1
    for _ in range(3):
        doc.undo()
    assert doc.graph.to_text() == text


def test_absurd_places_and_sizes_are_brought_in(doc: Document) -> None:
    doc.graph.layout["/frames"] = [{"rect": [1e300, -(10**400), 0, -5], "title": 3, "colour": ["x"]}]
    frame = frames(doc.graph)[0]
    assert frame == Frame(Rect(1e6, -1e6, 60, 40), "", "grey")


def test_frames_change_and_keep_what_else_stood_there(doc: Document) -> None:
    doc.graph.layout["/frames"] = [{"rect": [0, 0, 100, 100], "future": 1}, {"rect": [5, 5, 100, 100]}]
    doc.do("Title", change_frame(doc, (), 0, Frame(Rect(0, 0, 100, 100), "T", "red")))
    assert doc.graph.layout["/frames"][0] == {"title": "T", "rect": [0, 0, 100, 100], "colour": "red", "future": 1}
    doc.do("Remove", change_frame(doc, (), 0, None))
    assert frames(doc.graph)[0].rect.x == 5
    doc.do("Remove", remove(doc, (), [0]))
    assert "/frames" not in doc.graph.layout
    with pytest.raises(GraphError, match="no frame number 0"):
        change_frame(doc, (), 0, None)
    with pytest.raises(GraphError, match="no comment"):
        change_comment(doc, (), 7, None)


def test_a_frame_takes_along_what_stands_in_it(doc: Document) -> None:
    doc.graph.layout["/frames"] = [
        {"rect": [-10, -10, 400, 300]},
        {"rect": [0, 100, 100, 100]},
        {"rect": [350, 0, 400, 99]},
    ]
    doc.graph.layout["/comments"] = [
        {"text": "in", "rect": [10, 10, 90, 40]},
        {"text": "out", "rect": [900, 0, 90, 40]},
    ]
    names, inner, said = inside(doc, (), 0, BOXES)
    assert (names, inner, said) == (["a"], [1], [0])

    moved = move_things(doc, (), (5, 7), BOXES, names=names, frame_numbers=[0, *inner], comment_numbers=said)
    doc.do("Move", moved)

    assert doc.graph.layout["a"] == [5, 7]
    assert doc.graph.layout["b"] == [500, 0]
    assert [(frame.rect.x, frame.rect.y) for frame in frames(doc.graph).values()] == [(-5, -3), (5, 107), (350, 0)]
    assert [(one.rect.x, one.rect.y) for one in comments(doc.graph).values()] == [(15, 17), (900, 0)]


def test_points_move_with_both_ends_and_go_with_their_wire(doc: Document) -> None:
    doc.do("Points", set_points(doc, (), doc.graph.edges[0], [(200, 10)]))
    number, ops = frame_around(doc, (), ["a", "b"], BOXES, "All")
    doc.do("Frame", ops)
    assert frames(doc.graph)[number].rect == Rect(-24, -56, 648, 130)
    doc.do("Move", move_things(doc, (), (10, 0), BOXES, names=["a", "b"], frame_numbers=[number]))
    assert points(doc.graph) == {"a.value -> b.value": [(210, 10)]}
    doc.do("Cut", unwire(doc, (), doc.graph.edges))
    assert "/wires" not in doc.graph.layout
    with pytest.raises(GraphError):
        frame_around(doc, (), [], BOXES)


def test_there_are_no_more_than_can_be_shown(doc: Document) -> None:
    doc.graph.layout["/frames"] = [{"rect": [0, 0, 100, 100]}] * MOST
    with pytest.raises(GraphError, match="at most"):
        add_frame(doc, (), Frame(Rect(0, 0, 100, 100)))
