"""PageRank over weighted edges, as networkx computes it, without the package (scipy) that networkx needs for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DAMPING: Final = 0.85
ROUNDS: Final = 100
TOLERANCE: Final = 1e-6
"""Per node, summed over all: where networkx stops."""


def pagerank(edges: Mapping[str, Mapping[str, float]], personal: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the rank of each node of a graph: `edges[a][b]` is the weight of the edge from a to b, at least 0.

    `personal` says where a walk starts anew, and where it goes from a node without an edge out; nodes it does not name
    get 0, and it counts as not given if it names none (Aider does the same). The ranks sum to 1.
    """
    nodes = sorted({*edges, *(target for out in edges.values() for target in out)})
    if not nodes:
        return {}
    given = {node: personal.get(node, 0.0) for node in nodes} if personal else {}
    total = sum(given.values())
    start = {node: given[node] / total for node in nodes} if total else dict.fromkeys(nodes, 1 / len(nodes))
    moves = {}
    for node in nodes:
        out = {target: weight for target, weight in sorted(edges.get(node, {}).items()) if weight > 0}
        whole = sum(out.values())
        moves[node] = [(target, weight / whole) for target, weight in out.items()]
    stuck = [node for node in nodes if not moves[node]]
    ranks = dict.fromkeys(nodes, 1 / len(nodes))
    for _ in range(ROUNDS):
        lost = sum(ranks[node] for node in stuck)
        new = {node: (DAMPING * lost + 1 - DAMPING) * start[node] for node in nodes}
        for node in nodes:
            for target, share in moves[node]:
                new[target] += DAMPING * ranks[node] * share
        change = sum(abs(new[node] - ranks[node]) for node in nodes)
        ranks = new
        if change < len(nodes) * TOLERANCE:
            break
    return ranks
