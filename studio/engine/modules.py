"""The modules of a graph and who reads whom: wires between modules, through the helpers that lie between them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from studio.dynamics.modules import INNER, ModuleFacts, asks, facts_of
from studio.dynamics.settings import Settings
from studio.graph.model import Graph, NodeInstance
from studio.graph.scope import BODY_PARAM, Scope
from studio.spec.node import Node
from studio.spec.params import parse_params
from studio.spec.registry import Registry
from studio.support.errors import GraphError

MOST_NODES = 100_000
"""Nodes looked at, bodies as often as they are run; beyond it wires are left out."""


class Modules:
    """The modules of a graph and of the graphs it runs, by *place*: a node path without the items of maps."""

    def __init__(self, graph: Graph, registry: Registry) -> None:
        self._registry = registry
        self._facts: dict[str, ModuleFacts | None] = {}
        self._maps: set[str] = set()
        self._before: dict[str, list[str]] = {}
        self._graph = graph  # kept, so that the numbers of its graphs stay theirs
        self._recursive: set[int] = set()
        self._feeds_back = False
        self._walk(Scope(graph), "", ())
        self.asks = asks(self._facts.values())
        """Whether a model or a person is asked. What rules alone keep on their agenda is no goal."""
        self._facts = {place: facts if self.counts(facts) else None for place, facts in self._facts.items()}

    def counts(self, facts: ModuleFacts | None) -> bool:
        """Return whether a node that is this counts as a module in this graph."""
        return facts is not None and (facts.kind not in INNER or not self.asks)

    def calls_itself(self, graph: Graph) -> bool:
        """Whether one of the graphs that are run here contains itself, by itself or by way of others."""
        return id(graph) in self._recursive

    @property
    def is_recursive(self) -> bool:
        """Whether any graph that is run here contains itself."""
        return bool(self._recursive)

    @property
    def comes_round(self) -> bool:
        """Whether anything comes again in this graph: over a feedback wire, until it is stopped, or in a call of
        itself. Without, it is over when what it was given is used up."""
        return self._feeds_back or self.is_recursive

    def watched_with(self, thresholds: Settings) -> Settings:
        """Return the thresholds by which runs of this graph are watched. One in which nothing comes again cannot
        wander: eighteen mails that are sorted one by one are new each time, as they should be."""
        return thresholds if self.comes_round else replace(thresholds, wander_least=sys.maxsize)

    @property
    def size(self) -> int:
        """How many there are."""
        return sum(facts is not None for facts in self._facts.values())

    def inputs(self, path: str) -> tuple[str, ...]:
        """Return the paths of the modules that a module reads, in the order of the graph; those in other maps than it
        stands in are left out, as they are many."""
        names, items, place = path.split("/"), list[tuple[str, str]](), ""
        at = 0
        while at < len(names):
            place = f"{place}/{names[at]}" if place else names[at]
            at += 1
            if place in self._maps and at < len(names):
                items.append((place, names[at]))
                at += 1
        found = (self._with_items(source, dict(items)) for source in self._wires.get(place, ()))
        return tuple(source for source in found if source is not None)

    def _with_items(self, place: str, items: dict[str, str]) -> str | None:
        names, path, around = place.split("/"), "", ""
        for number, name in enumerate(names):
            around = f"{around}/{name}" if around else name
            path = f"{path}/{name}" if path else name
            if around in self._maps and number < len(names) - 1:
                if around not in items:
                    return None
                path = f"{path}/{items[around]}"
        return path

    @cached_property
    def _wires(self) -> dict[str, tuple[str, ...]]:
        """Module to the modules it reads, by place."""
        order = {place: number for number, place in enumerate(self._facts)}
        return {
            place: tuple(sorted(self._sources(place), key=order.__getitem__))
            for place, facts in self._facts.items()
            if facts is not None
        }

    def _sources(self, place: str) -> set[str]:
        found: set[str] = set()
        seen = {place}
        waiting = list(self._before.get(place, ()))
        while waiting:
            source = waiting.pop()
            if source in seen:
                continue
            seen.add(source)
            if self._facts.get(source) is not None:
                found.add(source)
            else:
                waiting += self._before.get(source, ())
        return found

    def _walk(self, scope: Scope, prefix: str, around: tuple[Graph, ...]) -> None:
        """Take up the nodes and wires of a graph and of the bodies in it; one that holds itself is entered once."""
        bodies: dict[str, tuple[Graph, bool]] = {}
        self._feeds_back |= scope.graph.until == "stop" or any(edge.feedback for edge in scope.graph.edges)
        for name, node in scope.graph.nodes.items():
            if len(self._facts) >= MOST_NODES:
                return
            cls = self._registry.find(node.type)
            self._facts[prefix + name] = None if cls is None else _facts(cls, node)
            if cls is None or cls.spec.role not in ("subgraph", "map"):
                continue
            try:
                body = scope.find_graph(str(node.params.get(BODY_PARAM, "")))
            except GraphError:
                continue  # the check has named it
            if cls.spec.role == "map":
                self._maps.add(prefix + name)
            within = [*around, scope.graph]
            if any(each is body.graph for each in within):
                at = next(nth for nth, each in enumerate(within) if each is body.graph)
                self._recursive.update(map(id, within[at:]))
                continue
            bodies[name] = body.graph, cls.spec.role == "map"
            self._walk(body, f"{prefix}{name}/", (*around, scope.graph))
        for edge in scope.graph.edges:
            for target in _inner(bodies, edge.target, edge.target_port, entering=True):
                for source in _inner(bodies, edge.source, edge.source_port, entering=False):
                    self._before.setdefault(prefix + target, []).append(prefix + source)


def _facts(cls: type[Node], node: NodeInstance) -> ModuleFacts | None:
    return facts_of(cls, parse_params(cls.Params, node.params)[0])


def _inner(bodies: dict[str, tuple[Graph, bool]], name: str, port: str, *, entering: bool) -> Iterator[str]:
    """Yield where a wire really begins or ends: at the inner input or output of a body, else at the node."""
    body = bodies.get(name)
    if body is None:
        yield name
        return
    graph, is_map = body
    port = "item" if is_map and entering and port == "items" else port
    if port in graph.nodes:
        yield f"{name}/{port}"
    elif entering:  # `when`, which reaches all of it
        yield from (f"{name}/{inner}" for inner, node in graph.nodes.items() if node.type == "flow.input")
