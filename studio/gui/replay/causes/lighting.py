"""What of each graph is lit by causes: nodes, the region nodes around them, and the wires that carried the values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from studio.editing.document.ops import At
from studio.graph.model import Edge
from studio.gui.live.watching.places import Places, Spot, way
from studio.gui.replay.lit import Lit, LitPart
from studio.replay.causes.records import FAILURE, LEAVES, OUTSIDE, SAME_QUESTION, STORE

if TYPE_CHECKING:
    from studio.graph.model import Graph
    from studio.replay.causes import Absence, Ancestry, Cause
    from studio.spec.registry import Registry
    from studio.trace.found import Firing

_NO_WIRE: Final = frozenset({LEAVES, STORE, SAME_QUESTION, FAILURE})
"""Relations that no wire of a graph stands for."""

_SHARES: Final = ("item", "index", "key")
"""Inputs of a map's body that come over its wire `items`."""


class Lighting:
    """Collects what is lit in one run's graph. Touches nothing but its own view of the graph, so any thread may."""

    def __init__(self, graph: Graph, registry: Registry) -> None:
        self._places = Places(graph)
        self._registry = registry
        self._ways: dict[str, list[Spot]] = {}
        self._into: dict[At, dict[tuple[str, str], list[Edge]]] = {}
        self._seen: set[tuple[str, str, str, str]] = set()
        self._firings: dict[int, int | None] = {}
        self._nodes: dict[At, set[str]] = {}
        self._edges: dict[At, dict[int, Edge]] = {}

    # -- adding -------------------------------------------------------------------------------

    def add_ancestry(self, found: Ancestry) -> None:
        """Light what led to a firing, or what it led to."""
        for firing in found.firings.values():
            self.add_firing(firing)
        for edge in found.edges:
            self.add_cause(edge, found.firings)

    def add_absence(self, absence: Absence) -> None:
        """Light the way back from something that is not there to what decided that."""
        links = absence.links
        for link in links:
            self._add_node(link.node)
            if link.firing is not None:
                self.add_firing(link.firing)
        if absence.decided_by is not None:
            self.add_firing(absence.decided_by)
        for link, before in pairwise(links):
            if link.node != before.node and link.port:
                self._add_edges(self._wires(link.node, link.port, before.node, None))

    def add_firing(self, firing: Firing) -> None:
        """Light a firing."""
        self._firings[firing.id] = firing.seq
        self._add_node(firing.node)

    def add_cause(self, edge: Cause, firings: Mapping[int, Firing]) -> None:
        """Light the wire that an edge stands for, if one does; both its firings must be given."""
        source = None if edge.source == OUTSIDE else firings.get(edge.source)
        of = firings.get(edge.of)
        if of is None:
            return
        if edge.why in _NO_WIRE:
            return
        # The same wire carries one firing's value after another's: it is looked for once.
        key = (of.node, edge.port, "" if source is None else source.node, edge.output)
        if key not in self._seen:
            self._seen.add(key)
            self._add_edges(self._wires(of.node, edge.port, "" if source is None else source.node, edge.output))

    def lit(self, title: str) -> Lit:
        """Return all that was added."""
        parts = {
            at: LitPart(frozenset(names), tuple(self._edges.get(at, {}).values())) for at, names in self._nodes.items()
        }
        steps = tuple(sorted(seq for seq in self._firings.values() if seq is not None))
        return Lit(title, frozenset(self._firings), steps, parts)

    # -- within -------------------------------------------------------------------------------

    def _way(self, node: str) -> list[Spot]:
        known = self._ways.get(node)
        if known is None:
            known = self._ways[node] = way(self._places, node, self._registry)
        return known

    def _add_node(self, node: str) -> None:
        for spot in self._way(node):
            self._nodes.setdefault(spot.at, set()).add(spot.name)

    def _add_edges(self, edges: Iterable[tuple[At, Edge]]) -> None:
        for at, edge in edges:
            self._edges.setdefault(at, {})[id(edge)] = edge

    def _wires(self, node: str, port: str, source: str, output: str | None) -> Iterator[tuple[At, Edge]]:
        """The wires over which a node took at an input what a node's output gave (`output` None: any of them; `source`
        "": the first value written on the wire). What a `flow.input` takes comes over a wire of the region node."""
        spots = self._way(node)
        if not spots:
            return
        at, name = spots[-1]
        names = [(at, name, port)]
        if len(spots) > 1 and self._is_input(at, name):
            around = spots[-2]
            names = [(around.at, around.name, name)]
            if name in _SHARES:
                names.append((around.at, around.name, "items"))
        giver = source.rpartition("/")[2]
        for where, target, into in names:
            carried = list(self._carried(self._incoming(where, target, into), giver, output))
            yield from ((where, edge) for edge in carried)
            if carried:
                return

    @staticmethod
    def _carried(edges: list[Edge], giver: str, output: str | None) -> Iterator[Edge]:
        if not giver:
            yield from (edge for edge in edges if edge.has_initial)
            return
        given = [edge for edge in edges if edge.source == giver and output in (None, edge.source_port)]
        given = [edge for edge in given if not edge.feedback] or given
        if not given:
            given = [edge for edge in edges if edge.initial_from == f"{giver}.{output}"]
        yield from given

    def _incoming(self, at: At, name: str, port: str) -> list[Edge]:
        into = self._into.get(at)
        if into is None:
            into = self._into[at] = {}
            graph = self._places.graph_at(at)
            for edge in [] if graph is None else graph.edges:
                into.setdefault((edge.target, edge.target_port), []).append(edge)
        return into.get((name, port), [])

    def _is_input(self, at: At, name: str) -> bool:
        graph = self._places.graph_at(at)
        node = None if graph is None else graph.nodes.get(name)
        cls = None if node is None else self._registry.find(node.type)
        return cls is not None and cls.spec.role == "input"
