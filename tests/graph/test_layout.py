"""Where nodes stand: as the file says, else in layers."""

from __future__ import annotations

import random
import time

from studio.graph import Graph
from studio.graph.layout import Box, auto_layout, place_nodes
from studio.graph.model import Edge


def boxes(graph: Graph, width: float = 160.0, height: float = 80.0) -> dict[str, Box]:
    """One size for all."""
    return {name: Box(width, height, {"value": 50.0}, {"value": 50.0}) for name in graph.nodes}


def chain(count: int) -> Graph:
    """Nodes in a row."""
    graph = Graph("chain")
    for i in range(count):
        graph.add("flow.merge", f"n{i}")
        if i:
            graph.connect(f"n{i - 1}.value", f"n{i}.value")
    return graph


def overlaps(graph: Graph, places: dict[str, tuple[float, float]], sizes: dict[str, Box]) -> int:
    """How many pairs of nodes lie on each other."""
    names = sorted(graph.nodes, key=lambda name: places[name][0])
    found = 0
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            if places[b][0] >= places[a][0] + sizes[a].width:
                break
            low, high = sorted((a, b), key=lambda name: places[name][1])
            found += places[high][1] < places[low][1] + sizes[low].height
    return found


def test_same_tick_edges_run_to_the_right() -> None:
    graph = chain(6)
    graph.connect("n5.value", "n0.value", feedback=True)
    places = auto_layout(graph, boxes(graph)).positions

    xs = [places[f"n{i}"][0] for i in range(6)]
    assert xs == sorted(xs)
    assert len(set(xs)) == 6


def test_the_same_graph_gives_the_same_layout() -> None:
    assert auto_layout(chain(30), boxes(chain(30))) == auto_layout(chain(30), boxes(chain(30)))


def test_positions_of_the_file_are_kept_and_new_nodes_stand_below() -> None:
    graph = chain(3)
    graph.layout = {"n0": [0, 0], "n1": [500, 40], "frames": []}
    places = place_nodes(graph, boxes(graph)).positions

    assert places["n0"] == (0.0, 0.0)
    assert places["n1"] == (500.0, 40.0)
    assert places["n2"][1] >= 120.0


def test_loops_cells_and_single_nodes_can_be_placed() -> None:
    graph = Graph("cells")
    for i in range(8):
        graph.add("flow.merge", f"c{i}")
    for i in range(8):
        graph.connect(f"c{i}.value", f"c{(i + 1) % 8}.value", feedback=True)
        graph.connect(f"c{i}.value", f"c{i}.value", feedback={"hold": True})
    sizes = boxes(graph)
    places = auto_layout(graph, sizes).positions

    assert set(places) == set(graph.nodes)
    assert overlaps(graph, places, sizes) == 0
    assert auto_layout(Graph("empty"), {}).positions == {}


def test_a_same_tick_cycle_is_placed_all_the_same() -> None:
    graph = chain(3)
    graph.edges.append(Edge("n2", "value", "n0", "value"))

    assert len(auto_layout(graph, boxes(graph)).positions) == 3


def test_a_thousand_nodes_with_loops_are_placed_in_seconds_without_overlap() -> None:
    chance = random.Random(4)
    graph = Graph("large")
    for i in range(1000):
        graph.add("flow.merge", f"n{i}")
        for _ in range(chance.choice((1, 1, 2)) if i else 0):
            graph.connect(f"n{max(0, i - chance.randint(1, 12))}.value", f"n{i}.value")
    for _ in range(80):
        late = chance.randrange(1000)
        graph.connect(f"n{late}.value", f"n{max(0, late - chance.randint(1, 30))}.value", feedback=True)
    sizes = boxes(graph)
    begin = time.perf_counter()
    places = auto_layout(graph, sizes).positions

    assert time.perf_counter() - begin < 10
    assert overlaps(graph, places, sizes) == 0
