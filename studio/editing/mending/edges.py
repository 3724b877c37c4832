"""Fixes of edges: ends that do not exist, types that do not meet, cycles, and what feedback begins with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from studio.editing.document.ops import SetKey
from studio.editing.edits.connecting import edge_ops
from studio.editing.edits.nodes import set_key
from studio.editing.edits.rules import can_connect
from studio.editing.mending.base import Fix, Fixer, Spot, shown, typical
from studio.editing.mending.nodes import add_beside, insert_last
from studio.graph.model import Edge
from studio.spec.fields import MISSING
from studio.spec.types import accepts
from studio.support.nearest import nearest


def edge_node(spot: Spot) -> Iterator[Fix]:
    """Name the node that was meant, or delete the edge."""
    edge, wrong = spot.edge, spot.found.other
    if edge is None:
        return
    meant = nearest(wrong, spot.graph.nodes)
    if meant:
        new = replace(
            edge,
            source=meant if edge.source == wrong else edge.source,
            target=meant if edge.target == wrong else edge.target,
        )
        if can_connect(spot.doc, spot.at, new, without=edge) is None:
            yield _changed(spot, new, f"Change `{wrong}` to `{meant}`")
    yield _deleted(spot)


def edge_port(spot: Spot) -> Iterator[Fix]:
    """Name the port that was meant, or the only one there is, or delete the edge."""
    edge, node, wrong = spot.edge, spot.found.other, spot.found.port
    if edge is None or node not in spot.graph.nodes:
        return
    ports = spot.doc.ports(spot.at, node)
    at_source = (edge.source, edge.source_port) == (node, wrong) and wrong not in ports.outputs
    known = ports.outputs if at_source else ports.inputs
    for meant in dict.fromkeys([nearest(wrong, known), *(known if len(known) == 1 else ())]):
        new = replace(edge, source_port=meant) if at_source else replace(edge, target_port=meant)
        if meant and can_connect(spot.doc, spot.at, new, without=edge) is None:
            yield _changed(spot, new, f"Change `{wrong}` to `{meant}`")
    yield _deleted(spot)


def edge_type(spot: Spot) -> Iterator[Fix]:
    """Put a node between that converts the value, where there is one; or delete the edge."""
    edge = spot.edge
    if edge is None:
        return
    source, target = spot.doc.output(spot.at, edge.source, edge.source_port), spot.target_field(edge)
    if source is not None and target is not None and not edge.initial_from:
        converter = _converter(source.type, target.type)
        if converter is not None:
            type_name, params, port_in, port_out, label = converter
            name, added = add_beside(spot, edge.source, 1, type_name, params, f"as_{target.type}")
            after = replace(edge, source=name, source_port=port_out)
            ops = (*edge_ops(spot.doc, spot.at, [(spot.edge_places[0], after)]), *added)
            yield Fix(label, (*ops, insert_last(spot, Edge(edge.source, edge.source_port, name, port_in))))
    yield _deleted(spot)


def _converter(source: str, target: str) -> tuple[str, dict[str, Any], str, str, str] | None:
    """Return type, params, input, output and label of a node that makes one type of another, None if none does."""
    if target == "text" and accepts(source, "json"):
        return "text.template", {"template": "{value}"}, "value", "text", "Write it as text in between"
    if source == "text" and accepts("json", target):
        return "json.parse", {}, "text", "value", f"Read it as JSON ({target}) in between"
    if target in ("number", "integer", "boolean") and accepts(source, "json"):
        word = {"number": "float", "integer": "int", "boolean": "bool"}[target]
        expression = {"expression": f"{word}(value)", "kind": target}
        return "math.expression", expression, "value", "value", f"Make it {target} in between"
    return None


def edge_twice(spot: Spot) -> Iterator[Fix]:
    """Delete the later one."""
    if len(spot.edge_places) > 1:
        yield Fix("Delete one of them", tuple(edge_ops(spot.doc, spot.at, [(spot.edge_places[-1], None)])))


def error_not_routed(spot: Spot) -> Iterator[Fix]:
    """Have the node speak by `error`, or delete the edge."""
    node = spot.found.other
    if node in spot.graph.nodes:
        ops = tuple(set_key(spot.doc, spot.at, node, "on_error", "route"))
        yield Fix(f"Let `{node}` say `on_error: route`", ops)
    yield _deleted(spot)


# -- feedback ----------------------------------------------------------------------------------


def cycle(spot: Spot) -> Iterator[Fix]:
    """Deliver at the next tick, with a first value where the input cannot do without."""
    edge = spot.edge
    if edge is None or edge.feedback:
        return
    field = spot.target_field(edge)
    new = replace(edge, feedback=True)
    if field is not None and (field.required or edge.target_port == "when"):
        value = True if edge.target_port == "when" else typical(field.type)
        if value is not None:
            started = replace(new, has_initial=True, initial=value)
            label = f"Deliver at the next tick, starting with {shown(value)}"
            yield _changed(spot, started, label)
    else:
        yield _changed(spot, new, "Deliver at the next tick (`~>`)")
    yield _deleted(spot)


def initial_cycle(spot: Spot) -> Iterator[Fix]:
    """Start with a value, or with nothing."""
    for edge in [spot.edge, *spot.graph.edges]:
        if edge is not None and edge.initial_from:
            yield from _other_start(spot, edge)
            return


def initial_from(spot: Spot) -> Iterator[Fix]:
    """Name the output that was meant, or start otherwise."""
    edge = spot.edge
    if edge is None or not edge.initial_from:
        return
    node, _, port = edge.initial_from.partition(".")
    meant_node = node if node in spot.graph.nodes else nearest(node, spot.graph.nodes)
    if meant_node:
        outputs = spot.doc.ports(spot.at, meant_node).outputs
        meant = port if port in outputs or port == "done" else nearest(port, outputs)
        new = replace(edge, initial_from=f"{meant_node}.{meant}")
        if meant and can_connect(spot.doc, spot.at, new, without=edge) is None:
            yield _changed(spot, new, f"Start with `{new.initial_from}`")
    yield from _other_start(spot, edge)


def initial_type(spot: Spot) -> Iterator[Fix]:
    """Start with a value of the right type, or with nothing."""
    if spot.edge is not None:
        yield from _other_start(spot, spot.edge)


def never_starts(spot: Spot) -> Iterator[Fix]:
    """Give the edge a first value of the input's type."""
    edge = spot.edge
    if edge is None:
        return
    value = _first_value(spot, edge)
    if value is not None:
        new = replace(edge, has_initial=True, initial=value, initial_from="")
        yield _changed(spot, new, f"Start with {shown(value)}")


def _first_value(spot: Spot, edge: Edge) -> Any:
    field = spot.target_field(edge)
    return True if edge.target_port == "when" else typical(field.type) if field is not None else None


def _other_start(spot: Spot, edge: Edge) -> Iterator[Fix]:
    value = _first_value(spot, edge)
    place = next((number for number, one in enumerate(spot.graph.edges) if one is edge), -1)
    if place < 0:
        return
    field = spot.target_field(edge)
    if value is not None:
        new = replace(edge, has_initial=True, initial=value, initial_from="")
        yield Fix(f"Start with {shown(value)}", tuple(edge_ops(spot.doc, spot.at, [(place, new)])))
    if field is not None and not field.required:
        new = replace(edge, has_initial=False, initial=None, initial_from="")
        yield Fix("Start with nothing", tuple(edge_ops(spot.doc, spot.at, [(place, new)])))


def feedback_no_tick(spot: Spot) -> Iterator[Fix]:
    """Allow more ticks, or deliver in the same one."""
    yield Fix("Allow 10 ticks (`max_ticks: 10`)", (SetKey(spot.at, "max_ticks", 10),))
    edge = spot.edge
    if edge is not None:
        new = replace(edge, feedback=False, has_initial=False, initial=None, initial_from="", hold=False)
        if can_connect(spot.doc, spot.at, new, without=edge) is None:
            yield _changed(spot, new, "Deliver in the same tick (`->`)")
    yield _deleted(spot)


def feedback_once(spot: Spot) -> Iterator[Fix]:
    """Let the node fire as it would by itself, or delete the edge."""
    if spot.found.node in spot.graph.nodes:
        ops = tuple(set_key(spot.doc, spot.at, spot.found.node, "fires", MISSING))
        yield Fix("Delete `fires: once`", ops)
    yield _deleted(spot)


def never_quiet(spot: Spot) -> Iterator[Fix]:
    """Say that it is memory, where a node feeds itself; else bound the ticks."""
    edge = spot.edge
    if edge is not None and edge.feedback and not edge.hold and edge.source == edge.target:
        yield _changed(spot, replace(edge, hold=True), "It is memory: `hold: true`")
    if spot.graph.max_ticks is None:
        yield Fix("Bound it: `max_ticks: 10`", (SetKey(spot.at, "max_ticks", 10),))


def _changed(spot: Spot, new: Edge, label: str) -> Fix:
    return Fix(label, tuple(edge_ops(spot.doc, spot.at, [(spot.edge_places[0], new)])))


def _deleted(spot: Spot) -> Fix:
    return Fix("Delete the wire", tuple(edge_ops(spot.doc, spot.at, [(n, None) for n in spot.edge_places])))


FIXERS: Mapping[str, Fixer] = {
    one.__name__: one
    for one in (
        edge_node, edge_port, edge_type, edge_twice, error_not_routed, cycle, initial_cycle, initial_from, initial_type,
        never_starts, feedback_no_tick, feedback_once, never_quiet,
    )
}  # fmt: skip
