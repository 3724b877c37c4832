"""Pictures of graphs for terminals."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.gallery.sketch import sketch
from studio.graph.model import Graph
from studio.support.resources import bundled_graphs

TWO = """
nodes:
  a: {type: flow.input, value: 1}
  b: {type: flow.output}
edges: [a.value -> b.value]
layout: {a: [0, 0], b: [360, 0]}
"""


def dots(lines: list[str]) -> int:
    return sum(bin(ord(letter) - 0x2800).count("1") for line in lines for letter in line if letter != " ")


def test_boxes_stand_where_nodes_do_and_wires_between() -> None:
    lines = sketch(Graph.from_text(TWO), 15, 4)

    assert lines == ["⣿⣿⣿⣿⡧⠠⠠ ⠄⢼⣿⣿⣿⣿"]
    wired, unwired = dots(lines), dots(sketch(Graph.from_text(TWO.replace("edges: [a.value -> b.value]", "")), 15, 4))
    assert wired > unwired > 0


def test_feedback_is_left_out() -> None:
    back = TWO.replace("edges: [a.value -> b.value]", "edges: [b.done ~> a.when]")

    assert sketch(Graph.from_text(back), 20, 6) == sketch(
        Graph.from_text(TWO.replace("edges: [a.value -> b.value]", "")), 20, 6
    )


@pytest.mark.parametrize("path", bundled_graphs(), ids=lambda path: path.stem)
@pytest.mark.parametrize("room", [(30, 5), (64, 12)])
def test_every_example_fits_its_room(path: Path, room: tuple[int, int]) -> None:
    lines = sketch(Graph.load(path), *room)

    assert 0 < len(lines) <= room[1]
    assert max(map(len, lines)) <= room[0]
    assert dots(lines) > 0


def test_nothing_is_drawn_of_nothing() -> None:
    assert sketch(Graph("empty")) == []
