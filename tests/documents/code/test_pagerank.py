"""Ranks are those of networkx's definition, and of a graph small enough for a pencil."""

from __future__ import annotations

import networkx  # type: ignore[import-untyped, unused-ignore]
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.code.pagerank import pagerank

NODES = "abcde"
EDGES = st.dictionaries(
    st.sampled_from(NODES),
    st.dictionaries(st.sampled_from(NODES), st.floats(0.01, 100), min_size=1, max_size=5),
    min_size=1,
    max_size=5,
)
PERSONAL = st.none() | st.dictionaries(st.sampled_from(NODES), st.floats(0.1, 10), max_size=3)


def test_two_files_of_which_one_refers_to_the_other() -> None:
    """b → a; a has no edge out, so from there the walk starts anew: b = 0.075 + 0.425 a, and a + b = 1."""
    ranks = pagerank({"b": {"a": 1.0}})

    assert ranks["a"] == pytest.approx(0.925 / 1.425, abs=1e-5)
    assert ranks["b"] == pytest.approx(1 - 0.925 / 1.425, abs=1e-5)


def test_a_file_whose_only_edge_leads_to_itself_keeps_its_rank() -> None:
    """Nothing flows between the two, and each gets 0.15 / 2 anew: both keep a half."""
    assert pagerank({"a": {"a": 0.1}, "b": {"b": 7.0}}) == pytest.approx({"a": 0.5, "b": 0.5})


def test_personal_names_that_are_no_nodes_count_as_none() -> None:
    assert pagerank({"b": {"a": 1.0}}, {"zzz": 5.0}) == pagerank({"b": {"a": 1.0}})


def test_no_edges_no_ranks() -> None:
    assert pagerank({}) == {}


@given(EDGES, PERSONAL)
def test_ranks_are_a_fixed_point_of_the_google_matrix_of_networkx(
    edges: dict[str, dict[str, float]], personal: dict[str, float] | None
) -> None:
    graph = networkx.DiGraph()
    for source, out in edges.items():
        for target, weight in out.items():
            graph.add_edge(source, target, weight=weight)
    known = {node: value for node, value in (personal or {}).items() if node in graph} or None
    nodes = sorted(graph)
    matrix = networkx.google_matrix(
        graph, alpha=0.85, personalization=known, nodelist=nodes, weight="weight", dangling=known
    )

    ranks = pagerank(edges, personal)

    row = numpy.array([ranks[node] for node in nodes])
    assert sum(ranks.values()) == pytest.approx(1)
    assert numpy.abs(row @ numpy.asarray(matrix) - row).sum() <= len(nodes) * 1e-6
