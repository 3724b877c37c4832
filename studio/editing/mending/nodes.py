"""Fixes of nodes: their type, params, keys, and those that nothing reaches or uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from studio.editing.document.ops import InsertEdge, Op, Place, PutNode, SetKey
from studio.editing.edits.connecting import connect
from studio.editing.edits.nodes import add_node, delete, set_key, set_params
from studio.editing.edits.rules import can_connect
from studio.editing.mending.base import Fix, Fixer, Spot, shown, typical
from studio.editing.offering.catalogue import catalogue, starting
from studio.editing.placing.places import placed
from studio.graph.model import LIMITS, Edge
from studio.graph.names import RESERVED_PORTS, name_problem
from studio.spec.fields import MISSING, Field
from studio.spec.params import value_problem
from studio.support.nearest import nearest
from studio.support.values import Json, typed_value

STEP: Final = 260.0
BELOW: Final = 100.0
"""How far a node that a fix adds stands from the one that it is added for, and from others in the same column."""


def unknown_type(spot: Spot) -> Iterator[Fix]:
    """Change it to the type that was probably meant, unless it is declared and only not in use yet."""
    withheld = spot.node.type in spot.doc.registry.withheld
    meant = None if withheld else nearest(spot.node.type, (cls.spec.type for cls in spot.doc.registry.all_types()))
    if meant:
        node = replace(spot.node, type=meant)
        yield Fix(f"Change the type to `{meant}`", (PutNode(spot.at, node.name, node),))
    yield delete_node(spot)


def unknown_param(spot: Spot) -> Iterator[Fix]:
    """Call it by its right name, or delete it."""
    node, wrong = spot.node, spot.found.param
    cls = spot.doc.registry.find(node.type)
    if wrong not in node.params:
        return
    declared: Mapping[str, Field] = cls.Params.fields() if cls is not None else {}
    meant = nearest(wrong, declared)
    if meant and meant not in node.params and not value_problem(declared[meant], node.params[wrong]):
        params = {meant if key == wrong else key: value for key, value in node.params.items()}
        yield Fix(f"Rename `{wrong}` to `{meant}`", (PutNode(spot.at, node.name, replace(node, params=params)),))
    yield Fix(f"Delete `{wrong}`", tuple(set_params(spot.doc, spot.at, node.name, {wrong: MISSING})))


def missing_param(spot: Spot) -> Iterator[Fix]:
    """Begin with what a new node of this type would begin with."""
    node, missing = spot.node, spot.found.param
    entry = next((one for one in catalogue(spot.doc.registry) if one.key == node.type), None)
    if entry is not None and missing not in node.params:
        start = starting(spot.doc, spot.at, entry)
        if missing in start.params:
            value = start.params[missing]
            needed = [op for op in start.ops if value in (getattr(op, "name", None),)]
            ops = (*needed, *set_params(spot.doc, spot.at, node.name, {missing: value}))
            yield Fix(f"Begin with `{missing}: {shown(value)}`", ops)
    yield spot.open(f"Give `{missing}` a value", missing)


def param_value(spot: Spot) -> Iterator[Fix]:
    """Write the value that was meant: of the right type, within bounds, the nearest choice; or the default."""
    node, key = spot.node, spot.found.param
    cls = spot.doc.registry.find(node.type)
    spec = cls.Params.fields().get(key) if cls is not None else None
    if spec is None or key not in node.params:
        return
    meant = next((one for one in _meant(spec, node.params[key]) if not value_problem(spec, one)), MISSING)
    if meant is not MISSING:
        ops = set_params(spot.doc, spot.at, node.name, {key: meant})
        yield Fix(f"Write `{key}: {shown(meant)}`", tuple(ops))
    if not spec.required and spec.default != meant:
        ops = set_params(spot.doc, spot.at, node.name, {key: MISSING})
        yield Fix(f"Use the default, {shown(spec.default)}", tuple(ops))
    yield spot.open(f"Change `{key}`", key)


def _meant(spec: Field, value: Json) -> Iterator[Json]:
    if isinstance(value, str):
        if spec.choices:
            yield nearest(value, map(str, spec.choices))
        yield typed_value(value.strip())
        yield {"yes": True, "no": False, "true": True, "false": False}.get(value.strip().casefold(), value)
    number = type(value) in (int, float)
    if number:
        if spec.type == "integer" and value == int(value):
            yield int(value)
        if spec.ge is not None and value < spec.ge:
            yield int(spec.ge) if spec.type == "integer" else spec.ge
        if spec.le is not None and value > spec.le:
            yield int(spec.le) if spec.type == "integer" else spec.le
    if spec.type == "text" and (number or isinstance(value, bool)):
        yield str(value).lower() if isinstance(value, bool) else str(value)
    if spec.type == "list":
        yield [value]


def param_problem(spot: Spot) -> Iterator[Fix]:
    """Only the person knows."""
    yield spot.open("Look at the params", spot.found.param)


def reserved_port(spot: Spot) -> Iterator[Fix]:
    """Give the ways of a switch that have a reserved name another one."""
    node = spot.node
    cases = node.params.get("cases")
    if node.type == "flow.switch" and isinstance(cases, list) and all(isinstance(one, str) for one in cases):
        named = {f"is_{one}" if one in RESERVED_PORTS else one: one for one in cases}
        ops = (PutNode(spot.at, node.name, replace(node, params={**node.params, "cases": named})),)
        yield Fix("Give these ways names of their own", ops)
    yield spot.open("Look at the params")


# -- node keys ---------------------------------------------------------------------------------


def default_port(spot: Spot) -> Iterator[Fix]:
    """Name the output that was meant, give it a value of its type, or leave it out."""
    node, port = spot.node, spot.found.port
    outputs = spot.doc.ports(spot.at, node.name).outputs
    if port not in node.default:
        return
    if port in outputs:
        value = typical(outputs[port].type)
        if value is not None:
            yield _default(spot, {**node.default, port: value}, f"Give `{port}` the value {shown(value)}")
    elif (meant := nearest(port, outputs)) and meant not in node.default:
        renamed = {meant if key == port else key: value for key, value in node.default.items()}
        yield _default(spot, renamed, f"Rename `{port}` to `{meant}`")
    rest = {key: value for key, value in node.default.items() if key != port}
    if rest or node.on_error != "default":
        yield _default(spot, rest, f"Delete the default of `{port}`")


def _default(spot: Spot, default: dict[str, Json], label: str) -> Fix:
    return Fix(label, tuple(set_key(spot.doc, spot.at, spot.node.name, "default", default)))


def default_missing(spot: Spot) -> Iterator[Fix]:
    """Give values for the outputs, or let an error fail the node as usual."""
    outputs = spot.doc.ports(spot.at, spot.node.name).outputs
    values = {port: typical(field.type) for port, field in outputs.items() if typical(field.type) is not None}
    if values:
        yield _default(spot, values, f"Begin with {shown(values)}")
    yield Fix("Let an error fail the node", tuple(set_key(spot.doc, spot.at, spot.node.name, "on_error", MISSING)))


def default_unused(spot: Spot) -> Iterator[Fix]:
    """Use the default, or delete it."""
    name = spot.node.name
    yield Fix("Use it: `on_error: default`", tuple(set_key(spot.doc, spot.at, name, "on_error", "default")))
    yield Fix("Delete `default`", tuple(set_key(spot.doc, spot.at, name, "default", MISSING)))


def unknown_limit(spot: Spot) -> Iterator[Fix]:
    """Name the limit that was meant, or delete it; of a node or of the graph."""
    yield from _other_limit(spot, nearest(spot.found.param, LIMITS))


def ticks_of_no_region(spot: Spot) -> Iterator[Fix]:
    """Limit how often the node fires, which is what its ticks would be."""
    yield from _other_limit(spot, "firings")


def _other_limit(spot: Spot, meant: str) -> Iterator[Fix]:
    wrong = spot.found.param
    limits = spot.node.limits if spot.found.node else spot.graph.limits
    if wrong not in limits:
        return
    changes: list[tuple[str, dict[str, float]]] = []
    if meant and meant not in limits:
        changes.append((f"Rename `{wrong}` to `{meant}`", {meant if k == wrong else k: v for k, v in limits.items()}))
    changes.append((f"Delete `{wrong}`", {key: value for key, value in limits.items() if key != wrong}))
    for label, new in changes:
        op: Op = SetKey(spot.at, "limits", new)
        if spot.found.node:
            op = PutNode(spot.at, spot.node.name, replace(spot.node, limits=new))
        yield Fix(label, (op,))


# -- wires that are missing, nodes that are of no use ------------------------------------------------


def input_unwired(spot: Spot) -> Iterator[Fix]:
    """Wire the output that fits best, or an input of the graph made for it; or delete the node."""
    node, port = spot.node, spot.found.port
    known = spot.doc.input(spot.at, node.name, port)
    if known is None:
        return
    for edge in _fitting_edges(spot, port, known)[:2]:
        ops = tuple(connect(spot.doc, spot.at, edge))
        yield Fix(f"Wire `{edge.source}.{edge.source_port}` to it", ops)
    wanted = port if not name_problem(port) else "input"
    params: dict[str, Any] = {} if known.type == "any" else {"kind": known.type}
    name, added = add_beside(spot, node.name, -1, "flow.input", params, wanted)
    inserted = insert_last(spot, Edge(name, "value", node.name, port))
    yield Fix(f"Make it an input of this graph, `{name}`", (*added, inserted))
    yield delete_node(spot)


def _fitting_edges(spot: Spot, port: str, known: Field) -> list[Edge]:
    """Return wires that could be drawn into a port without doubt: from outputs of its name, or the only of its type."""
    named: list[Edge] = []
    typed: list[Edge] = []
    for name in spot.graph.nodes:
        if name == spot.node.name:
            continue
        for output, field in spot.doc.ports(spot.at, name).outputs.items():
            edge = Edge(name, output, spot.node.name, port)
            if port in (output, name) and port != "value":
                named.append(edge)
            elif known.type not in ("any", "json") and field.type == known.type:
                typed.append(edge)
    likely = named or (typed if len(typed) == 1 else [])
    return [edge for edge in likely if can_connect(spot.doc, spot.at, edge) is None]


def stop_unwired(spot: Spot) -> Iterator[Fix]:
    """Delete the stop."""
    yield delete_node(spot)


def unreachable(spot: Spot) -> Iterator[Fix]:
    """Delete the node."""
    yield delete_node(spot)


def output_unused(spot: Spot) -> Iterator[Fix]:
    """Make it a result of the graph, or delete the node."""
    node = spot.node
    outputs = spot.doc.ports(spot.at, node.name).outputs
    if outputs:
        port = next(iter(outputs))
        wanted = port if not name_problem(port) and port != "value" else "result"
        name, added = add_beside(spot, node.name, 1, "flow.output", {}, wanted)
        inserted = insert_last(spot, Edge(node.name, port, name, "value"))
        yield Fix(f"Make `{port}` a result of this graph", (*added, inserted))
    yield delete_node(spot)


def loose_function(spot: Spot) -> Iterator[Fix]:
    """Lead to what holds a function: the person must know what the answers may be."""
    params = spot.node.params
    if not any(params.get(key) for key in ("labels", "schema", "routes")):
        yield spot.open("Choose from labels", "labels")
    yield spot.open("Add a check", "checks")
    yield spot.open("Add examples", "examples")


def free_text_steers(spot: Spot) -> Iterator[Fix]:
    """Lead to the labels of the function that steers."""
    if spot.found.other in spot.graph.nodes:
        yield spot.open(f"Let `{spot.found.other}` choose from labels", "labels", spot.found.other)


def delete_node(spot: Spot) -> Fix:
    """Return the fix that deletes the finding's node with its wires."""
    return Fix(f"Delete `{spot.node.name}`", tuple(delete(spot.doc, spot.at, [spot.node.name])))


def insert_last(spot: Spot, edge: Edge) -> Op:
    """Return the op that adds an edge behind all others."""
    return InsertEdge(spot.at, len(spot.graph.edges), edge)


def add_beside(
    spot: Spot, name: str, side: int, type_name: str, params: dict[str, Any], wanted: str
) -> tuple[str, list[Op]]:
    """Return the name of a new node left (-1) or right (1) of one, and the ops that add it.

    Where the file leaves that node's place open, it leaves the new one's open too.
    """
    known = placed(spot.graph)
    x, y = known.get(name, (0.0, 0.0))
    place = (x + side * STEP, y)
    while place in known.values():
        place = (place[0], place[1] + BELOW)
    made, ops = add_node(spot.doc, spot.at, type_name, place, params, wanted)
    return made, ops if name in known else [op for op in ops if not isinstance(op, Place)]


FIXERS: Mapping[str, Fixer] = {
    one.__name__: one
    for one in (
        unknown_type, unknown_param, missing_param, param_value, param_problem, reserved_port, default_port,
        default_missing, default_unused, unknown_limit, ticks_of_no_region, input_unwired, stop_unwired, unreachable,
        output_unused, loose_function, free_text_steers,
    )
}  # fmt: skip
