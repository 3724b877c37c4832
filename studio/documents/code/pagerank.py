"""PageRank over weighted edges, by networkx."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DAMPING: Final = 0.85
ROUNDS: Final = 1_000
"""More than any graph of positive weights needs: the error shrinks by `DAMPING` each round."""


def pagerank(edges: Mapping[str, Mapping[str, float]], personal: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the rank of each node of a graph: `edges[a][b]` is the weight of the edge from a to b, at least 0.

    `personal` says where a walk starts anew, and where it goes from a node without an edge out; nodes it does not name
    get 0, and it counts as not given if it names none (Aider does the same). The ranks sum to 1.
    """
    import networkx

    nodes = sorted({*edges, *(target for out in edges.values() for target in out)})
    if not nodes:
        return {}
    graph = networkx.DiGraph()
    graph.add_nodes_from(nodes)  # in a fixed order, so that sums are rounded alike whatever order they came in
    graph.add_weighted_edges_from(
        (source, target, weight)
        for source in nodes
        for target, weight in sorted(edges.get(source, {}).items())
        if weight > 0
    )
    given = {node: personal.get(node, 0.0) for node in nodes} if personal else {}
    start = given if any(given.values()) else None
    ranks: dict[str, float] = networkx.pagerank(graph, alpha=DAMPING, personalization=start, max_iter=ROUNDS)
    return ranks
