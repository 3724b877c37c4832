"""Plan order: topological within a tick, ties by the file, cycles named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.graph import Edge, Graph, NodeInstance
from studio.graph.order import find_cycle, same_tick_order
from studio.support.errors import GraphError


def graph_of(names: str, *edges: str) -> Graph:
    text = "nodes: {" + ", ".join(f"{name}: {{type: t}}" for name in names) + "}\nedges:\n"
    return Graph.from_text(text + "".join(f"  - {edge}\n" for edge in edges), name="g.yaml")


def test_ties_are_decided_by_the_order_in_the_file() -> None:
    assert same_tick_order(graph_of("dcba", "a.x -> d.x")) == ["c", "b", "a", "d"]


def test_feedback_orders_nothing_but_its_first_value_does() -> None:
    assert same_tick_order(graph_of("ab", "b.x ~> a.x")) == ["a", "b"]
    assert same_tick_order(graph_of("abc", "b.x ~> a.x: {initial_from: c.x}")) == ["b", "c", "a"]


def test_a_cycle_is_named_and_feedback_offered() -> None:
    graph = graph_of("abcd", "d.x -> a.x", "a.x -> b.y", "b.x -> c.x", "c.z -> a.x")

    with pytest.raises(GraphError) as caught:
        same_tick_order(graph)

    assert "a -> b -> c -> a" in caught.value.message
    assert "`c.z ~> a.x`" in caught.value.hint
    assert caught.value.where.startswith("g.yaml:")


def test_edges_to_nodes_that_are_not_there_are_passed_over() -> None:
    assert same_tick_order(graph_of("ab", "x.o -> a.i", "b.o -> y.i")) == ["a", "b"]


edge_lists = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans()), max_size=14)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(edge_lists)
def test_every_edge_points_forward_or_a_true_cycle_is_named(pairs: list[tuple[int, int, bool]]) -> None:
    graph = Graph(nodes={f"n{i}": NodeInstance(f"n{i}", "t") for i in range(7)})
    graph.edges = [Edge(f"n{a}", "o", f"n{b}", "i", feedback) for a, b, feedback in pairs]

    cycle = find_cycle(graph)

    if cycle is None:
        order = same_tick_order(graph)
        assert sorted(order) == sorted(graph.nodes)
        assert all(order.index(e.source) < order.index(e.target) for e in graph.edges if not e.feedback)
    else:
        assert all(not edge.feedback for edge in cycle)
        assert [edge.target for edge in cycle] == [edge.source for edge in (*cycle[1:], cycle[0])]
        with pytest.raises(GraphError):
            same_tick_order(graph)
