"""A parcel arrives in a graph: what is there already is used, and what would clash gets another name.

`carrying.packing` says what a parcel is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from studio.editing.carrying.packing import copied, free_key, local_body
from studio.editing.document.document import Document
from studio.editing.document.op_json import graph_to_json, store_to_json
from studio.editing.document.ops import At, InsertEdge, Op, Place, PutGraph, PutNode, PutStore, SetComment, node_with
from studio.editing.edits.bodies import require_room, role
from studio.editing.edits.naming import free_names
from studio.editing.edits.remarks import owner_of, renamed
from studio.editing.edits.stores import stores_of
from studio.editing.placing.annotations import COMMENTS, WIRES, moved_entry
from studio.editing.placing.places import entry
from studio.graph.frames import FRAMES, point_of
from studio.graph.layout import Point
from studio.graph.model import Edge, Graph, NodeInstance
from studio.graph.reading import is_file_reference
from studio.graph.scope import BODY_PARAM, Scope
from studio.support.values import Json, same_value

# -- arriving -----------------------------------------------------------------------------------


class Arrival:
    """A parcel on its way into the graph at `at`: `names`, `graphs` and `stores` say what is called how there.

    Subgraphs and stores that are there already, equal and under the same name, are used as they are; `own_stores` are
    memories of their own, whatever they are called.
    """

    def __init__(self, doc: Document, at: At, parcel: Graph, *, own_stores: Collection[str] = ()) -> None:
        self.doc = doc
        self.at = at
        self.parcel = parcel
        graph, scope = doc.at(at), doc.scope(at)
        self.names = free_names(parcel.nodes, graph.nodes)
        self.reused = _reusable(doc, scope, parcel, own_stores)
        taken = {name for _, one in doc.walk() for name in (*one.graphs, *one.stores)}
        inner = {
            name for one in parcel.graphs.values() for _, each in one.walk() for name in (*each.graphs, *each.stores)
        }
        self.graphs = {name: name for name in parcel.graphs if name in self.reused}
        self.stores = {name: name for name in parcel.stores if ("store", name) in self.reused}
        visible = _visible(scope)
        for kind, wanted, found in (("graphs", parcel.graphs, self.graphs), ("stores", parcel.stores, self.stores)):
            for name in wanted:
                if name not in found:
                    clashes = name in visible[kind] or name in found.values()
                    found[name] = free_key(name, {*taken, *inner, *found.values(), *wanted}) if clashes else name

    def name_of_end(self, end: str) -> str:
        """Return `node.port` with the node's name there."""
        node, dot, port = end.partition(".")
        return f"{self.names.get(node, node)}{dot}{port}"

    def edge(self, edge: Edge) -> Edge:
        """Return an edge of the parcel as it is there."""
        return replace(
            edge,
            source=self.names.get(edge.source, edge.source),
            target=self.names.get(edge.target, edge.target),
            initial_from=self.name_of_end(edge.initial_from) if edge.initial_from else "",
        )

    def node(self, name: str) -> NodeInstance:
        """Return a node of the parcel as it is there."""
        node = rewritten(self.doc, self.parcel.nodes[name], self.graphs, self.stores)
        return replace(node, name=self.names[name])

    def supplies(self) -> list[Op]:
        """Return the ops that bring the stores and subgraphs which are not there yet."""
        ops: list[Op] = []
        for name, store in self.parcel.stores.items():
            if ("store", name) not in self.reused:
                new = self.stores[name]
                ops.append(PutStore(self.at, new, replace(store, name=new)))
        brought = []
        for name, body in self.parcel.graphs.items():
            if name not in self.reused:
                made = rewritten_graph(self.doc, body, self.graphs, self.stores)
                if made.name == name:
                    made.name = self.graphs[name]
                brought.append(made)
                ops.append(PutGraph(self.at, self.graphs[name], made))
        for made in brought:
            for _, each in made.walk():
                each.base = self.doc.graph.base
        require_room(self.doc, self.at, *brought, nodes=len(self.parcel.nodes))
        return ops

    def edge_ops(self, edges: Iterable[Edge] | None = None, cut: int = 0) -> list[Op]:
        """Return the ops that add the parcel's edges, or others, behind those of the graph less `cut` ones."""
        start = len(self.doc.at(self.at).edges) - cut
        listed = [self.edge(edge) for edge in (self.parcel.edges if edges is None else edges)]
        return [InsertEdge(self.at, start + number, edge) for number, edge in enumerate(listed)]

    def node_ops(self, index: int | None = None) -> list[Op]:
        """Return the ops that add the parcel's nodes, behind the others or from a place of the file order on."""
        return [
            PutNode(self.at, self.names[name], self.node(name), None if index is None else index + number)
            for number, name in enumerate(self.parcel.nodes)
        ]

    def place_ops(self, by: Point, wires: Mapping[str, Json] | None = None) -> list[Op]:
        """Return the ops that place nodes, frames, comments and points of wires, all shifted.

        `wires` are the points of the graph's wires as another part of the same edit leaves them.
        """
        here, there = self.parcel.layout, self.doc.at(self.at).layout
        ops: list[Op] = []
        for name in self.parcel.nodes:
            point = point_of(here.get(name))
            if point is not None:
                ops.append(Place(self.at, self.names[name], entry((point[0] + by[0], point[1] + by[1]))))
        for key in (FRAMES, COMMENTS):
            said, known = here.get(key), there.get(key)
            if isinstance(said, list) and said:
                listed = known if isinstance(known, list) else []
                ops.append(Place(self.at, key, [*listed, *(moved_entry(one, by) for one in said)]))
        before = wires if wires is not None else there.get(WIRES)
        led = dict(before) if isinstance(before, Mapping) else {}
        texts = {str(edge): str(self.edge(edge)) for edge in self.parcel.edges}
        said = here.get(WIRES)
        for text, listed in said.items() if isinstance(said, dict) else ():
            if text in texts and isinstance(listed, list):
                through = [entry((p[0] + by[0], p[1] + by[1])) for p in map(point_of, listed) if p is not None]
                if through:
                    led[texts[text]] = through
        if led != there.get(WIRES, {}):
            ops.append(Place(self.at, WIRES, led or None))
        return ops

    def comment_ops(self) -> list[Op]:
        """Return the ops that bring the comments of the file along."""
        paths = {f"nodes.{old}": f"nodes.{new}" for old, new in self.names.items()}
        paths |= {f"edges.{edge}": f"edges.{self.edge(edge)}" for edge in self.parcel.edges}

        def path(key: str) -> str | None:
            owner = owner_of(key, paths)
            return None if owner is None else paths[owner] + key[len(owner) :]

        known = self.doc.at(self.at).comments
        return [
            SetComment(self.at, key, (*known.get(key, ()), *lines)) for key, lines in renamed(self.parcel, path).items()
        ]


def _visible(scope: Scope) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"graphs": set(), "stores": set()}
    here: Scope | None = scope
    while here is not None:
        found["graphs"].update(here.graph.graphs)
        found["stores"].update(here.graph.stores)
        here = here.outer
    return found


def _reusable(doc: Document, scope: Scope, parcel: Graph, own_stores: Collection[str]) -> set[str | tuple[str, str]]:
    """Return the subgraphs (by name) and stores (as `("store", name)`) that are there already and mean the same.

    A subgraph means the same if it says the same, its layout and comments aside, and so does everything outside it
    that it uses.
    """
    same: set[str | tuple[str, str]] = set()
    for name, store in parcel.stores.items():
        found = scope.find_store(name)
        if found is not None and same_value(store_to_json(found[1]), store_to_json(store)) and name not in own_stores:
            same.add(("store", name))
    for name, body in parcel.graphs.items():
        there = local_body(scope, name)
        if there is not None and _says_the_same(there.graph, body):
            same.add(name)
    needs = {name: _needs(doc, body) for name, body in parcel.graphs.items()}
    while True:
        wrong = {name for name in parcel.graphs if name in same and not needs[name] <= same}
        if not wrong:
            return same
        same -= wrong


def _says_the_same(one: Graph, other: Graph) -> bool:
    return same_value(graph_to_json(_without_looks(one)), graph_to_json(_without_looks(other)))


def _without_looks(graph: Graph) -> Graph:
    bare = copied(graph)
    for _, each in bare.walk():
        each.layout, each.comments = {}, {}
    return bare


def _needs(doc: Document, body: Graph) -> set[str | tuple[str, str]]:
    """Return what a subgraph of a parcel uses that is declared outside it."""
    found: set[str | tuple[str, str]] = set()

    def visit(graph: Graph, graphs: frozenset[str], stores: frozenset[str]) -> None:
        graphs, stores = graphs | graph.graphs.keys(), stores | graph.stores.keys()
        for node in graph.nodes.values():
            reference = node.params.get(BODY_PARAM)
            if isinstance(reference, str) and role(doc, node) in ("subgraph", "map") and reference not in graphs:
                found.add(reference)
            found.update(("store", name) for name in stores_of(doc, node).values() if name not in stores)
        for inner in graph.graphs.values():
            visit(inner, graphs, stores)

    visit(body, frozenset(), frozenset())
    return {one for one in found if not (isinstance(one, str) and is_file_reference(one))}


def rewritten(doc: Document, node: NodeInstance, graphs: Mapping[str, str], stores: Mapping[str, str]) -> NodeInstance:
    """Return a node that names bodies and stores otherwise."""
    changed: dict[str, Json] = {}
    reference = node.params.get(BODY_PARAM)
    if isinstance(reference, str) and role(doc, node) in ("subgraph", "map"):
        changed[BODY_PARAM] = graphs.get(reference, reference)
    for param, name in stores_of(doc, node).items():
        changed[param] = stores.get(name, name)
    new = {
        key: value
        for key, value in changed.items()
        if value != node.params.get(key) and _differs(doc, node, key, value)
    }
    return node_with(node, {**node.params, **new}) if new else node


def _differs(doc: Document, node: NodeInstance, key: str, value: Json) -> bool:
    """False for a default that may stay unwritten."""
    cls = doc.registry.find(node.type)
    return key in node.params or cls is None or cls.Params.fields()[key].default != value


def rewritten_graph(doc: Document, graph: Graph, graphs: Mapping[str, str], stores: Mapping[str, str]) -> Graph:
    """Return a copy of a subgraph in which names from outside are others; names it declares itself stay."""
    made = copied(graph)
    seen_graphs = {old: new for old, new in graphs.items() if old not in graph.graphs}
    seen_stores = {old: new for old, new in stores.items() if old not in graph.stores}
    made.nodes = {name: rewritten(doc, node, seen_graphs, seen_stores) for name, node in graph.nodes.items()}
    made.graphs = {name: rewritten_graph(doc, inner, seen_graphs, seen_stores) for name, inner in graph.graphs.items()}
    return made
