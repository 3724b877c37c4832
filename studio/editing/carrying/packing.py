"""Nodes that leave their graph, with all they need: what copying and inlining share.

A *parcel* is a graph of its own: nodes, the edges between them, copies of the local subgraphs they run and
declarations of the stores they use, by whatever names these have in the parcel. `carrying.arriving` puts one into a
document.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from studio.editing.document.document import Document
from studio.editing.document.ops import At, node_with
from studio.editing.edits.bodies import role
from studio.editing.edits.naming import free_name, name_of
from studio.editing.edits.remarks import owner_of, renamed
from studio.editing.edits.stores import stores_of
from studio.editing.placing.annotations import WIRES
from studio.graph.model import Graph, NodeInstance, StoreDecl
from studio.graph.reading import is_file_reference
from studio.graph.scope import BODY_PARAM, Scope
from studio.support.errors import GraphError
from studio.support.values import Json


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
            body = local_body(scope, reference)
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
        limits=dict(graph.limits), dynamics=dict(graph.dynamics),
        graphs={name: copied(inner) for name, inner in graph.graphs.items()},
        layout=dict(graph.layout), extra=dict(graph.extra),
        comments={key: list(lines) for key, lines in graph.comments.items()}, place=graph.place, base=graph.base,
    )  # fmt: skip


def local_body(scope: Scope, reference: str) -> Scope | None:
    """Return the scope of the local subgraph of this name, None if it is none."""
    here: Scope | None = scope
    while here is not None:
        if reference in here.graph.graphs:
            return here.find_graph(reference)
        here = here.outer
    return None


def require_names(doc: Document, at: At, names: Iterable[str]) -> list[str]:
    """Return the names in file order. Raises GraphError if one is no node of the graph, or if there are none."""
    wanted = set(names)
    for name in wanted:
        doc.node(at, name)
    if not wanted:
        raise GraphError("Nothing is selected.", hint="Select nodes first.")
    return [name for name in doc.at(at).nodes if name in wanted]
