"""Graphs written in Python: the same refusals as for a file, at the line that makes the mistake."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from studio.graph.model import EDGE_OPTIONS, FIRES, KNOCKOUT, NODE_KEYS, ON_ERROR, Edge, Graph, NodeInstance, StoreDecl
from studio.graph.names import name_problem, port_problem, reserved_in, reserved_sentence
from studio.graph.order import edges_by_source, reaches
from studio.support.errors import GraphError
from studio.support.nearest import near
from studio.support.values import Json

SCOPES = ("region", "run", "project")

_CHOICES: Mapping[str, tuple[Json, ...]] = {
    "fires": (None, *FIRES),
    "on_error": ON_ERROR,
    "knockout": KNOCKOUT,
}


def check_name(name: str, what: str, taken: Container[str]) -> None:
    """Raise GraphError if a node, store or subgraph cannot have this name."""
    problem = name_problem(name)
    if problem:
        raise GraphError(f"`{name}` cannot name a {what}: {problem}.")
    if name in taken:
        raise GraphError(f"There is a {what} `{name}` already.", hint="Choose another name.")


def make_node(type: str, name: str, keys: dict[str, Any]) -> NodeInstance:
    """Return a node of these params and reserved keys. Raises GraphError for what a file could not say either."""
    problem = name_problem(name)
    if problem:
        raise GraphError(f"`{name}` cannot name a node: {problem}.")
    if "type" in keys:
        raise GraphError("`type` is a key of every node and cannot be a param.", where=name)
    own = {key: keys[key] for key in NODE_KEYS if key in keys}
    params = {key: value for key, value in keys.items() if key not in own}
    for key, value in own.items():
        wrong = _wrong(key, value)
        if wrong:
            raise GraphError(f"`{key}` of node `{name}` must be {wrong}.", where=name)
    reserved = reserved_in(type, params)
    if reserved:
        message, hint = reserved_sentence(reserved[1], reserved[0])
        raise GraphError(message, where=name, hint=hint)
    return NodeInstance(name=name, type=type, params=params, **own)


def make_store(graph: Graph, type: str, name: str, keys: dict[str, Any]) -> StoreDecl:
    """Return a store, not yet declared. Raises GraphError as `Graph.add_store` does."""
    check_name(name, "store", graph.stores)
    params = dict(keys)
    scope = params.pop("scope", "region")
    if scope not in SCOPES:
        said = " or ".join(f"`{one}`" for one in SCOPES)
        raise GraphError(f"`scope` of store `{name}` must be {said}.", where=name)
    if "type" in params:
        raise GraphError("`type` is a key of every store and cannot be a param.", where=name)
    return StoreDecl(name, type, scope, params)


def _wrong(key: str, value: Any) -> str:
    """Return what the value of a node key must be, if it is not."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if key in _CHOICES:
        known = any(value is option or (isinstance(value, str) and value == option) for option in _CHOICES[key])
        return "" if known else " or ".join(f"`{option}`" for option in _CHOICES[key] if option is not None)
    if key == "title":
        return "" if isinstance(value, str) else "text"
    if key == "retries":
        return "" if isinstance(value, int) and number and value >= 0 else "a whole number from 0"
    if key == "timeout_s":
        return "" if value is None or (number and value > 0) else "a number of seconds above 0"
    if key == "default":
        return "" if isinstance(value, dict) else "a dict of ports to values"
    if key == "limits":
        numbers = isinstance(value, dict) and all(type(one) in (int, float) and one >= 0 for one in value.values())
        return "" if numbers else "a dict of limits to numbers, 0 or more"
    return ""


def make_edge(graph: Graph, source: str, target: str, feedback: bool | Mapping[str, Json]) -> Edge:
    """Return the edge between two ends, not yet added. Raises GraphError as `Graph.connect` says."""
    edge = Edge(*_end(graph, source), *_end(graph, target), feedback=feedback is not False)
    options = dict(feedback) if isinstance(feedback, Mapping) else {}
    if "initial" in options:
        edge.has_initial, edge.initial = True, options.pop("initial")
    if "initial_from" in options:
        edge.initial_from = str(options.pop("initial_from"))
        _end(graph, edge.initial_from)
    hold = options.pop("hold", False)
    if not isinstance(hold, bool):
        raise GraphError("`hold` must be True or False.", where=str(edge))
    edge.hold = hold
    if options:
        name = next(iter(options))
        hint = near(name, EDGE_OPTIONS)
        raise GraphError(f"`{name}` is no option of a feedback edge.", where=str(edge), hint=hint)
    if edge.has_initial and edge.initial_from:
        raise GraphError("An edge has either `initial` or `initial_from`.", where=str(edge), hint="Keep one of them.")
    if not edge.feedback and _closes_cycle(graph, edge):
        raise GraphError(
            f"`{edge}` would close a cycle within one tick.",
            where=graph.name,
            hint=f'Deliver at the next tick instead: `connect("{source}", "{target}", feedback=True)`.',
        )
    return edge


def _end(graph: Graph, text: str) -> tuple[str, str]:
    node, dot, port = text.partition(".")
    if not dot or port_problem(port):
        raise GraphError(f"`{text}` is no end of an edge.", where=graph.name, hint="Write it as `node.port`.")
    if node not in graph.nodes:
        hint = near(node, graph.nodes) or "Add the node first."
        raise GraphError(f"There is no node `{node}`.", where=graph.name, hint=hint)
    return node, port


def _closes_cycle(graph: Graph, edge: Edge) -> bool:
    if edge.source == edge.target:
        return True
    if not any(one.source == edge.target for one in graph.edges):
        return False  # nothing leaves it yet: so it is for nearly each wire of a script, which wires as it goes
    return reaches(edges_by_source(graph), edge.target, edge.source)
