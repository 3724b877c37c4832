"""Where texts come from: labels of output ports, followed through a graph without running it.

`untrusted` is what strangers write (a web page, what a tool server says of its tools), `private` what is not for
everybody (files, mails, stores). A model that gets both, and whose answer can leave the machine, does what the stranger
asks with what is private ("lethal trifecta", Willison 2025): no instruction to the model prevents it, cutting one of
the three does.

The flow is an over-approximation: every output carries the labels of all inputs of its node and its own, a store those
of all that was ever put into it, files those of all that is written to any, a body those of everybody who runs it;
what a project's store holds from earlier runs, of whatever graph, is both untrusted and private; what fails may quote
all that it was told; `when` counts, since what decides that something happens tells something, too.  One thing ends
`untrusted`: what cannot hold words, a number, or a choice from a list that the graph closes, cannot hold a stranger's
instructions.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from studio.graph.model import Edge, NodeInstance, StoreDecl
from studio.graph.ports import MAP_SUPPLIES
from studio.graph.scope import BODY_PARAM, Scope
from studio.spec.fields import Field, Fields
from studio.spec.node import Node
from studio.spec.params import read_params
from studio.spec.permissions import Permission
from studio.spec.registry import Registry
from studio.support.errors import GraphError
from studio.support.values import Json
from studio.trust.survey import permissions_of, tools_of

UNTRUSTED: Final = "untrusted"
PRIVATE: Final = "private"
_MODEL: Final = "model"
STORED: Final = (UNTRUSTED, PRIVATE)
"""What is said of texts that a project's store holds from earlier runs."""

Key = tuple[int, str]
"""A node: the graph it stands in (by `id`), and its name."""


class Mark(NamedTuple):
    """A label and the output it began at (`node.port`), or `model` and the node that answered."""

    label: str
    source: str
    key: Key


Marks = frozenset[Mark]
_NONE: Final[Marks] = frozenset()

_FILES: Final = ("files",)
"""Stands among the stores for the files of the project: what one node writes there, another may read."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """A node through which texts can leave, and how."""

    key: Key
    path: str
    how: Permission


@dataclass(frozen=True, slots=True)
class Risk:
    """A model that meets all three: sources are paths with ports, `ways_out` what its answer can reach."""

    key: Key
    path: str
    untrusted: tuple[str, ...]
    private: tuple[str, ...]
    ways_out: tuple[WayOut, ...]


def find_risks(top: Scope, registry: Registry) -> list[Risk]:
    """Return the models of a graph and its bodies that meet untrusted texts, private ones, and a way out."""
    if not _sends(top, registry, set()):
        return []
    flow = _Flow(top, registry)
    flow.settle()
    met: dict[Key, tuple[list[str], list[str]]] = {}
    for key, place in flow.places.items():
        marks = flow.entering(key) | place.own_tools if place.is_model else _NONE
        untrusted = sorted({mark.source for mark in marks if mark.label == UNTRUSTED})
        private = sorted({mark.source for mark in marks if mark.label == PRIVATE})
        if untrusted and private:
            met[key] = untrusted, private
    if met:  # only where their answers go is of interest
        flow.followed = frozenset(met)
        flow.settle()
    found = []
    for key, (untrusted, private) in met.items():
        ways = [
            WayOut(other, flow.places[other].path, how)
            for other, how in flow.ways_out.items()
            if other == key or any(mark.label == _MODEL and mark.key == key for mark in flow.entering(other))
        ]
        if ways:
            found.append(Risk(key, flow.places[key].path, tuple(untrusted), tuple(private), tuple(ways)))
    return found


def guarded_nodes(top: Scope, registry: Registry) -> frozenset[Key]:
    """Return the nodes whose outbound requests a person approves one by one: the ways out of all risks."""
    return frozenset(way.key for risk in find_risks(top, registry) for way in risk.ways_out)


def _sends(scope: Scope, registry: Registry, seen: set[int]) -> bool:
    """True if a graph or a body that it runs has a way out. Most have none, and are not looked at any closer."""
    if id(scope.graph) in seen:
        return False
    seen.add(id(scope.graph))
    bodies = []
    for node in scope.graph.nodes.values():
        cls = registry.find(node.type)
        if cls is None:
            continue
        if any(one.is_outbound for one in permissions_of(cls, node, (), registry)):
            return True
        reference = node.params.get(BODY_PARAM)
        if cls.spec.role in ("subgraph", "map") and isinstance(reference, str):
            bodies.append(reference)
    for reference in bodies:
        try:
            if _sends(scope.find_graph(reference), registry, seen):
                return True
        except GraphError:
            continue  # the check names it; such a graph does not run
    return False


class _Place:
    """A node where it stands, with what is known of it before anything flows."""

    def __init__(self, scope: Scope, path: str, node: NodeInstance, registry: Registry) -> None:
        self.scope = scope
        self.path = path
        self.node = node
        self.cls = registry.find(node.type)
        key = (id(scope.graph), node.name)
        self.own: dict[str, Marks] = {}
        self.closed: frozenset[str] = frozenset()
        """Outputs that cannot carry a stranger's words: numbers, and choices from a closed list."""
        self.own_tools: Marks = _NONE
        self.stores: dict[str, str] = {}
        self.files: set[str] = set()
        """`read`, `write`: what it may do to files."""
        self.role = self.cls.spec.role if self.cls is not None else ""
        self.is_model = self.cls is not None and _asks_model(self.cls)
        if self.cls is None or self.role:
            return
        self.closed = frozenset(name for name, field in _outputs(self.cls, node.params) if _is_closed(field))
        for port, labels in _labels(self.cls, node.params).items():
            self.own[port] = frozenset(Mark(label, f"{path}.{port}", key) for label in labels)
        tools: set[Mark] = set()
        for name, params in tools_of(self.cls, node.params):
            tool = registry.find(name)
            for labels in _labels(tool, params).values() if tool is not None else ():
                tools |= {Mark(label, f"{path} (its tool {name})", key) for label in labels}
        self.own_tools = frozenset(tools)
        read, _ = read_params(self.cls.Params, node.params)
        cls = self.cls
        self.stores = _asked(lambda: dict(cls.uses_stores(read)), {})

    def gives(self, port: str, entering: Marks) -> Marks:
        """What an output carries, but for the mark of a model whose answers are followed."""
        own = self.own.get(port, _NONE)
        if port == "error":  # it quotes servers, and what was being read
            own = own.union(*self.own.values())
        marks = entering | own | self.own_tools
        if port in self.closed:
            marks = frozenset(mark for mark in marks if mark.label != UNTRUSTED)
        return marks


class _Flow:
    """Labels on their way. Grows until nothing changes: marks are finitely many, and only ever added."""

    def __init__(self, top: Scope, registry: Registry) -> None:
        self.registry = registry
        self.places: dict[Key, _Place] = {}
        self.followed: frozenset[Key] = frozenset()
        """The models whose answers are followed."""
        self.ways_out: dict[Key, Permission] = {}
        self.bodies: dict[Key, Scope] = {}
        self.callers: dict[int, list[Key]] = {}
        self._feeds: dict[Key, list[Edge]] = {}
        self._after: dict[Key, set[Key]] = {}
        self._read: dict[Key, set[str]] = {}
        self._users: dict[Any, set[Key]] = {}
        self._held: dict[Any, Marks] = {}
        self._into: dict[Key, Marks] = {}
        self._fed: dict[Key, dict[str, Marks]] = {}
        self._given: dict[tuple[Key, str], Marks] = {}
        self._enter(top, "")

    def entering(self, key: Key) -> Marks:
        """All marks that reach a node."""
        return self._into.get(key, _NONE)

    # -- the shape ------------------------------------------------------------------------------

    def _enter(self, scope: Scope, path: str) -> None:
        """Take in a graph and the bodies that it runs, each once."""
        graph, waiting = scope.graph, []
        if id(graph) in self.callers:
            return
        self.callers[id(graph)] = []
        for edge in graph.edges:
            self._feeds.setdefault((id(graph), edge.target), []).append(edge)
            starts = edge.initial_from.partition(".")
            for source, port in ((edge.source, edge.source_port), (starts[0], starts[2])):
                if source:
                    self._after.setdefault((id(graph), source), set()).add((id(graph), edge.target))
                    self._read.setdefault((id(graph), source), set()).add(port)
        for node in graph.nodes.values():
            key = (id(graph), node.name)
            place = self.places[key] = _Place(scope, f"{path}/{node.name}" if path else node.name, node, self.registry)
            if place.cls is None:
                continue
            for one in permissions_of(place.cls, node, self._feeds.get(key, ()), self.registry):
                if one.is_outbound:
                    self.ways_out.setdefault(key, one)
                if one.kind in ("read", "write"):
                    place.files.add(one.kind)
                    self._users.setdefault(_FILES, set()).add(key)
            for store in place.stores:
                self._users.setdefault(self._store(place, store), set()).add(key)
            reference = node.params.get(BODY_PARAM)
            if place.role in ("subgraph", "map") and isinstance(reference, str):
                try:
                    waiting.append((key, scope.find_graph(reference), reference))
                except GraphError:
                    continue  # the check names it; such a graph does not run
        for key, body, reference in waiting:
            self.bodies[key] = body
            self._enter(body, f"{path}.{reference}" if path else reference)
            self.callers[id(body.graph)].append(key)

    def _store(self, place: _Place, name: str) -> Any:
        found = place.scope.find_store(name)
        declared: StoreDecl | None = None if found is None else found[1]
        if declared is None or declared.scope == "project":
            return name
        return id(declared)

    # -- the flow -------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let labels flow until nothing changes."""
        waiting = deque(self.places)
        queued = set(waiting)
        while waiting:
            key = waiting.popleft()
            queued.discard(key)
            for other in self._decide(key):
                if other not in queued:
                    queued.add(other)
                    waiting.append(other)

    def _decide(self, key: Key) -> Iterator[Key]:
        """Work out what a node gets and gives; yield the nodes that are to be looked at again."""
        place = self.places[key]
        feeds = self._feeds.get(key, ())
        by_port: dict[str, Marks] = {}
        for edge in feeds:
            by_port[edge.target_port] = by_port.get(edge.target_port, _NONE) | self._of_edge(key[0], edge)
        entering = frozenset[Mark]().union(*by_port.values()) if by_port else _NONE
        if place.role == "input":
            for caller in self.callers[key[0]]:
                entering |= self._handed_in(caller, place.node.name)
        entering |= self._from_stores(place)
        grown = entering != self._into.get(key, _NONE)
        self._into[key] = entering
        yield from self._into_stores(place, entering | place.own_tools | self._answer_of(key))
        body = self.bodies.get(key)
        if body is not None and by_port != self._fed.get(key):
            self._fed[key] = by_port
            yield from ((id(body.graph), name) for name in body.graph.nodes if self._is(body, name, "input"))
        changed = False
        for port in self._read.get(key, ()):
            if body is None:
                gives = place.gives(port, entering) | self._answer_of(key)
            else:
                gives = entering | self._handed_out(body, port)
            if gives != self._given.get((key, port), _NONE):
                self._given[key, port] = gives
                changed = True
        if changed:
            yield from self._after.get(key, ())
        if grown and place.role == "output":
            yield from self.callers[key[0]]

    def _answer_of(self, key: Key) -> Marks:
        return frozenset({Mark(_MODEL, self.places[key].path, key)}) if key in self.followed else _NONE

    def _is(self, scope: Scope, name: str, role: str) -> bool:
        return self.places[id(scope.graph), name].role == role

    def _of_edge(self, graph: int, edge: Edge) -> Marks:
        marks = self._given.get(((graph, edge.source), edge.source_port), _NONE)
        if edge.initial_from:
            node, _, port = edge.initial_from.partition(".")
            marks |= self._given.get(((graph, node), port), _NONE)
        return marks

    def _handed_in(self, caller: Key, name: str) -> Marks:
        """What a region node hands to an input of its body; a map makes items of what it splits."""
        ports = {name, "when"}
        if self.places[caller].role == "map" and name in MAP_SUPPLIES:
            ports |= {"items"}
        marks = _NONE
        for edge in self._feeds.get(caller, ()):
            if edge.target_port in ports:
                marks |= self._of_edge(caller[0], edge)
        return marks

    def _handed_out(self, body: Scope, port: str) -> Marks:
        """What a body gives at an output; `done` and `error` tell of all of them."""
        outputs = [name for name in body.graph.nodes if self._is(body, name, "output")]
        chosen = [port] if port in outputs else outputs
        return frozenset[Mark]().union(*(self._into.get((id(body.graph), name), _NONE) for name in chosen))

    def _from_stores(self, place: _Place) -> Marks:
        marks = self._held.get(_FILES, _NONE) if "read" in place.files else _NONE
        for name in place.stores:
            store = self._store(place, name)
            marks |= self._held.get(store, _NONE)
            if isinstance(store, str):  # one of the project
                key = (id(place.scope.graph), place.node.name)
                marks |= {Mark(label, f"{place.path} (the project's store {name})", key) for label in STORED}
        return marks

    def _into_stores(self, place: _Place, marks: Marks) -> Iterator[Key]:
        written = [self._store(place, name) for name, use in place.stores.items() if use != "read"]
        for store in (*written, *((_FILES,) if "write" in place.files else ())):
            held = self._held.get(store, _NONE)
            if not marks <= held:
                self._held[store] = held | marks
                yield from self._users[store]


def _asks_model(cls: type[Node]) -> bool:
    return any(field.editor.get("kind") == "model" for field in cls.Params.fields().values())


def _labels(cls: type[Node], params: Mapping[str, Json]) -> dict[str, frozenset[str]]:
    """The labels that a type declares for its outputs, by port."""
    return {name: field.labels for name, field in _outputs(cls, params) if field.labels}


def _outputs(cls: type[Node], params: Mapping[str, Json]) -> Iterable[tuple[str, Field]]:
    read, _ = read_params(cls.Params, params)
    made: type[Fields] = _asked(lambda: cls.outputs(read), cls.Out)
    fields: Iterable[tuple[str, Field]] = _asked(lambda: made.fields().items(), cls.Out.fields().items())
    return fields


def _is_closed(field: Field) -> bool:
    return field.type in ("boolean", "integer", "number") or "enum" in (field.schema or {})


def _asked(question: Any, otherwise: Any) -> Any:
    """Ask a type about params; where it fails, `otherwise` (the check of the graph tells that it failed)."""
    try:
        return question()
    except Exception:  # noqa: BLE001 - code of plugins, fed with whatever the file says
        return otherwise
