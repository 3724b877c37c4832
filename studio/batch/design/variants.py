"""Variants of a graph: other settings, another model, other inputs, nodes switched off.

A variant is a value. `varied` makes a graph of it by the same edits that a person makes in the window, so what cannot
be edited so cannot be varied so; the graph it came from stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from studio.editing.document.document import Document
from studio.editing.document.ops import At
from studio.editing.edits.nodes import knock_out, set_key, set_params
from studio.gallery.entries import HELPERS
from studio.graph.check import require_runnable
from studio.graph.model import NODE_KEYS, Graph, NodeInstance
from studio.graph.names import name_problem
from studio.graph.paths import node_at, split_port
from studio.graph.ports import body_of
from studio.graph.scope import Scope, shallow_copy
from studio.spec.fields import Field
from studio.spec.params import value_problem
from studio.spec.registry import Registry
from studio.support.errors import GraphError, UsageError
from studio.support.nearest import did_you_mean, near
from studio.support.values import Json, sorted_encode

WHOLE: Final = "whole"
"""What the variant is called that changes nothing."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What is different. `settings` maps `node.param` to a value, `knockouts` are nodes that are switched off, `model`
    answers in place of the experiment's, `inputs` are given in place of the rows'; `graph` names the one of several
    graphs that it is a variant of, "" all.

    A node is named by its path (`organs/critic`), in which a body may go by the node that runs it or by its own name;
    as a body is one graph, it changes for all nodes that run it.
    """

    name: str = WHOLE
    settings: Mapping[str, Json] = field(default_factory=dict)
    knockouts: tuple[str, ...] = ()
    model: str | None = None
    inputs: Mapping[str, Json] = field(default_factory=dict)
    graph: str = ""

    def to_json(self) -> dict[str, Json]:
        """Return what it changes, as an experiment file says it; what it is called is left out."""
        told: dict[str, Json] = {}
        if self.graph:
            told["graph"] = self.graph
        if self.settings:
            told["set"] = dict(self.settings)
        if self.knockouts:
            told["knockouts"] = list(self.knockouts)
        if self.model is not None:
            told["model"] = self.model
        if self.inputs:
            told["inputs"] = dict(self.inputs)
        return told

    @property
    def identity(self) -> bytes:
        """What tells it from variants that change something else: neither its name nor an order counts."""
        return sorted_encode({**self.to_json(), "knockouts": sorted(set(self.knockouts))})

    def for_graph(self, name: str) -> bool:
        """True if the graph of this name is run under it."""
        return self.graph in ("", name)


def varied(whole: Graph, variant: Variant, registry: Registry) -> Graph:
    """Return the graph under a variant; `whole` has all its bodies inside (`graph.scope.bundle`) and stays as it is.

    Raises UsageError for a node, param or value that is not there or not possible, and if nothing could be run then.
    """
    doc = Document(shallow_copy(whole), registry=registry)
    where = f"variant `{variant.name}`" if variant.name != WHOLE else ""
    try:
        with doc.edit(variant.name):
            for path, value in variant.settings.items():
                _set(doc, path, value)
            for path in variant.knockouts:
                at, node = found_node(doc.graph, path, registry)
                doc.do(variant.name, knock_out(doc, at, [node.name], True))
        require_runnable(doc.graph, registry)
    except (GraphError, UsageError) as error:
        raise UsageError(error.message, where=where or error.where, hint=error.hint) from None
    return doc.graph


def _set(doc: Document, path: str, value: Json) -> None:
    place, at, node, key = found_setting(doc.graph, path, doc.registry)
    if key in NODE_KEYS:
        doc.do(path, set_key(doc, at, node.name, key, value))
        return
    declared = declared_param(node, key, doc.registry)
    if declared is not None and (problem := value_problem(declared, value)):
        raise UsageError(f"`{place}`: {problem}")
    doc.do(path, set_params(doc, at, node.name, {key: value}))


def found_setting(whole: Graph, path: str, registry: Registry) -> tuple[str, At, NodeInstance, str]:
    """Return what `node.param` names: the path of the node, its graph, the node, and the param or node key.

    Raises UsageError with near names if there is none.
    """
    place, key = split_port(path)
    if not (place and key):
        raise UsageError(f"`{path}` names no setting.", hint="Write `node.param`, as in `writer.temperature`.")
    at, node = found_node(whole, place, registry)
    cls = registry.find(node.type)
    if cls is None:
        raise UsageError(f"`{place}` is of the type `{node.type}`, which is not known here.")
    declared = list(cls.Params.fields())
    if key not in declared and key not in node.params and key not in NODE_KEYS:
        raise UsageError(
            f"`{place}` ({node.type}) has no param `{key}`.",
            hint=did_you_mean(key, [*declared, *NODE_KEYS], then=f"`studio nodes {node.type}` lists them."),
        )
    return place, at, node, key


def declared_param(node: NodeInstance, key: str, registry: Registry) -> Field | None:
    """Return how a param of a node is declared; None for one that is kept though its type does not know it."""
    cls = registry.find(node.type)
    return None if cls is None else cls.Params.fields().get(key)


def found_node(whole: Graph, path: str, registry: Registry) -> tuple[At, NodeInstance]:
    """Return the graph and the node that a path leads to, by nodes that run bodies or by names of local graphs.

    Raises UsageError with the nearest path if there is none.
    """
    found = _by_nodes(whole, path, registry) or _by_graphs(whole, path)
    if found is not None:
        return found
    known = [place for place, _, _ in places(whole, registry)]
    raise UsageError(
        f"The graph `{whole.name}` has no node `{path}`.",
        hint=did_you_mean(path, known, then="Nodes in a body are named like `body/node`."),
    )


def _by_nodes(whole: Graph, path: str, registry: Registry) -> tuple[At, NodeInstance] | None:
    found = node_at(Scope(whole), path, registry)
    return None if found is None else (at_of(found[0]), found[1])


def _by_graphs(whole: Graph, path: str) -> tuple[At, NodeInstance] | None:
    *names, last = path.split("/")
    graph = whole
    for name in names:
        if name not in graph.graphs:
            return None
        graph = graph.graphs[name]
    return (tuple(names), graph.nodes[last]) if last in graph.nodes else None


def at_of(scope: Scope) -> At:
    """Return where the graph of a scope stands in a graph that has all its bodies inside."""
    names: list[str] = []
    here: Scope | None = scope
    while here is not None and here.outer is not None:
        names.append(here.name)
        here = here.outer
    return tuple(reversed(names))


def places(whole: Graph, registry: Registry) -> Iterator[tuple[str, At, NodeInstance]]:
    """Yield each node that is run with the path that names it best, its graph and itself; outer ones first, a body that
    several nodes run once."""
    waiting: list[tuple[Scope, str]] = [(Scope(whole), "")]
    seen: set[At] = set()
    for scope, around in waiting:
        at = at_of(scope)
        if at in seen:
            continue
        seen.add(at)
        named = "/".join(at) if at and not any(map(name_problem, at)) else around
        for node in scope.graph.nodes.values():
            by_nodes = f"{around}/{node.name}" if around else node.name
            by_graphs = f"{named}/{node.name}" if named else node.name
            # The name of a body may be that of a node that runs another one: then only the node's way is clear.
            best = by_graphs if _by_nodes(whole, by_graphs, registry) in (None, (at, node)) else by_nodes
            yield best, at, node
            cls = registry.find(node.type)
            if cls is not None and cls.spec.role in ("subgraph", "map"):
                try:
                    waiting.append((body_of(scope, node), by_nodes))
                except GraphError:
                    continue  # the graph is checked before it is run, and this is told there


def modules_of(whole: Graph, registry: Registry, leave: tuple[str, ...] = ()) -> list[str]:
    """Return the paths of all modules: nodes that are no helpers and are not switched off already.

    `leave` are nodes, or bodies with all that is in them, that are none, such as the world an agent lives in.
    Raises UsageError for one that is not there.
    """
    found = [(path, at, node) for path, at, node in places(whole, registry)]
    for one in leave:
        if not any(_is_in(path, one) for path, _, _ in found):
            raise UsageError(
                f"The graph `{whole.name}` has nothing called `{one}`.",
                hint=near(one, {*(path for path, _, _ in found), *whole.graphs}),
            )
    return [
        path
        for path, _, node in found
        if not node.type.startswith(HELPERS) and not node.knockout and not any(_is_in(path, one) for one in leave)
    ]


def _is_in(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/")
