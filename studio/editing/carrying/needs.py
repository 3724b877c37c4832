"""Which inputs of a graph each of its nodes cannot do without: absent, they skip it for certain (rule 2.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from studio.graph.model import Edge, Graph
from studio.graph.order import same_tick_order
from studio.spec.fields import Field


def needs_of(
    graph: Graph, entries: Iterable[str], field_of: Callable[[str, str], Field | None]
) -> dict[str, frozenset[str]]:
    """Return for each node the entries (nodes that bring something in) of which it needs every one.

    `field_of` tells what is known of an input port; of one that is unknown nothing is said. Raises GraphError for a
    graph with a cycle within a tick.
    """
    starts = list(entries)
    everything = frozenset(starts)
    into: dict[str, dict[str, list[Edge]]] = {name: {} for name in graph.nodes}
    for edge in graph.edges:
        if edge.target in into:
            into[edge.target].setdefault(edge.target_port, []).append(edge)
    found: dict[str, frozenset[str]] = {name: frozenset({name}) for name in starts}
    for name in same_tick_order(graph):
        if name in found:
            continue
        node = graph.nodes[name]
        if node.knockout:
            # Switched off it does nothing with or without; one that lets its input pass depends on which is there.
            found[name] = everything if node.knockout is True else frozenset()
            continue
        needed: frozenset[str] = frozenset()
        for port, wires in into[name].items():
            spec = field_of(name, port)
            if port == "when" or (spec is not None and spec.required):
                needed |= frozenset.intersection(*(_brought(edge, found) for edge in wires))
        found[name] = needed
    return found


def _brought(edge: Edge, found: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset() if edge.feedback else found.get(edge.source, frozenset())
