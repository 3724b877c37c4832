"""Order within a tick: which node is decided before which, and where that is impossible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush

from studio.graph.model import Edge, Graph
from studio.support.errors import GraphError


def same_tick_order(graph: Graph) -> list[str]:
    """Return the node names in plan order: topological over same-tick edges and `initial_from`, ties by the file.

    Edges to unknown nodes are passed over. Raises GraphError naming the cycle if there is one.
    """
    order, rest = _sort(graph, graph.edges)
    if not rest:
        return order
    cycle = find_cycle(graph) or []
    message, hint = cycle_sentence(cycle)
    raise GraphError(message, where=str(cycle[0].place) if cycle else str(graph.place), hint=hint)


def _sort(graph: Graph, edges: Iterable[Edge]) -> tuple[list[str], set[str]]:
    rank = {name: nth for nth, name in enumerate(graph.nodes)}
    names = list(graph.nodes)
    waits = dict.fromkeys(names, 0)
    after: dict[str, list[str]] = {name: [] for name in names}
    for edge in edges:
        before = ordered_after(edge)
        if before in waits and edge.target in waits:
            after[before].append(edge.target)
            waits[edge.target] += 1
    ready = [rank[name] for name, count in waits.items() if not count]
    heapify(ready)
    order = []
    while ready:
        name = names[heappop(ready)]
        order.append(name)
        for follower in after[name]:
            waits[follower] -= 1
            if not waits[follower]:
                heappush(ready, rank[follower])
    return order, {name for name, count in waits.items() if count}


def ordered_after(edge: Edge) -> str:
    """Return the node that must be decided before this edge's target in the same tick, or "" (plain feedback)."""
    if not edge.feedback:
        return edge.source
    return edge.initial_from.partition(".")[0]


def edges_by_source(graph: Graph) -> dict[str, list[Edge]]:
    """Return the edges that leave each node, in file order."""
    after: dict[str, list[Edge]] = {name: [] for name in graph.nodes}
    for edge in graph.edges:
        after.setdefault(edge.source, []).append(edge)
    return after


def reaches(after: Mapping[str, Sequence[Edge]], start: str, goal: str) -> bool:
    """True if same-tick edges lead from one node to another; `after` is what `edges_by_source` gives."""
    seen, stack = {start}, [start]
    while stack:
        for edge in after.get(stack.pop(), ()):
            if edge.feedback or edge.target in seen:
                continue
            if edge.target == goal:
                return True
            seen.add(edge.target)
            stack.append(edge.target)
    return False


def find_cycle(graph: Graph) -> list[Edge] | None:
    """Return the edges of one cycle within a tick, in order, or None. Same-tick edges alone are looked at first."""
    for edges in ([edge for edge in graph.edges if not edge.feedback], graph.edges):
        _, rest = _sort(graph, edges)
        if rest:
            return _cycle_in(rest, edges)
    return None


def _cycle_in(rest: set[str], edges: Iterable[Edge]) -> list[Edge]:
    """Walk backwards among nodes that wait for ever until one comes again."""
    before: dict[str, Edge] = {}
    for edge in edges:
        if edge.target in rest and ordered_after(edge) in rest:
            before.setdefault(edge.target, edge)
    name = min(rest & before.keys())
    seen: dict[str, int] = {}
    walked: list[Edge] = []
    while name not in seen:
        seen[name] = len(walked)
        walked.append(before[name])
        name = ordered_after(before[name])
    return walked[seen[name] :][::-1]


def cycle_sentence(cycle: list[Edge]) -> tuple[str, str]:
    """Return the message that names a cycle and the hint that offers feedback."""
    through = next((edge for edge in cycle if edge.feedback), None)
    path = " -> ".join([ordered_after(cycle[0]), *(edge.target for edge in cycle)])
    if through is not None:
        return (
            f"`{through}` takes its first value from `{through.initial_from}`, which needs `{through.target}` "
            f"in the same tick: {path}.",
            "Give it `initial: …` instead, or take the first value from a node before it.",
        )
    last = cycle[-1]
    return (
        f"These nodes wait for each other within one tick: {path}.",
        f"Make one of the edges feedback, for example `{last.source}.{last.source_port} ~> "
        f"{last.target}.{last.target_port}`, which delivers at the next tick.",
    )
