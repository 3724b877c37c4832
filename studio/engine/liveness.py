"""What a region node inherits from its body: whether it is live, and which outside stores it uses.

Design rules 2.4 (a region node is live if anything inside is live by type or store, or, shared, has feedback)
and 2.9 (it counts as one use of each outside store that its body uses). Bodies may contain themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.graph.ports import PortsOf, node_ports
from studio.graph.scope import Scope
from studio.spec.registry import Registry

_STRENGTH = {"read": 0, "write": 1, "take": 2}


@dataclass(slots=True)
class Nature:
    """Whether a node is live by itself, and the stores it uses: name → read, write or take."""

    live: bool = False
    stores: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True
    """False where a graph that contains itself was left out, as it was being looked at already."""


def body_nature(
    scope: Scope,
    registry: Registry,
    *,
    shared: bool,
    seen: frozenset[int] = frozenset(),
    known: dict[tuple[int, bool], Nature] | None = None,
    ports_of: PortsOf = node_ports,
) -> Nature:
    """Return what running this graph as one node makes of that node. `scope` is the body's.

    `known` holds what was found out about bodies on the way: one that many run is looked at once. `ports_of` is asked
    for the ports of nodes, by who asks for them again.
    """
    graph = scope.graph
    known = {} if known is None else known
    if (id(graph), shared) in known:
        return known[id(graph), shared]
    if id(graph) in seen:
        return Nature(whole=False)
    seen = seen | {id(graph)}
    whole = True
    live = shared and any(edge.feedback for edge in graph.edges)
    used: dict[str, str] = {}
    for instance in graph.nodes.values():
        ports = ports_of(scope, instance, registry)
        if ports.cls is None or ports.params is None:
            continue
        spec = ports.cls.spec
        if spec.role in ("subgraph", "map"):
            inner_shared = getattr(ports.params, "clock", "own") == "shared"
            # Feedback of an organ belongs to the clock it shares: outside an own-clock body it makes nothing live.
            inner = body_nature(
                scope.find_graph(str(getattr(ports.params, "graph", ""))),
                registry,
                shared=shared and inner_shared,
                seen=seen,
                known=known,
                ports_of=ports_of,
            )
            whole = whole and inner.whole
            by_itself = inner.live
            uses: Mapping[str, str] = inner.stores
        else:
            uses = ports.cls.uses_stores(ports.params)
            by_itself = bool(uses) or spec.live
        live = live or instance.fires == "every_tick" or (by_itself and instance.fires != "once")
        for name, use in uses.items():
            if name in graph.stores and graph.stores[name].scope == "region":
                continue
            if _STRENGTH[use] >= _STRENGTH.get(used.get(name, "read"), 0):
                used[name] = use
    nature = Nature(live, used, whole)
    if whole:
        known[id(graph), shared] = nature
    return nature
