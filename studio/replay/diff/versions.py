"""The graphs of two runs: what differs in them, which nodes only changed their name, and what stands at a path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from studio.graph.model import Edge, Graph, NodeInstance
from studio.graph.scope import BODY_PARAM, Scope
from studio.replay.diff.found import Fact
from studio.spec.registry import default_registry
from studio.support.errors import GraphError, StudioError, UsageError
from studio.support.nearest import near
from studio.support.values import Json, encode

if TYPE_CHECKING:
    from studio.trace import Trace

ANY_ITEM = "*"
"""Stands for the items of a map in a path that means all of them."""

_KEYS = ("type", "fires", "on_error", "default", "retries", "timeout_s", "limits", "knockout")
_SETTINGS = ("until", "max_ticks", "on_limit", "limits", "dynamics")


class Spot(NamedTuple):
    """What stands at a node path: `graph` is the dotted name of the subgraph ("" for the graph of the file), `folded`
    the path with `*` for the items of maps."""

    graph: str
    node: NodeInstance | None
    folded: str


class Version:
    """The graph of one run as it was run. `graph` is None if its text cannot be read any more."""

    def __init__(self, trace: Trace, run: str) -> None:
        self.text = trace.graph_text(run)
        self.graph: Graph | None = None
        self.names: dict[int, str] = {}
        try:
            self.graph = Graph.from_text(self.text)
        except GraphError:  # of another time: paths are compared as they are, the rest of the comparison stands
            return
        self.names = {id(graph): name for name, graph in self.graph.walk()}
        self._top = Scope(self.graph)
        self._spots: dict[str, tuple[Spot, tuple[str, ...]]] = {}

    def spot(self, path: str) -> Spot:
        """Return what stands at a node path."""
        return self._walked(path)[0]

    def renamed(self, path: str, renames: Mapping[str, str]) -> str:
        """Return the path with the nodes on it called as `renames` (`graph.node` → name) says."""
        if not renames or self.graph is None:
            return path
        places = self._walked(path)[1]
        parts = path.split("/")
        return "/".join(renames.get(place, part) if place else part for part, place in zip(parts, places, strict=True))

    def _walked(self, path: str) -> tuple[Spot, tuple[str, ...]]:
        """The spot, and for every part of the path `graph.node`, or "" where it is an item."""
        if self.graph is None:
            return Spot("", None, path), ("",) * (path.count("/") + 1)
        if path not in self._spots:
            self._spots[path] = self._walk(path.split("/"))
        return self._spots[path]

    def _walk(self, parts: list[str]) -> tuple[Spot, tuple[str, ...]]:
        scope: Scope | None = self._top
        node: NodeInstance | None = None
        graph = ""
        places: list[str] = []
        folded: list[str] = []
        is_item = False
        for part in parts:
            if is_item:
                is_item = False
                places.append("")
                folded.append(ANY_ITEM)
                continue
            folded.append(part)
            node = None if scope is None else scope.graph.nodes.get(part)
            graph = "" if scope is None else self.names.get(id(scope.graph), "")
            places.append(place_of(graph, part))
            is_item, scope = _body(scope, node)
        return Spot(graph, node, "/".join(folded)), tuple(places)


def _body(scope: Scope | None, node: NodeInstance | None) -> tuple[bool, Scope | None]:
    """Whether the next part of a path is an item, and the graph inside this node."""
    if scope is None or node is None:
        return False, None
    cls = default_registry().find(node.type)
    if cls is None or cls.spec.role not in ("subgraph", "map"):
        return False, None
    try:
        inner = scope.find_graph(str(node.params.get(BODY_PARAM, "")))
    except StudioError:  # the body is not in the text: what is inside is compared under the names it has
        inner = None
    return cls.spec.role == "map", inner


def place_of(graph: str, node: str) -> str:
    """Return the name of a node in the document: `node`, or `graph.node` in a subgraph."""
    return f"{graph}.{node}" if graph else node


# -- renames --------------------------------------------------------------------------------------


def find_renames(a: Version, b: Version, given: Mapping[str, str]) -> dict[str, str]:
    """Return nodes of B (`graph.node`) with another name in A.

    `given` maps new names to old ones. Beside it, a node counts as renamed where exactly one node of a graph has gone,
    one has come, and both are declared alike. Raises UsageError if a given name is not one that came, or went.
    """
    found: dict[str, str] = {}
    if a.graph is None or b.graph is None:
        return found
    before, after = dict(a.graph.walk()), dict(b.graph.walk())
    used = set()
    came_anywhere: set[str] = set()
    for name, graph in after.items():
        if name not in before:
            continue
        gone = [one for one in before[name].nodes.values() if one.name not in graph.nodes]
        came = [one for one in graph.nodes.values() if one.name not in before[name].nodes]
        came_anywhere.update(one.name for one in came)
        for new, old in given.items():
            if any(one.name == new for one in came) and any(one.name == old for one in gone):
                found[place_of(name, new)] = old
                used.add(new)
        taken = {found[place_of(name, one.name)] for one in came if place_of(name, one.name) in found}
        gone = [one for one in gone if one.name not in taken]
        came = [one for one in came if place_of(name, one.name) not in found]
        if len(gone) == len(came) == 1 and _declared(gone[0]) == _declared(came[0]):
            found[place_of(name, came[0].name)] = gone[0].name
    for new, old in given.items():
        if new not in used:
            raise UsageError(
                f"No graph of the second run has a node `{new}` where the first had `{old}`.",
                hint=near(new, came_anywhere) or "All nodes of the second run are in the first, too.",
            )
    return found


def _declared(node: NodeInstance) -> bytes:
    return encode([{key: getattr(node, key) for key in _KEYS}, node.params])


# -- what differs ---------------------------------------------------------------------------------


def graph_facts(a: Version, b: Version, renames: Mapping[str, str]) -> tuple[Fact, ...]:
    """Return what differs in what the graphs say; titles, comments and layout do not count."""
    if a.text == b.text:
        return ()
    if a.graph is None or b.graph is None:
        return (Fact("graph", a.text, b.text),)
    before, after = dict(a.graph.walk()), dict(b.graph.walk())
    facts: list[Fact] = []
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            facts.append(Fact(f"graph {name}", _presence(old), _presence(new)))
        else:
            facts += _facts(name, old, new, renames)
    return tuple(sorted(facts, key=lambda fact: ("edge " in fact.name, fact.name)))


def graph_edits(a: Version, b: Version, renames: Mapping[str, str]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the nodes that both graphs have and declare otherwise, as graph and name in A, and the params and keys in
    which they differ. (A name of a fact does not tell a node from a graph of the same name.)"""
    if a.text == b.text or a.graph is None or b.graph is None:
        return {}
    after = dict(b.graph.walk())
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for name, old in a.graph.walk():
        for new in after[name].nodes.values() if name in after else ():
            called = renames.get(place_of(name, new.name), new.name)
            if called in old.nodes:
                keys = tuple(key for key, _, _ in _differing(old.nodes[called], new))
                if keys:
                    found[name, called] = keys
    return found


def _differing(one: NodeInstance, other: NodeInstance) -> Iterable[tuple[str, Json, Json]]:
    """Yield the keys and params in which two nodes differ, and what each says there."""
    for key in _KEYS:
        if not _same(getattr(one, key), getattr(other, key)):
            yield key, getattr(one, key), getattr(other, key)
    for key in dict.fromkeys((*one.params, *other.params)):
        if not _same(one.params.get(key), other.params.get(key)):
            yield key, one.params.get(key), other.params.get(key)


def _facts(name: str, old: Graph, new: Graph, renames: Mapping[str, str]) -> Iterable[Fact]:
    called = {node: renames.get(place_of(name, node), node) for node in new.nodes}
    theirs = {called[node.name]: node for node in new.nodes.values()}
    for node in dict.fromkeys((*old.nodes, *theirs)):
        place = place_of(name, node)
        one, other = old.nodes.get(node), theirs.get(node)
        if one is None or other is None:
            yield Fact(place, one and one.type, other and other.type)
            continue
        for key, mine, its in _differing(one, other):
            yield Fact(f"{place}.{key}", mine, its)
    mine = {_edge(edge, {}): None for edge in old.edges}
    others = {_edge(edge, called): None for edge in new.edges}
    where = f"{name}: " if name else ""
    for edge in mine:
        if edge not in others:
            yield Fact(f"{where}edge {edge}", "there", None)
    for edge in others:
        if edge not in mine:
            yield Fact(f"{where}edge {edge}", None, "there")
    for key in _SETTINGS:
        if not _same(getattr(old, key), getattr(new, key)):
            yield Fact(f"{where}{key}", getattr(old, key), getattr(new, key))
    for store in dict.fromkeys((*old.stores, *new.stores)):
        held, holds = (_store(graph, store) for graph in (old, new))
        if held != holds:
            yield Fact(f"{where}store {store}", held, holds)
    if list(mine) != list(others) and set(mine) == set(others):
        yield Fact(f"{where}order of edges", "as in A", "another")


def _edge(edge: Edge, called: Mapping[str, str]) -> str:
    source, target = called.get(edge.source, edge.source), called.get(edge.target, edge.target)
    start = edge.initial_from
    if start:
        node, _, port = start.partition(".")
        start = f"{called.get(node, node)}.{port}"
    options = {
        **({"initial": edge.initial} if edge.has_initial else {}),
        **({"initial_from": start} if start else {}),
        **({"hold": True} if edge.hold else {}),
    }
    told = f": {encode(options).decode()}" if options else ""
    return f"{source}.{edge.source_port} {'~>' if edge.feedback else '->'} {target}.{edge.target_port}{told}"


def _store(graph: Graph, name: str) -> Json:
    store = graph.stores.get(name)
    return None if store is None else {"type": store.type, "scope": store.scope, **store.params}


def _presence(graph: Graph | None) -> Json:
    return None if graph is None else "there"


def _same(one: Json, other: Json) -> bool:
    return encode(one) == encode(other)
