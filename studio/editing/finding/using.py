"""Who uses a thing, and where it is defined: subgraphs, stores, nodes, ports and types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.editing.document.document import Document
from studio.editing.document.ops import TOP, At
from studio.editing.finding.searching import (
    LONGEST_QUERY,
    Hit,
    edge_text,
    leaves_of,
    matches_in,
    pattern_of,
    with_context,
)
from studio.graph.model import Edge, Graph, NodeInstance
from studio.graph.reading import is_file_reference
from studio.graph.scope import BODY_PARAM, Scope
from studio.support.errors import StudioError
from studio.support.plain import plain_line


def uses_of_graph(doc: Document, at: At, name: str) -> list[Hit]:
    """Return the region nodes that run a subgraph; `name` as a node at this place would write it (or a file)."""
    try:
        wanted = doc.scope(at).find_graph(name).graph
    except StudioError:
        return []
    is_file = is_file_reference(name)
    found = []
    for place, graph in doc.walk():
        for node in graph.nodes.values():
            reference = node.params.get(BODY_PARAM)
            if isinstance(reference, str) and (is_file or not is_file_reference(reference)):
                if _body(doc, place, reference) is wanted:
                    found.append(_node_hit(place, node, BODY_PARAM, f"{node.name} runs {reference}"))
    return found


def uses_of_store(doc: Document, at: At, name: str) -> list[Hit]:
    """Return the nodes that use the store which this name means at a place, in subgraphs too."""
    declared = doc.scope(at).find_store(name)
    found = []
    for place, graph in doc.walk():
        for node in graph.nodes.values():
            cls = doc.registry.find(node.type)
            for param, use in cls.spec.stores.items() if cls is not None else ():
                value = node.params.get(param, cls.Params.fields()[param].default) if cls is not None else None
                if value != name:
                    continue
                here = doc.scope(place).find_store(name)
                if (here[1] if here else None) is (declared[1] if declared else None):
                    found.append(_node_hit(place, node, param, f"{node.name} ({_USES[use]})"))
    return found


_USES = {"read": "reads", "write": "writes", "take": "takes"}


def uses_of_node(doc: Document, at: At, name: str) -> list[Hit]:
    """Return the wires into and out of a node, first values that come from it, and wires that its body's port has.

    For a `flow.input` or `flow.output` these last are the wires at the nodes that run this graph.
    """
    graph = doc.at(at)
    found = [
        _edge_hit(at, number, edge)
        for number, edge in enumerate(graph.edges)
        if name in (edge.source, edge.target) or edge.initial_from.partition(".")[0] == name
    ]
    return [*found, *_outer_wires(doc, at, name)]


def uses_of_port(doc: Document, at: At, node: str, port: str) -> list[Hit]:
    """Return the wires at a port, and where its placeholder stands in the texts of the node's params."""
    graph = doc.at(at)
    ends = (node, port)
    found = [
        _edge_hit(at, number, edge)
        for number, edge in enumerate(graph.edges)
        if ends in ((edge.source, edge.source_port), (edge.target, edge.target_port))
        or edge.initial_from == f"{node}.{port}"
    ]
    instance = doc.node(at, node)
    pattern = pattern_of(f"{{{port}}}", regex=False) if len(port) < LONGEST_QUERY else None
    for key, value in instance.params.items() if pattern is not None else ():
        for path, text in leaves_of(value, key, numbers=False):
            for start, end in matches_in(pattern, text)[0] if pattern is not None else ():
                found.append(with_context(Hit(at, "param", "", node=node, key=path), text, start, end))
    return found


def uses_of_type(doc: Document, type_name: str) -> list[Hit]:
    """Return the nodes of a type, in all subgraphs."""
    return [
        _node_hit(at, node, "type", f"{node.name}: {type_name}")
        for at, graph in doc.walk()
        for node in graph.nodes.values()
        if node.type == type_name
    ]


def where_used(doc: Document, at: At, kind: Literal["graph", "store", "node", "type"], name: str) -> list[Hit]:
    """Return who uses a thing of this kind and name; see the functions above. Ports have `uses_of_port`."""
    if kind == "graph":
        return uses_of_graph(doc, at, name)
    if kind == "store":
        return uses_of_store(doc, at, name)
    if kind == "type":
        return uses_of_type(doc, name)
    return uses_of_node(doc, at, name)


def _outer_wires(doc: Document, at: At, name: str) -> Iterator[Hit]:
    cls = doc.registry.find(doc.at(at).nodes[name].type) if name in doc.at(at).nodes else None
    role = cls.spec.role if cls is not None else ""
    if role not in ("input", "output") or at == TOP:
        return
    for runner in uses_of_graph(doc, at[:-1], at[-1]):
        for number, edge in enumerate(doc.at(runner.at).edges):
            end = (edge.target, edge.target_port) if role == "input" else (edge.source, edge.source_port)
            if end == (runner.node, name):
                yield _edge_hit(runner.at, number, edge)


def _body(doc: Document, at: At, reference: str) -> Graph | None:
    try:
        return doc.scope(at).find_graph(reference).graph
    except StudioError:
        return None  # a finding of the graph's check


def _node_hit(at: At, node: NodeInstance, key: str, text: str) -> Hit:
    return Hit(at, "node", plain_line(text), (0, min(len(node.name), len(text))), node=node.name, key=key)


def _edge_hit(at: At, number: int, edge: Edge) -> Hit:
    text = plain_line(edge_text(edge)[:300])
    return Hit(at, "edge", text, node=edge.target, edge=number)


@dataclass(frozen=True, slots=True)
class Target:
    """Where something is defined: a graph of this document (`at`) or of another `file`, and in it a node or store."""

    at: At
    node: str = ""
    store: str = ""
    file: Path | None = None


def definition(doc: Document, at: At, node: str, *, port: str = "", param: str = "") -> Target | None:
    """Return where what a node, its port or its param refers to is defined, or None if it refers to nothing.

    A region node leads to its body, and one of its ports to the input or output within; a param that names a store
    to the declaration; an input of any other node to where its first wire comes from.
    """
    instance = doc.at(at).nodes.get(node)
    cls = doc.registry.find(instance.type) if instance is not None else None
    if instance is None:
        return None
    if param and cls is not None and param in cls.spec.stores:
        name = instance.params.get(param, cls.Params.fields()[param].default)
        found = doc.scope(at).find_store(name) if isinstance(name, str) else None
        return Target(_place_of(found[0]), store=str(name)) if found is not None else None
    reference = instance.params.get(BODY_PARAM)
    if cls is not None and cls.spec.role in ("subgraph", "map") and isinstance(reference, str) and not param:
        return _body_target(doc, at, reference, port) or _wire_target(doc, at, node, port)
    if param == BODY_PARAM and isinstance(reference, str):
        return _body_target(doc, at, reference, "")
    return _wire_target(doc, at, node, port)


def _body_target(doc: Document, at: At, reference: str, port: str) -> Target | None:
    scope = doc.scope(at)
    try:
        body = scope.find_graph(reference)
    except StudioError:
        return None
    if port and port not in body.graph.nodes:
        return None
    if body.name and is_file_reference(body.name) and body.name not in (body.outer or body).graph.graphs:
        return Target(TOP, port, file=scope.file_of(reference))
    return Target(_place_of(body), port)


def _wire_target(doc: Document, at: At, node: str, port: str) -> Target | None:
    edges: Iterable[Edge] = doc.at(at).edges
    found = next((edge for edge in edges if port and (edge.target, edge.target_port) == (node, port)), None)
    return Target(at, found.source) if found is not None else None


def _place_of(scope: Scope) -> At:
    names: list[str] = []
    inner: Scope | None = scope
    while inner is not None and inner.outer is not None:
        names.append(inner.name)
        inner = inner.outer
    return tuple(reversed(names))
