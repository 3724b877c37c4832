"""Local subgraphs as a whole: which nodes run them, and the ops that add, rename and delete them."""

from __future__ import annotations

from studio.editing.document.document import Document
from studio.editing.document.ops import TOP, At, Op, PutGraph, PutNode, RenameGraph, node_with
from studio.editing.edits.naming import graph_names, require_name
from studio.editing.edits.remarks import follow
from studio.graph.model import Graph, NodeInstance
from studio.graph.reading import MAX_GRAPH_DEPTH, MAX_NODES
from studio.graph.scope import BODY_PARAM
from studio.support.errors import GraphError


def role(doc: Document, node: NodeInstance) -> str:
    """Return the role of a node's type, "" for most types and for unknown ones."""
    cls = doc.registry.find(node.type)
    return cls.spec.role if cls is not None else ""


def only_shows(doc: Document, node: NodeInstance) -> bool:
    """True for an output that gives the last value, whether what it got is new or held."""
    return role(doc, node) == "output" and node.params.get("collect") is not True


def body_place(doc: Document, at: At, reference: object) -> At | None:
    """Return where the local subgraph stands that a node of the graph at `at` names; None if it is none."""
    if not isinstance(reference, str):
        return None
    for depth in range(len(at), -1, -1):
        if reference in doc.at(at[:depth]).graphs:
            return (*at[:depth], reference)
    return None


def body_of_node(doc: Document, at: At, name: str) -> At | None:
    """Return where the local subgraph stands that a region node runs; None if it runs none, or one in a file."""
    node = doc.node(at, name)
    return body_place(doc, at, node.params.get(BODY_PARAM)) if role(doc, node) in ("subgraph", "map") else None


def users(doc: Document, at: At) -> list[tuple[At, str]]:
    """Return the region nodes, anywhere in the document, that run the local subgraph at this place."""
    if at == TOP:
        return []
    return [
        (place, name)
        for place, graph in doc.walk()
        for name, node in graph.nodes.items()
        if node.params.get(BODY_PARAM) == at[-1]
        and role(doc, node) in ("subgraph", "map")
        and body_place(doc, place, at[-1]) == at
    ]


def names_inside(doc: Document, at: At, what: str) -> set[str]:
    """Return the names of all `graphs` or `stores` declared in the graph at a place and in those inside it."""
    found: set[str] = set()
    for place, graph in doc.walk():
        if place[: len(at)] == at:
            found.update(getattr(graph, what))
    return found


def add_graph(doc: Document, at: At, name: str, graph: Graph | None = None) -> list[Op]:
    """Return the ops that add a local subgraph, an empty one if none is given. Raises GraphError for its name."""
    require_name(name, "subgraph", graph_names(doc.scope(at)))
    made = graph if graph is not None else Graph(name=name)
    require_room(doc, at, made)
    made.base = doc.graph.base
    return [PutGraph(at, name, made)]


def rename_graph(doc: Document, at: At, old: str, new: str) -> list[Op]:
    """Return the ops that rename a local subgraph of the graph at `at`; all nodes that run it follow."""
    if old not in doc.at(at).graphs:
        raise GraphError(f"There is no subgraph `{old}`.")
    if old == new:
        return []
    require_name(new, "subgraph", graph_names(doc.scope(at)) | names_inside(doc, at, "graphs"))
    ops: list[Op] = []
    for place, name in users(doc, (*at, old)):
        node = doc.node(place, name)
        ops.append(PutNode(place, name, node_with(node, {**node.params, BODY_PARAM: new})))
    return [
        *ops,
        RenameGraph(at, old, new),
        *follow(at, doc.at(at), {f"graphs.{old}": f"graphs.{new}"}),
    ]


def delete_graph(doc: Document, at: At, name: str) -> list[Op]:
    """Return the ops that delete a local subgraph. Raises GraphError if some node still runs it."""
    if name not in doc.at(at).graphs:
        raise GraphError(f"There is no subgraph `{name}`.")
    here = (*at, name)
    using = [(place, user) for place, user in users(doc, here) if place[: len(here)] != here]
    if using:
        place, user = using[0]
        raise GraphError(
            f"`{'.'.join((*place, user))}` runs the subgraph `{name}`.", hint="Delete that node first, or inline it."
        )
    return [PutGraph(at, name, None), *follow(at, doc.at(at), {f"graphs.{name}": None})]


# -- how much a file holds ----------------------------------------------------------------------


def count_nodes(graph: Graph) -> int:
    """Return how many nodes a graph and its subgraphs have."""
    return sum(len(one.nodes) for _, one in graph.walk())


def depth_of(graph: Graph) -> int:
    """Return how deep subgraphs are nested in a graph; 0 without any."""
    return 1 + max(map(depth_of, graph.graphs.values())) if graph.graphs else 0


def require_nodes(doc: Document, more: int) -> None:
    """Raise GraphError if a file could not hold so many more nodes."""
    if count_nodes(doc.graph) + more > MAX_NODES:
        raise GraphError(f"A file holds at most {MAX_NODES:,} nodes.", hint="Split it into several graphs.")


def require_room(doc: Document, at: At, *bodies: Graph, nodes: int = 0) -> None:
    """Raise GraphError if a file could not hold these more subgraphs of the graph at `at`, and so many more nodes."""
    require_nodes(doc, nodes + sum(map(count_nodes, bodies)))
    if bodies and len(at) + 1 + max(map(depth_of, bodies)) > MAX_GRAPH_DEPTH:
        raise GraphError(f"Subgraphs are nested at most {MAX_GRAPH_DEPTH} levels deep.")
