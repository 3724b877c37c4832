"""Nodes that leave their graph, with all they need, and arrive in another: what copying, pasting and inlining share.

A *parcel* is a graph of its own: nodes, the edges between them, copies of the local subgraphs they run and
declarations of the stores they use, by whatever names these have in the parcel. `pack` makes one from part of a
document; `Arrival` puts one into a document, reusing what is there already and renaming what would clash.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from studio.editing.annotations import COMMENTS, FRAMES, WIRES, moved_entry
from studio.editing.arranging import entry, point_of
from studio.editing.bodies import require_room, role
from studio.editing.document import Document
from studio.editing.naming import free_name, free_names, name_of
from studio.editing.op_json import graph_to_json, store_to_json
from studio.editing.ops import At, InsertEdge, Op, Place, PutGraph, PutNode, PutStore, SetComment, node_with
from studio.editing.remarks import owner_of, renamed
from studio.editing.stores import stores_of
from studio.graph.layout import Point
from studio.graph.model import Edge, Graph, NodeInstance, StoreDecl
from studio.graph.reading import is_file_reference
from studio.graph.scope import BODY_PARAM, Scope
from studio.support.errors import GraphError
from studio.support.values import Json, same_value

# -- leaving ------------------------------------------------------------------------------------


def pack(doc: Document, scope: Scope, names: Iterable[str]) -> Graph:
    """Return a parcel of these nodes of the graph of `scope`, in file order, with the edges between them."""
    return Packer(doc).pack(scope, set(names))


class Packer:
    """Makes one parcel; `graphs` and `stores` say, by identity, what is called how in it."""

    def __init__(self, doc: Document) -> None:
        self.doc = doc
        self.parcel = Graph(name="fragment")
        self.graphs: dict[int, str] = {}
        self.stores: dict[int, str] = {}
        # A name that has to change must be one that means nothing anywhere in the document.
        self.known = {name for _, graph in doc.walk() for name in (*graph.graphs, *graph.stores)}

    def pack(self, scope: Scope, names: set[str]) -> Graph:
        """Return the parcel of these nodes."""
        graph, parcel = scope.graph, self.parcel
        for name, node in graph.nodes.items():
            if name in names:
                parcel.nodes[name] = self.node(scope, node, frozenset())
        for edge in graph.edges:
            if edge.source in names and edge.target in names:
                away = edge.initial_from and edge.initial_from.partition(".")[0] not in names
                parcel.edges.append(replace(edge, initial_from="") if away else edge)
        parcel.layout = {name: value for name, value in graph.layout.items() if name in names}
        inside = {str(edge) for edge in parcel.edges}
        wires = graph.layout.get(WIRES)
        led = {text: value for text, value in wires.items() if text in inside} if isinstance(wires, dict) else {}
        if led:
            parcel.layout[WIRES] = led
        kept = {f"nodes.{name}" for name in names} | {f"edges.{text}" for text in inside}
        parcel.comments = renamed(graph, lambda key: key if owner_of(key, kept) is not None else None)
        return parcel

    def node(self, scope: Scope, node: NodeInstance, inside: frozenset[int]) -> NodeInstance:
        """Return a node with the names its body and stores have in the parcel; `inside` are graphs copied whole."""
        changed: dict[str, Json] = {}
        reference = node.params.get(BODY_PARAM)
        if isinstance(reference, str) and role(self.doc, node) in ("subgraph", "map"):
            body = _local(scope, reference)
            if body is not None and id(body.graph) not in inside:
                changed[BODY_PARAM] = self.graph(body, reference)
        for param, name in stores_of(self.doc, node).items():
            found = scope.find_store(name)
            if found is not None and id(found[0].graph) not in inside:
                changed[param] = self.store(found[1])
        new = {key: value for key, value in changed.items() if node.params.get(key) != value}
        return node_with(node, {**node.params, **new}) if new else node

    def graph(self, body: Scope, wanted: str) -> str:
        """Copy a body into the parcel, once; return what it is called there."""
        known = self.graphs.get(id(body.graph))
        if known is not None:
            return known
        name = wanted if wanted not in self.parcel.graphs else free_key(wanted, {*self.known, *self.parcel.graphs})
        self.graphs[id(body.graph)] = name
        self.parcel.graphs[name] = Graph(name=name)  # holds the place, as bodies may lead back here
        self.parcel.graphs[name] = self.copy(body, frozenset(id(one) for _, one in body.graph.walk()))
        return name

    def copy(self, scope: Scope, inside: frozenset[int]) -> Graph:
        made = copied(scope.graph)
        made.nodes = {name: self.node(scope, node, inside) for name, node in scope.graph.nodes.items()}
        made.graphs = {name: self.copy(scope.find_graph(name), inside) for name in scope.graph.graphs}
        return made

    def store(self, declared: StoreDecl) -> str:
        """Declare a store in the parcel, once; return what it is called there."""
        known = self.stores.get(id(declared))
        if known is None:
            known, taken = declared.name, self.parcel.stores
            if known in taken:
                known = free_name(known, {*self.known, *taken})
            self.stores[id(declared)] = known
            taken[known] = replace(declared, name=known)
        return known


def free_key(wanted: str, taken: Collection[str]) -> str:
    """Return a free name for a subgraph, also for one that was called by a file."""
    if is_file_reference(wanted) and wanted in taken:
        return free_name(name_of(wanted.rpartition("/")[2].rpartition(".")[0], "body"), taken)
    return free_name(wanted, taken)


def copied(graph: Graph) -> Graph:
    """Return a copy that can be changed by ops without changing the original; nodes and edges are shared values."""
    return Graph(
        name=graph.name, about=graph.about, nodes=dict(graph.nodes), edges=list(graph.edges),
        stores=dict(graph.stores), until=graph.until, max_ticks=graph.max_ticks, on_limit=graph.on_limit,
        limits=dict(graph.limits), graphs={name: copied(inner) for name, inner in graph.graphs.items()},
        layout=dict(graph.layout), extra=dict(graph.extra),
        comments={key: list(lines) for key, lines in graph.comments.items()}, place=graph.place, base=graph.base,
    )  # fmt: skip


def _local(scope: Scope, reference: str) -> Scope | None:
    """Return the scope of the local subgraph of this name, None if it is none."""
    here: Scope | None = scope
    while here is not None:
        if reference in here.graph.graphs:
            return here.find_graph(reference)
        here = here.outer
    return None


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
        there = _local(scope, name)
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


def require_names(doc: Document, at: At, names: Iterable[str]) -> list[str]:
    """Return the names in file order. Raises GraphError if one is no node of the graph, or if there are none."""
    wanted = set(names)
    for name in wanted:
        doc.node(at, name)
    if not wanted:
        raise GraphError("Nothing is selected.", hint="Select nodes first.")
    return [name for name in doc.at(at).nodes if name in wanted]
