"""Primitive ops: the only ways in which a document changes. Each is a value; applying it returns its inverse.

An op names its graph by `at`, the names of local subgraphs from the top (`()` is the graph of the file). Values that
an op carries (nodes, edges, stores, graphs, JSON) are the document's from then on and are never changed in place.
An op that does not fit the document raises GraphError and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, Literal, TypeVar

from studio.graph.model import Edge, Graph, NodeInstance, StoreDecl
from studio.graph.names import name_problem
from studio.graph.reading import is_file_reference
from studio.support.errors import GraphError
from studio.support.values import Json

At = tuple[str, ...]
"""A graph within a document: the names of local subgraphs on the way to it."""

TOP: Final[At] = ()

Key = Literal["name", "about", "until", "max_ticks", "on_limit", "limits", "dynamics"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PutNode:
    """Add, replace or (None) remove the node of a name. A new one stands at `index` of the file order (None: last);
    one that is there already moves to `index` (None: it stays).

    Edges of a removed node stay; whoever removes one cuts them first, in the same history entry.
    """

    at: At
    name: str
    node: NodeInstance | None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class RenameNode:
    """Give a node another name, in its place. Edges and layout are renamed by ops of their own."""

    at: At
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class InsertEdge:
    """Add an edge at a place of the file order, which has meaning (rule 2.3)."""

    at: At
    index: int
    edge: Edge


@dataclass(frozen=True, slots=True)
class RemoveEdge:
    """Remove the edge at a place of the file order."""

    at: At
    index: int


@dataclass(frozen=True, slots=True)
class ReplaceEdge:
    """Put another edge (other options, other ends) in the place of one."""

    at: At
    index: int
    edge: Edge


@dataclass(frozen=True, slots=True)
class PutStore:
    """Add, replace or (None) remove a declared store."""

    at: At
    name: str
    store: StoreDecl | None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class PutGraph:
    """Add, replace or (None) remove a local subgraph."""

    at: At
    name: str
    graph: Graph | None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class RenameGraph:
    """Give a local subgraph another name, in its place. Nodes that run it are changed by ops of their own.

    `own` is what the graph calls itself from then on; None: it follows if it was called by its old name.
    """

    at: At
    old: str
    new: str
    own: str | None = None


@dataclass(frozen=True, slots=True)
class SetKey:
    """Set one key of the graph itself: name, about, until, max_ticks, on_limit, limits or dynamics."""

    at: At
    key: Key
    value: Json


@dataclass(frozen=True, slots=True)
class Place:
    """Set or (None) remove an entry of the layout: a node's `[x, y]`, or an annotation (see `placing.annotations`).

    A new entry stands at `index` of the file order (None: last). `is_null` says that None is the value itself, which
    a file may hold though it places nothing.
    """

    at: At
    key: str
    value: Json
    index: int | None = None
    is_null: bool = False


@dataclass(frozen=True, slots=True)
class SetComment:
    """Set or (None) remove the comment lines kept for an item of the file (`graph.comments`).

    New ones stand at `index` of their order (None: last), which shows where comments of items that are gone gather.
    """

    at: At
    key: str
    lines: tuple[str, ...] | None
    index: int | None = None


Op = (
    PutNode
    | RenameNode
    | InsertEdge
    | RemoveEdge
    | ReplaceEdge
    | PutStore
    | PutGraph
    | RenameGraph
    | SetKey
    | Place
    | SetComment
)


def graph_at(top: Graph, at: At) -> Graph:
    """Return the graph that `at` names. Raises GraphError if there is none."""
    graph = top
    for name in at:
        if name not in graph.graphs:
            raise GraphError(f"There is no subgraph `{'.'.join(at)}`.", where=str(top.place))
        graph = graph.graphs[name]
    return graph


def apply(top: Graph, op: Op) -> Op:
    """Change a document by one op and return the op that takes the change back. Raises GraphError."""
    graph = graph_at(top, op.at)
    match op:
        case PutNode(at, name, node, index):
            nodes: _Items[NodeInstance] = _Items(graph.nodes, "node")
            return PutNode(at, name, *nodes.put(name, node, index))
        case PutStore(at, name, store, index):
            stores: _Items[StoreDecl] = _Items(graph.stores, "store")
            return PutStore(at, name, *stores.put(name, store, index))
        case PutGraph(at, name, inner, index):
            graphs: _Items[Graph] = _Items(graph.graphs, "subgraph")
            return PutGraph(at, name, *graphs.put(name, inner, index))
        case RenameNode(at, old_name, new_name):
            _Items(graph.nodes, "node").rename(old_name, new_name)
            graph.nodes[new_name] = replace(graph.nodes[new_name], name=new_name)
            return RenameNode(at, new_name, old_name)
        case RenameGraph(at, old_name, new_name, own):
            _Items(graph.graphs, "subgraph").rename(old_name, new_name)
            inner_graph = graph.graphs[new_name]
            called = inner_graph.name
            inner_graph.name = own if own is not None else new_name if called == old_name else called
            return RenameGraph(at, new_name, old_name, called)
        case InsertEdge(at, place, edge):
            if not 0 <= place <= len(graph.edges):
                raise _no_edge(place, at)
            graph.edges.insert(place, edge)
            return RemoveEdge(at, place)
        case RemoveEdge(at, place):
            _edge(graph, place, at)
            return InsertEdge(at, place, graph.edges.pop(place))
        case ReplaceEdge(at, place, edge):
            before = _edge(graph, place, at)
            graph.edges[place] = edge
            return ReplaceEdge(at, place, before)
        case SetKey(at, key, value):
            last = getattr(graph, key)
            setattr(graph, key, value)
            return SetKey(at, key, last)
        case Place(at, key, value, index, is_null):
            layout: _Entries[Json] = _Entries(graph.layout)
            if value is None and not is_null:
                return Place(at, key, *layout.take(key))
            placed, _, was_null = layout.put(key, value, index)
            return Place(at, key, placed, None, was_null)
        case SetComment(at, key, lines, index):
            comments: _Entries[list[str]] = _Entries(graph.comments)
            if lines is None:
                said, where, _ = comments.take(key)
            else:
                said, where, _ = comments.put(key, list(lines), index)
            return SetComment(at, key, None if said is None else tuple(said), where)


class _Entries(Generic[T]):
    """An ordered mapping whose keys are any texts: layout, comments."""

    def __init__(self, items: dict[str, T]) -> None:
        self.items = items

    def take(self, key: str) -> tuple[T | None, int | None, bool]:
        """Remove an entry, if there is one; return what was there, at which place, and whether that was null."""
        if key not in self.items:
            return None, None, False
        # Nearly always the last is asked for first (undo), so the search begins there.
        where = len(self.items) - 1 - next(nth for nth, name in enumerate(reversed(self.items)) if name == key)
        value = self.items.pop(key)
        return value, where, value is None

    def put(self, key: str, value: T, index: int | None) -> tuple[T | None, None, bool]:
        """Set an entry, a new one at a place (None: last); return what was there, and whether that was null."""
        known = key in self.items
        before = self.items.get(key)
        self.items[key] = value
        if not known and index is not None and index < len(self.items) - 1:
            for name in list(self.items)[index:-1]:
                self.items[name] = self.items.pop(name)
        return before, None, known and before is None


class _Items(Generic[T]):
    """An ordered mapping of a graph: its nodes, stores or subgraphs."""

    def __init__(self, items: dict[str, T], what: str) -> None:
        self.items = items
        self.what = what

    def put(self, name: str, value: T | None, index: int | None) -> tuple[T | None, int | None]:
        """Add, replace, move or (None) remove an item; return what was there and, if it left it, at which place."""
        if value is None:
            if name not in self.items:
                raise GraphError(f"There is no {self.what} `{name}`.")
            place = list(self.items).index(name)
            return self.items.pop(name), place
        if name in self.items:
            before = self.items[name]
            self.items[name] = value
            return before, None if index is None else self.move(name, index)
        self._check(name)
        if index is None or index >= len(self.items):
            self.items[name] = value
        else:
            pairs = list(self.items.items())
            pairs.insert(index, (name, value))
            self.items.clear()
            self.items.update(pairs)
        return None, None

    def move(self, name: str, index: int) -> int:
        """Put an item at another place; return where it was."""
        order = list(self.items)
        before = order.index(name)
        order.insert(index, order.pop(before))
        self._reorder(order)
        return before

    def rename(self, old: str, new: str) -> None:
        """Give an item another name in its place."""
        if old not in self.items:
            raise GraphError(f"There is no {self.what} `{old}`.")
        self._check(new)
        if new in self.items:
            raise GraphError(f"There is a {self.what} `{new}` already.", hint="Choose another name.")
        order = [new if name == old else name for name in self.items]
        self.items[new] = self.items.pop(old)
        self._reorder(order)

    def _check(self, name: str) -> None:
        problem = "" if self.what == "subgraph" and is_file_reference(name) else name_problem(name)
        if problem:
            raise GraphError(f"`{name}` cannot name a {self.what}: {problem}.")

    def _reorder(self, order: Sequence[str]) -> None:
        known = dict(self.items)
        self.items.clear()
        self.items.update((name, known[name]) for name in order)


def _edge(graph: Graph, place: int, at: At) -> Edge:
    if not 0 <= place < len(graph.edges):
        raise _no_edge(place, at)
    return graph.edges[place]


def _no_edge(place: int, at: At) -> GraphError:
    return GraphError(f"There is no edge number {place} in {'.'.join(at) or 'the graph'}.")


def node_with(node: NodeInstance, params: Mapping[str, Json] | None = None, **keys: object) -> NodeInstance:
    """Return a copy of a node with other params (all of them) or other keys of its own."""
    own = {**keys, "params": dict(params)} if params is not None else keys
    return replace(node, **own)  # type: ignore[arg-type]
