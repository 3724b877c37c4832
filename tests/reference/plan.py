"""What can be said of a graph before it runs: scopes, ports, plan order, who is live, who contends.

Written from the sentences of section 2 and without a look at the engine's own plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from studio.graph.model import Edge, Graph, NodeInstance
from studio.spec.fields import Field
from studio.spec.node import Node
from studio.spec.registry import Registry
from studio.support.values import Json


class Scope:
    """A graph and the graphs around it in the file; names of bodies and stores are looked up outwards."""

    def __init__(self, graph: Graph, registry: Registry, outer: Scope | None = None) -> None:
        self.graph = graph
        self.registry = registry
        self.outer = outer

    def body(self, name: str) -> Scope:
        """Return the graph of this name: of this graph first, then of the enclosing ones."""
        if name in self.graph.graphs:
            return Scope(self.graph.graphs[name], self.registry, self)
        if self.outer is None:
            raise LookupError(f"no graph `{name}`")
        return self.outer.body(name)

    def declares(self, store: str) -> Scope:
        """Return the scope that declares the store, the nearest first."""
        if store in self.graph.stores:
            return self
        if self.outer is None:
            raise LookupError(f"no store `{store}`")
        return self.outer.declares(store)

    def cls(self, node: NodeInstance) -> type[Node]:
        """Return the node type of a node."""
        found = self.registry.find(node.type)
        if found is None:
            raise LookupError(f"no type `{node.type}`")
        return found

    def role(self, node: NodeInstance) -> str:
        """Return the part the engine itself plays for this node: input, output, stop, subgraph, map or none."""
        return self.cls(node).spec.role

    def is_shared(self, node: NodeInstance) -> bool:
        """Rule 2.6: an organ or a population shares the clock of its region."""
        return self.role(node) in ("subgraph", "map") and node.params.get("clock", "own") == "shared"

    @cached_property
    def order(self) -> list[str]:
        """Rule 2.7: "Plan order = topological order of a region, ties by node order in the file."

        Rule 2.1: `initial_from` "orders tick 0 like a same-tick edge".
        """
        before: dict[str, set[str]] = {name: set() for name in self.graph.nodes}
        for edge in self.graph.edges:
            if not edge.feedback:
                before[edge.target].add(edge.source)
            elif edge.initial_from:
                before[edge.target].add(edge.initial_from.rpartition(".")[0])
        ordered: list[str] = []
        while len(ordered) < len(before):
            ordered.append(next(n for n in before if n not in ordered and before[n] <= set(ordered)))
        return ordered

    def wires_into(self, name: str) -> list[tuple[int, Edge]]:
        """Return the edges into a node with their position in the file."""
        return [(i, edge) for i, edge in enumerate(self.graph.edges) if edge.target == name]

    def inputs(self, node: NodeInstance) -> dict[str, Field]:
        """Return the input ports; those of a region node are the `flow.input`s of its body (section 12)."""
        role = self.role(node)
        if role in ("subgraph", "map"):
            body = self.body(str(node.params["graph"]))
            ports: dict[str, Field] = {}
            if role == "map":
                ports["items"] = Field(name="items", kind="port", type="list")
            for inner in body.graph.nodes.values():
                if body.role(inner) == "input" and not (role == "map" and inner.name in ("item", "index", "key")):
                    kind = str(inner.params.get("type", "any"))
                    if inner.name in as_names(node.params.get("each")):
                        kind = "any"
                    given = {"default": inner.params["value"]} if "value" in inner.params else {}
                    ports[inner.name] = Field(name=inner.name, kind="port", type=kind, **given)
            return ports
        return self.cls(node).inputs(self.params(node)).fields()

    def outputs(self, node: NodeInstance) -> dict[str, Field]:
        """Return the output ports; those of a region node are the `flow.output`s of its body."""
        role = self.role(node)
        if role in ("subgraph", "map"):
            body = self.body(str(node.params["graph"]))
            return {
                inner.name: Field(
                    name=inner.name, kind="port", type="list" if role == "map" else str(inner.params.get("type", "any"))
                )
                for inner in body.graph.nodes.values()
                if body.role(inner) == "output"
            }
        return self.cls(node).outputs(self.params(node)).fields()

    def params(self, node: NodeInstance) -> object:
        """Return the params of a node with their defaults."""
        return self.cls(node).Params(**node.params)


def as_names(value: Json) -> list[str]:
    """Return the names a param lists, be it nothing, one name or a list of names."""
    return [] if not value else [value] if isinstance(value, str) else list(value)


def uses_store(scope: Scope, node: NodeInstance) -> bool:
    """Rule 2.4: a node that uses a store is live."""
    return bool(scope.cls(node).spec.stores)


def live_inside(scope: Scope, seen: frozenset[int] = frozenset()) -> bool:
    """Rule 2.4: "anything inside is live by type or store"; `fires` on the inner node overrides its type."""
    if id(scope.graph) in seen:
        return False
    for node in scope.graph.nodes.values():
        if node.fires == "once":
            continue
        if node.fires == "every_tick":
            return True
        if scope.cls(node).spec.live or uses_store(scope, node):
            return True
        if scope.role(node) in ("subgraph", "map"):
            if live_inside(scope.body(str(node.params["graph"])), seen | {id(scope.graph)}):
                return True
    return False


def feedback_inside(scope: Scope) -> bool:
    """Rule 2.4: a shared body "has feedback", its own or that of an organ in it."""
    if any(edge.feedback for edge in scope.graph.edges):
        return True
    return any(
        feedback_inside(scope.body(str(node.params["graph"])))
        for node in scope.graph.nodes.values()
        if scope.is_shared(node)
    )


def live_nodes(scope: Scope, live_inputs: frozenset[str]) -> set[str]:
    """Rule 2.4: "A node is *live* if it has a feedback input, a live predecessor, a store, or a type that is live …
    All others are *steady* … `fires: once | every_tick` on a node overrides. A region node is live if a wire into it
    is, or anything inside is live by type or store, or (shared) has feedback."

    `live_inputs` are the `flow.input`s of a shared body that a live wire of the region around it feeds.
    """
    live: set[str] = set()
    for name in scope.order:
        node = scope.graph.nodes[name]
        if node.fires is not None:
            is_live = node.fires == "every_tick"
        else:
            is_live = scope.cls(node).spec.live or uses_store(scope, node) or name in live_inputs
            if scope.role(node) in ("subgraph", "map"):
                body = scope.body(str(node.params["graph"]))
                is_live = is_live or live_inside(body) or (scope.is_shared(node) and feedback_inside(body))
            for _, edge in scope.wires_into(name):
                is_live = is_live or edge.feedback or edge.source in live
        if is_live:
            live.add(name)
    return live


def live_ports(scope: Scope, name: str, live: set[str]) -> frozenset[str]:
    """Return the inputs of a shared body that change: those whose port a live or feedback wire feeds.

    What a population gets of each item (`item`, `index`, `key`) changes with `items`.
    """
    ports = {edge.target_port for _, edge in scope.wires_into(name) if edge.feedback or edge.source in live}
    if "items" in ports:
        ports |= {"item", "index", "key"}
    return frozenset(ports)


@dataclass(frozen=True)
class Port:
    """A port of a node of this graph."""

    node: str
    name: str


def leads_only_to(scope: Scope, name: str, port: Port) -> bool:
    """Rule 2.3: a node "all of whose outputs lead to" the wires of one port, directly or through others."""
    leaving = [edge for edge in scope.graph.edges if edge.source == name]
    return bool(leaving) and all(
        not edge.feedback and (Port(edge.target, edge.target_port) == port or leads_only_to(scope, edge.target, port))
        for edge in leaving
    )


def races(scope: Scope, name: str) -> list[Port]:
    """Return the `first` ports for which a node contends (rule 2.3): wired straight to it, or leading only to it."""
    found = []
    for node in scope.graph.nodes.values():
        for port in scope.inputs(node).values():
            if port.join != "first":
                continue
            here = Port(node.name, port.name)
            straight = any(
                edge.source == name and Port(edge.target, edge.target_port) == here and not edge.feedback
                for edge in scope.graph.edges
            )
            if straight or leads_only_to(scope, name, here):
                found.append(here)
    return found


def runners_behind(scope: Scope, edge: Edge) -> list[str]:
    """Return the contenders that lead to one wire of a race, in plan order."""
    here = Port(edge.target, edge.target_port)
    behind = {edge.source}
    for name in reversed(scope.order):
        targets = {e.target for e in scope.graph.edges if e.source == name and not e.feedback}
        if targets & behind and leads_only_to(scope, name, here):
            behind.add(name)
    return [name for name in scope.order if name in behind]
