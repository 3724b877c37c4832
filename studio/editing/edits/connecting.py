"""Wires: the ops that draw, cut, change and reorder them. Whether one may be drawn is asked of `edits.rules`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from studio.editing.document.document import Document
from studio.editing.document.ops import At, InsertEdge, Op, PutNode, RemoveEdge, ReplaceEdge
from studio.editing.document.storable import storable
from studio.editing.edits.remarks import edges_follow, follow
from studio.editing.edits.rules import can_connect
from studio.editing.placing.annotations import wires_follow
from studio.graph.model import Edge, Graph
from studio.graph.reading import parse_end
from studio.spec.fields import MISSING
from studio.support.errors import GraphError
from studio.support.values import Json, same_value

# -- drawing and cutting ------------------------------------------------------------------------


def edge_index(doc: Document, at: At, edge: Edge) -> int:
    """Return the place of an edge in the file order. Raises GraphError if it is not there."""
    edges = doc.at(at).edges
    for number, one in enumerate(edges):
        if one is edge:
            return number
    for number, one in enumerate(edges):
        if one == edge:
            return number
    text = str(edge)
    for number, one in enumerate(edges):
        if str(one) == text:
            return number
    raise GraphError(f"There is no edge `{edge}`.")


def edges_at(doc: Document, at: At, node: str, port: str, is_output: bool) -> list[Edge]:
    """Return the edges at one port, in file order."""
    if is_output:
        return [edge for edge in doc.at(at).edges if (edge.source, edge.source_port) == (node, port)]
    return [edge for edge in doc.at(at).edges if (edge.target, edge.target_port) == (node, port)]


def connect(
    doc: Document, at: At, edge: Edge, *, replace_others: bool = False, without: Edge | None = None
) -> list[Op]:
    """Return the ops that add an edge, behind the others. Raises GraphError with the refusal if it cannot be.

    `replace_others` cuts all other wires into the same input. `without` is the edge that this one stands in for (its
    end was dragged elsewhere): the new one takes its place. A wire from `error` makes its node say `on_error: route`,
    without which the port never speaks.
    """
    require_options(edge)
    if without is not None and edge == without and same_value(edge.initial, without.initial):
        return []
    refusal = can_connect(doc, at, edge, without=without)
    if refusal is not None:
        raise GraphError(
            refusal.reason, hint="Deliver at the next tick instead: `~>`." if refusal.offers_feedback else ""
        )
    graph = doc.at(at)
    ops: list[Op] = []
    source = graph.nodes[edge.source]
    if edge.source_port == "error" and source.on_error != "route":
        ops.append(PutNode(at, edge.source, replace(source, on_error="route")))
    changed: list[tuple[int, Edge | None]] = []
    if without is not None:
        changed.append((edge_index(doc, at, without), edge))
    if replace_others:
        kept = {number for number, _ in changed}
        changed += [
            (number, None)
            for number, one in enumerate(graph.edges)
            if (one.target, one.target_port) == (edge.target, edge.target_port) and number not in kept
        ]
    ops += edge_ops(doc, at, changed)
    if without is None:
        cut = sum(1 for _, new in changed if new is None)
        ops.append(InsertEdge(at, len(graph.edges) - cut, edge))
    return ops


def unwire(doc: Document, at: At, edges: Iterable[Edge]) -> list[Op]:
    """Return the ops that cut edges. Raises GraphError for one that is not there."""
    return edge_ops(doc, at, [(number, None) for number in sorted(_numbers(doc, at, edges))])


def unwire_nodes(doc: Document, at: At, names: Iterable[str]) -> list[Op]:
    """Return the ops that cut all edges of nodes."""
    chosen = set(names)
    return unwire(doc, at, [edge for edge in doc.at(at).edges if edge.source in chosen or edge.target in chosen])


def set_edge(doc: Document, at: At, index: int, edge: Edge) -> list[Op]:
    """Return the ops that put another edge in the place of one: other options, or other ends.

    Raises GraphError for options that do not go together, and with the refusal for ends that do not.
    """
    edges = doc.at(at).edges
    if not 0 <= index < len(edges):
        raise GraphError(f"There is no edge number {index}.")
    require_options(edge)
    before = edges[index]
    if before == edge and same_value(before.initial, edge.initial):
        return []
    if str(before) != str(edge) or before.initial_from != edge.initial_from:
        refusal = can_connect(doc, at, edge, without=before)
        if refusal is not None:
            raise GraphError(refusal.reason)
    return edge_ops(doc, at, [(index, edge)])


def make_feedback(doc: Document, at: At, edge: Edge, *, initial: Json = MISSING, hold: bool = False) -> list[Op]:
    """Return the ops that make an edge deliver at the next tick."""
    given = initial is not MISSING
    new = replace(edge, feedback=True, has_initial=given, initial=initial if given else None, hold=hold)
    return set_edge(doc, at, edge_index(doc, at, edge), new)


def make_same_tick(doc: Document, at: At, edge: Edge) -> list[Op]:
    """Return the ops that make a feedback edge deliver in the same tick; its options go. Raises GraphError if that
    would close a cycle."""
    new = replace(edge, feedback=False, has_initial=False, initial=None, initial_from="", hold=False)
    return set_edge(doc, at, edge_index(doc, at, edge), new)


def reorder_edges(doc: Document, at: At, node: str, port: str, order: Sequence[int]) -> list[Op]:
    """Return the ops that put the wires into a port in another order, which decides who comes first (rule 2.3).

    `order` lists them by their present places: `[1, 0]` swaps two. Raises GraphError unless it names each once.
    """
    edges = doc.at(at).edges
    places = [number for number, edge in enumerate(edges) if (edge.target, edge.target_port) == (node, port)]
    if sorted(order) != list(range(len(places))):
        raise GraphError(f"`{node}.{port}` has {len(places)} wires, and each has one place.")
    wanted = [edges[places[old]] for old in order]
    return [
        ReplaceEdge(at, place, edge) for place, edge in zip(places, wanted, strict=True) if edges[place] is not edge
    ]


def require_options(edge: Edge) -> None:
    """Raise GraphError for options that no file could say."""
    if not edge.feedback and (edge.has_initial or edge.initial_from or edge.hold):
        raise GraphError(f"`{edge}` is no feedback edge and takes no options.", hint="Deliver at the next tick: `~>`.")
    if edge.has_initial and edge.initial_from:
        raise GraphError(f"`{edge}` has both `initial` and `initial_from`.", hint="Keep one of them.")
    if edge.initial_from and parse_end(edge.initial_from) is None:
        raise GraphError(f"`initial_from` of `{edge}` must be written `node.port`.")
    if edge.has_initial:
        storable("initial", edge.initial)


def edge_ops(doc: Document, at: At, changed: Iterable[tuple[int, Edge | None]]) -> list[Op]:
    """Return the ops that replace or (None) remove edges by their numbers; comments and points follow.

    Everything that one edit does to the edges of a graph goes through one call, as the points of all wires are one
    entry of the layout.
    """
    graph = doc.at(at)
    last = dict(changed)
    pairs = [(graph.edges[number], new) for number, new in last.items()]
    ops: list[Op] = [ReplaceEdge(at, number, new) for number, new in last.items() if new is not None]
    ops += [RemoveEdge(at, number) for number in sorted((n for n, new in last.items() if new is None), reverse=True)]
    return [*ops, *_followers(at, graph, pairs)]


def mapped_edges(graph: Graph, change: Callable[[Edge], Edge]) -> list[tuple[int, Edge | None]]:
    """Return the edges that a change makes others, by number."""
    found: list[tuple[int, Edge | None]] = []
    for number, edge in enumerate(graph.edges):
        new = change(edge)
        if new is not edge and new != edge:
            found.append((number, new))
    return found


def _followers(at: At, graph: Graph, pairs: Iterable[tuple[Edge, Edge | None]]) -> list[Op]:
    changes = edges_follow(graph, pairs)
    texts = {key.removeprefix("edges."): new and new.removeprefix("edges.") for key, new in changes.items()}
    return [*follow(at, graph, changes), *wires_follow(at, graph, texts)]


def _numbers(doc: Document, at: At, edges: Iterable[Edge]) -> set[int]:
    """Return the places of edges; one that stands twice and is named twice is found twice."""
    graph = doc.at(at)
    by_id = {id(edge): number for number, edge in enumerate(graph.edges)}
    found: set[int] = set()
    for edge in edges:
        number = by_id.get(id(edge), -1)
        if number < 0 or number in found:
            number = next((n for n, one in enumerate(graph.edges) if one == edge and n not in found), -1)
        if number < 0:
            number = edge_index(doc, at, edge)
        found.add(number)
    return found
