"""Random primitive ops that fit a document, for properties that must hold after any sequence of edits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from studio.editing import (
    At,
    Document,
    InsertEdge,
    Op,
    Place,
    PutGraph,
    PutNode,
    PutStore,
    RemoveEdge,
    RenameGraph,
    RenameNode,
    ReplaceEdge,
    SetComment,
    SetKey,
)
from studio.editing.document.op_json import graph_to_json
from studio.editing.document.ops import Key
from studio.graph.model import Graph, StoreDecl
from tests.graph.strategies import edges, graphs, names, nodes, texts, values

Draw = Callable[..., Any]

REAL_TYPES = [
    ("flow.input", {"kind": "text"}),
    ("flow.output", {}),
    ("flow.output", {"collect": True}),
    ("llm.function", {"instructions": "Judge {draft}", "labels": ["good", "bad"]}),
    ("text.template", {"template": "{one} and {two}"}),
    ("flow.switch", {"cases": ["yes", "no"]}),
]
"""Types with ports that follow from params, and those that give bodies their ports."""


def snapshot(graph: Graph) -> str:
    """Return everything a graph says, order included."""
    return json.dumps(graph_to_json(graph))


def draw_op(draw: Draw, doc: Document) -> Op:
    """Return a random op that can be applied now."""
    places = list(doc.walk())
    at, graph = places[draw(st.integers(0, len(places) - 1))]  # by number: what is drawn is also printed
    kinds = [_put_node, _put_store, _put_graph, _set_key, _place, _comment]
    if graph.nodes:
        kinds += [_put_known_node, _remove_node, _rename_node, _insert_edge, _run_body]
    if graph.edges:
        kinds += [_remove_edge, _replace_edge]
    if graph.graphs:
        kinds += [_rename_graph, _remove_graph]
    return kinds[draw(st.integers(0, len(kinds) - 1))](draw, at, graph)


def _index(draw: Draw, items: Any) -> int | None:
    found: int | None = draw(st.none() | st.integers(0, len(items)))
    return found


def _put_node(draw: Draw, at: At, graph: Graph) -> Op:
    name = draw(names)
    node = draw(nodes(name))
    if draw(st.booleans()):
        kind, params = draw(st.sampled_from(REAL_TYPES))
        node = replace(node, type=kind, params=dict(params))
    known = name in graph.nodes
    index = draw(st.none() | st.integers(0, len(graph.nodes) - 1)) if known else _index(draw, graph.nodes)
    return PutNode(at, name, node, index)


def _put_known_node(draw: Draw, at: At, graph: Graph) -> Op:
    name = draw(st.sampled_from(list(graph.nodes)))
    long = "x" * 5000
    node = replace(graph.nodes[name], params={**graph.nodes[name].params, "text": long + draw(texts) + long})
    return PutNode(at, name, node)


def _run_body(draw: Draw, at: At, graph: Graph) -> Op:
    name = draw(st.sampled_from(list(graph.nodes)))
    body = draw(st.sampled_from([*graph.graphs, "nowhere"]))
    kind = draw(st.sampled_from(["flow.subgraph", "flow.map"]))
    return PutNode(at, name, replace(graph.nodes[name], type=kind, params={"graph": body}))


def _remove_node(draw: Draw, at: At, graph: Graph) -> Op:
    return PutNode(at, draw(st.sampled_from(list(graph.nodes))), None)


def _rename_node(draw: Draw, at: At, graph: Graph) -> Op:
    free = [name for name in ("alpha", "beta", "gamma", "delta", "omega") if name not in graph.nodes]
    old = draw(st.sampled_from(list(graph.nodes)))
    return RenameNode(at, old, draw(st.sampled_from(free))) if free else PutNode(at, old, None)


def _insert_edge(draw: Draw, at: At, graph: Graph) -> Op:
    return InsertEdge(at, draw(st.integers(0, len(graph.edges))), draw(edges(list(graph.nodes))))


def _remove_edge(draw: Draw, at: At, graph: Graph) -> Op:
    return RemoveEdge(at, draw(st.integers(0, len(graph.edges) - 1)))


def _replace_edge(draw: Draw, at: At, graph: Graph) -> Op:
    names_ = list(graph.nodes) or ["a"]
    return ReplaceEdge(at, draw(st.integers(0, len(graph.edges) - 1)), draw(edges(names_)))


def _put_store(draw: Draw, at: At, graph: Graph) -> Op:
    name = draw(names)
    if name in graph.stores and draw(st.booleans()):
        return PutStore(at, name, None)
    index = None if name in graph.stores else _index(draw, graph.stores)
    return PutStore(at, name, StoreDecl(name, draw(texts), "run", {"values": draw(values)}), index)


def _put_graph(draw: Draw, at: At, graph: Graph) -> Op:
    name = draw(names)
    index = None if name in graph.graphs else _index(draw, graph.graphs)
    return PutGraph(at, name, draw(graphs(0)), index)


def _remove_graph(draw: Draw, at: At, graph: Graph) -> Op:
    return PutGraph(at, draw(st.sampled_from(list(graph.graphs))), None)


def _rename_graph(draw: Draw, at: At, graph: Graph) -> Op:
    old = draw(st.sampled_from(list(graph.graphs)))
    free = [name for name in ("red", "green", "blue") if name not in graph.graphs]
    return RenameGraph(at, old, draw(st.sampled_from(free))) if free else PutGraph(at, old, None)


def _set_key(draw: Draw, at: At, graph: Graph) -> Op:
    choices: dict[Key, st.SearchStrategy[Any]] = {
        "name": texts,
        "about": texts,
        "until": st.sampled_from(["quiet", "stop"]),
        "max_ticks": st.none() | st.integers(1, 99),
        "on_limit": st.sampled_from(["stop", "fail"]),
        "limits": st.sampled_from([{}, {"calls": 3.0}]),
        "dynamics": st.sampled_from([{}, {"on_alarm": "stop"}, {"wander": "off", "settings": {"stall_ticks": 9}}]),
    }
    key = draw(st.sampled_from(list(choices)))
    return SetKey(at, key, draw(choices[key]))


def _place(draw: Draw, at: At, graph: Graph) -> Op:
    key = draw(st.sampled_from([*graph.layout, "a", "/frames", "new"]))
    return Place(at, key, draw(st.none() | values), _index(draw, graph.layout), draw(st.booleans()))


def _comment(draw: Draw, at: At, graph: Graph) -> Op:
    lines = draw(st.none() | st.lists(st.sampled_from(["one", "# two", ""]), max_size=2).map(tuple))
    return SetComment(at, draw(st.sampled_from(["nodes.a", "edges", "new"])), lines, _index(draw, graph.comments))
