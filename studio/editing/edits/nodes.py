"""Nodes: the ops that add, delete and change them.

All functions return ops and apply nothing; what they raise is a GraphError for people. Params are taken as they are,
also half-finished ones, but never such that the file could not be read again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, Literal

from studio.editing.document.document import Document
from studio.editing.document.ops import At, InsertEdge, Key, Op, Place, PutNode, SetKey, node_with
from studio.editing.document.storable import plain, storable
from studio.editing.edits.bodies import require_nodes
from studio.editing.edits.connecting import edge_index, edge_ops
from studio.editing.edits.naming import free_name, name_for_type, name_of, require_name
from studio.editing.edits.remarks import follow
from studio.editing.edits.rules import can_connect
from studio.editing.edits.stores import stores_for
from studio.editing.placing.places import entry, pinned
from studio.graph.alarms import check_dynamics
from studio.graph.building import make_node
from studio.graph.check_regions import store_kinds_of
from studio.graph.layout import Box, Point
from studio.graph.model import LIMITS, NODE_KEYS, Edge, Graph, NodeInstance
from studio.graph.names import reserved_in, reserved_sentence
from studio.graph.ports import NodePorts, node_ports
from studio.spec.fields import MISSING, Field
from studio.spec.node import Node
from studio.spec.params import value_problem
from studio.spec.types import accepts
from studio.support.errors import GraphError
from studio.support.nearest import near
from studio.support.values import Json, same_value

# -- adding -------------------------------------------------------------------------------------


def add_node(
    doc: Document,
    at: At,
    type: str,
    xy: Point,
    params: Mapping[str, Json] | None = None,
    name: str = "",
    *,
    boxes: Mapping[str, Box] | None = None,
    **keys: Any,
) -> tuple[str, list[Op]]:
    """Return the name of a new node and the ops that add it with its upper left corner at `xy`.

    `name` is what it should be called: a number is put behind one that is taken, and characters that cannot be are
    replaced. `params` go before `starting_params`; `keys` are node keys such as `title`. With `boxes`, nodes that the
    file places nowhere are written down where they are seen, so that they stay there.
    """
    require_nodes(doc, 1)
    graph = doc.at(at)
    new = free_name(name_of_wanted(name) if name else name_for_type(type), graph.nodes)
    cls = doc.registry.find(type)
    said = {**(starting_params(doc, at, cls) if cls is not None else {}), **(params or {})}
    _require_type(type)
    node = make_node(type, new, {**said, **keys})
    for key in keys.keys() & NODE_KEYS:
        storable(key, getattr(node, key))
    node.params = {key: storable(key, value) for key, value in node.params.items()}
    ops: list[Op] = [*(pinned(doc, at, boxes) if boxes is not None else ()), PutNode(at, new, node)]
    return new, [*ops, Place(at, new, entry(xy))]


def _require_type(type: str) -> None:
    if not type:
        raise GraphError("A node needs a type.", hint="See `studio nodes` for the types there are.")
    storable("type", type)


def name_of_wanted(name: str) -> str:
    """Return a possible name as near to the wanted one as can be; one that is possible stays as it is."""
    try:
        require_name(name, "node", ())
    except GraphError:
        return name_of(name)
    return name


def starting_params(doc: Document, at: At, cls: type[Node]) -> dict[str, Json]:
    """Return values for the params that must be given, where there is a sensible one; the others are left out."""
    found: dict[str, Json] = {}
    for name, spec in cls.Params.fields().items():
        if spec.required:
            if name in cls.spec.stores:
                value = next(iter(stores_for(doc, at, store_kinds_of(cls, name))), MISSING)
            else:
                value = _starting_value(spec)
            if value is not MISSING:
                found[name] = value
    return found


_NO_TEXT: Final = frozenset({"graph", "store", "model", "embedder", "file"})
"""Editors of params whose empty text would name nothing."""


def _starting_value(spec: Field) -> Json:
    if spec.choices:
        return spec.choices[0]
    if spec.editor.get("kind") in _NO_TEXT:
        return MISSING
    match spec.type:
        case "text":
            return ""
        case "integer" | "number":
            least = spec.ge if spec.ge is not None else min(0.0, spec.le if spec.le is not None else 0.0)
            return int(least) if spec.type == "integer" or least == int(least) else least
        case "boolean":
            return False
        case "list":
            return []
    return MISSING


# -- deleting -----------------------------------------------------------------------------------


def delete(doc: Document, at: At, names: Iterable[str]) -> list[Op]:
    """Return the ops that delete nodes with their edges, places and comments.

    Feedback edges between other nodes that took their first value from one of them stay, and start with nothing.
    """
    graph = doc.at(at)
    chosen = list(dict.fromkeys(names))
    for name in chosen:
        doc.node(at, name)
    gone = set(chosen)
    changed: list[tuple[int, Edge | None]] = []
    for number, edge in enumerate(graph.edges):
        if edge.source in gone or edge.target in gone:
            changed.append((number, None))
        elif edge.initial_from.partition(".")[0] in gone:
            changed.append((number, replace(edge, initial_from="")))
    ops = edge_ops(doc, at, changed)
    # From the last to the first, so that undo puts each where it was.
    ops += [PutNode(at, name, None) for name in reversed([name for name in graph.nodes if name in gone])]
    ops += [Place(at, key, None) for key in reversed([key for key in graph.layout if key in gone])]
    changes: dict[str, str | None] = {f"{part}.{name}": None for name in chosen for part in ("nodes", "layout")}
    return [*ops, *follow(at, graph, changes)]


# -- params and keys ----------------------------------------------------------------------------


def set_param(doc: Document, at: At, name: str, key: str, value: Json) -> list[Op]:
    """Return the ops that set a param of a node, or (MISSING) leave it to its default.

    Edges to ports that go with the old value stay where they are: if the port comes back, so does the wire.
    """
    return set_params(doc, at, name, {key: value})


def set_params(doc: Document, at: At, name: str, values: Mapping[str, Json]) -> list[Op]:
    """Return the ops that set several params of a node at once. Raises GraphError for what no file can hold."""
    node = doc.node(at, name)
    params = dict(node.params)
    gone: dict[str, str | None] = {}
    for key, value in values.items():
        if key in NODE_KEYS:
            raise GraphError(f"`{key}` is a key of every node and no param.")
        if value is MISSING:
            if key in params:
                del params[key]
                gone[f"nodes.{name}.{key}"] = None
        else:
            params[key] = storable(key, value)
    if same_value(params, node.params):
        return []
    reserved = reserved_in(node.type, params)
    if reserved:
        message, hint = reserved_sentence(reserved[1], reserved[0])
        raise GraphError(message, where=name, hint=hint)
    return [PutNode(at, name, node_with(node, params)), *follow(at, doc.at(at), gone)]


def set_key(doc: Document, at: At, name: str, key: str, value: Any) -> list[Op]:
    """Return the ops that set a node key (`title`, `fires`, `on_error`, `retries`, …), or (MISSING) its default.

    Raises GraphError for a value that the key cannot have.
    """
    node = doc.node(at, name)
    if key not in NODE_KEYS:
        raise GraphError(f"`{key}` is no key of a node.", hint=near(key, NODE_KEYS))
    if key == "type":
        return change_type(doc, at, name, str(value))
    value = getattr(NodeInstance(name, node.type), key) if value is MISSING else plain(value)
    made = make_node(node.type, name, {key: value})
    storable(key, getattr(made, key))
    if key == "limits" and (unknown := next((one for one in made.limits if one not in LIMITS), None)) is not None:
        raise GraphError(f"There is no limit `{unknown}`.", hint=near(unknown, LIMITS))
    new = getattr(made, key)
    return [] if same_value(new, getattr(node, key)) else [PutNode(at, name, replace(node, **{key: new}))]


def knock_out(doc: Document, at: At, names: Collection[str], how: bool | Literal["pass"] | None = None) -> list[Op]:
    """Return the ops that switch nodes off (True), let their input pass (`"pass"`) or switch them on (False).

    None toggles: if all of them are on they go off, else they all go on.
    """
    nodes = [doc.node(at, name) for name in dict.fromkeys(names)]
    to = how if how is not None else not any(node.knockout for node in nodes)
    return [PutNode(at, node.name, replace(node, knockout=to)) for node in nodes if node.knockout is not to]


def change_type(doc: Document, at: At, name: str, new: str) -> list[Op]:
    """Return the ops that make a node one of another type: params that fit there stay, and edges whose ports are there.

    A type that is not known keeps everything.
    """
    node = doc.node(at, name)
    if node.type == new:
        return []
    _require_type(new)
    cls = doc.registry.find(new)
    if cls is None:
        return [PutNode(at, name, replace(node, type=new))]
    declared = cls.Params.fields()
    kept = {
        key: value for key, value in node.params.items() if key in declared and not value_problem(declared[key], value)
    }
    reserved = reserved_in(new, kept)
    if reserved:
        message, hint = reserved_sentence(reserved[1], reserved[0])
        raise GraphError(message, where=name, hint=hint)
    changed = replace(node, type=new, params={**starting_params(doc, at, cls), **kept})
    then = node_ports(doc.scope(at), changed, doc.registry)
    changed = replace(changed, default={port: one for port, one in node.default.items() if port in then.outputs})
    if changed.on_error == "default" and not changed.default:
        changed = replace(changed, on_error="fail")
    graph = doc.at(at)
    edges: list[tuple[int, Edge | None]] = []
    for number, edge in enumerate(graph.edges):
        if not _still_fits(doc, at, edge, name, then):
            edges.append((number, None))
        elif edge.initial_from.partition(".")[0] == name and _output(then, edge.initial_from.partition(".")[2]) is None:
            edges.append((number, replace(edge, initial_from="")))
    gone: dict[str, str | None] = {f"nodes.{name}.{key}": None for key in node.params if key not in kept}
    return [*edge_ops(doc, at, edges), PutNode(at, name, changed), *follow(at, graph, gone)]


def _still_fits(doc: Document, at: At, edge: Edge, name: str, then: NodePorts) -> bool:
    if name not in (edge.source, edge.target):
        return True
    if edge.source == name:
        source: Field | None = _output(then, edge.source_port)
        if source is None:
            return False
    else:
        source = doc.output(at, edge.source, edge.source_port)
    if edge.target == name:
        target: Field | None = _input(then, edge.target_port)
        if target is None:
            return False
    else:
        target = doc.input(at, edge.target, edge.target_port)
    return source is None or target is None or accepts(source.type, target.type)


def _output(ports: NodePorts, port: str) -> Field | None:
    if port in ("done", "error"):
        return Field(name=port, kind="port", type="boolean" if port == "done" else "any")
    return ports.outputs.get(port)


def _input(ports: NodePorts, port: str) -> Field | None:
    return Field(name=port, kind="port", type="any") if port == "when" else ports.inputs.get(port)


# -- on a wire ----------------------------------------------------------------------------------


def insert_on_edge(
    doc: Document, at: At, edge: Edge, name: str, *, input_port: str = "", output_port: str = ""
) -> list[Op]:
    """Return the ops that put a node into a wire: what the wire brought goes through it.

    Without named ports the first that fit are taken, inputs without a wire before others. A feedback edge stays one
    behind the node, with its options. Raises GraphError if no ports fit.
    """
    number = edge_index(doc, at, edge)
    edge = doc.at(at).edges[number]
    if name in (edge.source, edge.target):
        raise GraphError(f"`{name}` is at one end of this wire already.")
    ports = doc.ports(at, name)
    wired = {one.target_port for one in doc.at(at).edges if one.target == name}
    ways_in = [input_port] if input_port else _by_need(ports.inputs, wired)
    ways_out = [output_port] if output_port else list(ports.outputs)
    before = _first_fitting(
        doc, at, [Edge(edge.source, edge.source_port, name, port) for port in ways_in], without=edge
    )
    after = _first_fitting(doc, at, [replace(edge, source=name, source_port=port) for port in ways_out], without=edge)
    if before is None or after is None:
        raise GraphError(
            f"`{name}` does not fit into `{edge}`: no {'input takes' if before is None else 'output gives'} what it "
            f"{'brings' if before is None else 'needs'}."
        )
    return [*edge_ops(doc, at, [(number, after)]), InsertEdge(at, number, before)]


def _by_need(inputs: Mapping[str, Field], wired: set[str]) -> list[str]:
    """Return inputs with the ones that a wire is wanted for first: required and without one, then optional."""
    return sorted(inputs, key=lambda port: (port in wired, not inputs[port].required))


def _first_fitting(doc: Document, at: At, edges: list[Edge], without: Edge) -> Edge | None:
    return next((edge for edge in edges if can_connect(doc, at, edge, without=without) is None), None)


# -- order and the graph itself -----------------------------------------------------------------


def move_in_order(doc: Document, at: At, name: str, index: int) -> list[Op]:
    """Return the ops that put a node at another place of the file order (which settles ties, rule 2.7)."""
    graph = doc.at(at)
    node = doc.node(at, name)
    index = max(0, min(len(graph.nodes) - 1, index))
    return [] if list(graph.nodes).index(name) == index else [PutNode(at, name, node, index)]


def set_graph_key(doc: Document, at: At, key: Key, value: Json) -> list[Op]:
    """Return the ops that set a key of the graph itself; MISSING gives its default. Raises GraphError for a value that
    the key cannot have."""
    graph = doc.at(at)
    value = getattr(Graph(), key) if value is MISSING and key != "name" else plain(value)
    number = type(value) in (int, float)
    wrong = ""
    match key:
        case "name" | "about":
            wrong = "" if isinstance(value, str) else "text"
        case "until":
            wrong = "" if value in ("quiet", "stop") else "`quiet` or `stop`"
        case "on_limit":
            wrong = "" if value in ("stop", "fail") else "`stop` or `fail`"
        case "max_ticks":
            wrong = "" if value is None or (type(value) is int and value >= 1) else "a whole number from 1"
        case "limits":
            right = isinstance(value, dict) and all(
                name in LIMITS and type(one) in (int, float) and one >= 0 for name, one in value.items()
            )
            wrong = "" if right else f"numbers, 0 or more, for {', '.join(LIMITS)}"
        case "dynamics":
            wrong = "" if isinstance(value, dict) else "a mapping, as `{on_alarm: pause}`"
            if not wrong:
                check_dynamics(value)
        case _:
            raise GraphError(f"`{key}` is no key of a graph that can be set.")
    if not wrong and (isinstance(value, str | dict) or number):
        storable(key, value)
    if wrong:
        raise GraphError(f"`{key}` must be {wrong}.")
    return [] if same_value(getattr(graph, key), value) else [SetKey(at, key, value)]
