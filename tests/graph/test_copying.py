"""Copies of graphs: a deep one is the same document and shares nothing that an edit changes."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from studio.graph import Graph
from studio.graph.model import Place
from studio.graph.scope import deep_copy, shallow_copy
from studio.support.resources import bundled_graphs

EVERYTHING = """
studio: 1
name: everything
about: A graph.
# Before it.
nodes:
  a: {type: flow.input, value: [1, {deep: [x]}]}
  b: {type: x.y, on_error: default, default: {out: [1]}, limits: {calls: 3}}
edges:
  - b.out ~> b.in: {initial: [[1]]}
stores:
  kept: {type: list, start: [1]}
graphs:
  inner: {nodes: {x: {type: toy.add, many: [1, 2]}}}
limits: {calls: 5}
layout: {a: [1, 2]}
dynamics: {on_alarm: pause}
unknown: {key: [1]}
"""


def parts(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Yield everything of a graph that can be changed, and where it is."""
    if is_dataclass(value):
        yield where, value
        for one in fields(value):
            yield from parts(getattr(value, one.name), f"{where}.{one.name}")
    elif isinstance(value, dict):
        yield where, value
        for key, inner in value.items():
            yield from parts(inner, f"{where}[{key}]")
    elif isinstance(value, list):
        yield where, value
        for number, inner in enumerate(value):
            yield from parts(inner, f"{where}[{number}]")


def shared(graph: Graph, copy: Graph) -> list[str]:
    """Return what both hold, but for the places of nodes and edges, which nothing changes."""
    known = {id(part) for _, part in parts(graph) if not isinstance(part, Place)}
    return [where for where, part in parts(copy) if id(part) in known]


def graphs() -> list[Any]:
    return [pytest.param(Graph.from_text(EVERYTHING), id="everything")] + [
        pytest.param(Graph.load(path), id=path.stem) for path in bundled_graphs() if path.stem in ("autogpt", "twin")
    ]


@pytest.mark.parametrize("graph", graphs())
def test_a_deep_copy_is_the_same_and_shares_nothing(graph: Graph) -> None:
    copy = deep_copy(graph)

    assert copy == graph
    assert list(parts(copy)) == list(parts(deepcopy(graph)))
    assert (copy.comments, copy.place, copy.base) == (graph.comments, graph.place, graph.base)
    assert shared(graph, copy) == []
    assert copy.place is not graph.place


def test_everything_has_something_in_each_part() -> None:
    graph = Graph.from_text(EVERYTHING)
    graph.base = Path("here")

    unsaid = {one.name for one in fields(Graph) if not getattr(graph, one.name)}
    assert unsaid <= {"max_ticks"}


def test_what_is_shared_would_be_found() -> None:
    graph = Graph.from_text(EVERYTHING)

    assert ".nodes[a].params" in shared(graph, shallow_copy(graph))


def test_a_value_that_no_file_can_hold_is_copied_too() -> None:
    graph = Graph()
    graph.add("toy.add", "a", several={1, 2})

    copy = deep_copy(graph)

    assert copy.nodes["a"].params["several"] == {1, 2}
    assert copy.nodes["a"].params["several"] is not graph.nodes["a"].params["several"]
