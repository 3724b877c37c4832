"""Entering a firing: `when`, knockout and joins decide whether a node fires and with which inputs (rules 2.2, 2.3)."""

from __future__ import annotations

from functools import partial
from time import perf_counter_ns as clock
from typing import TYPE_CHECKING, Any

from studio.engine.context import Context
from studio.engine.deciding import decide, fail, skip
from studio.engine.plan import InputPlan, NodePlan
from studio.engine.racing import record_races, undelivered
from studio.engine.wires import is_fresh, read_wire, start_registers
from studio.spec.types import accepts, type_of, value_check
from studio.support.errors import NodeError
from studio.support.ticks import tick_path
from studio.support.values import ABSENT, Absent, Json

if TYPE_CHECKING:
    from studio.engine.region import Ref, Region

KNOCKED_OUT = "knocked out"
WHEN_FALSE = Absent("`when` is false")


def enter_simply(
    region: Region, index: int, node: NodePlan, todo: list[int]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The common case of `enter`: required plain inputs, one same-tick wire each, no `when`."""
    values: dict[str, Any] = {}
    refs: dict[str, Any] = {}
    outs, fids = region.outs, region.fids
    for name, source, port in node.simple or ():
        held = outs[source]
        value = held.get(port, ABSENT) if type(held) is dict else held
        if type(value) is Absent:
            skip(region, index, node, region.absence(source, port, value), todo, name)
            return None
        values[name] = value
        refs[name] = (fids[source], port)
    return values, refs


def enter(region: Region, index: int, node: NodePlan, todo: list[int]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Resolve `when`, knockout and all joins; skip the node and return None where it must not fire (rules 2.2, 2.3)."""
    if node.cancellable and (reason := _lost_before(region, node)):
        region.lost[index] = reason
    if index in region.lost and not _was_decided_otherwise(region, node):
        skip(region, index, node, Absent(region.lost[index]), todo)
        return None
    if region.first:
        start_registers(region, node)
    if node.when:
        opened = _when(region, node)
        if isinstance(opened, Absent):
            skip(region, index, node, opened, todo, "" if opened is WHEN_FALSE else "when")
            return None
    body = node.body
    if body is not None and body.shared and (over := _over(region, index)):
        skip(region, index, node, Absent(f"`{node.name}` {over}"), todo)
        return None
    values: dict[str, Any] = {}
    refs: dict[str, Any] = {"when": opened} if node.when else {}
    if node.knockout:
        knock_out(region, index, node, node.knockout, todo)
        return None
    for entry in node.inputs:
        value, ref = _resolve(region, entry, node)
        if type(value) is Absent:
            if body is not None and body.shared and (node.role == "subgraph" or entry.name != "items"):
                if entry.wires:
                    values[entry.name] = value
                continue
            if region.deferred and entry.join == "first" and undelivered(region, node, entry):
                return None
            if entry.required:
                skip(region, index, node, value, todo, entry.name)
                return None
            if node.role in ("subgraph", "map"):
                continue  # the inner flow.input knows its default
            # A port that takes absence as a value is told of it, if it is wired at all.
            values[entry.name] = value if entry.passes_absence and entry.wires else entry.default
            continue
        if ref is not None:
            refs[entry.name] = ref
        if not _fits(entry, value):
            _refuse_value(region, node, entry, value, refs, todo)
            return None
        values[entry.name] = value
    if node.role == "input":
        values, given = _from_outside(region, index, node, todo)
        if values is None:
            return None
        refs.update(given)
    return values, refs


def _lost_before(region: Region, node: NodePlan) -> str:
    """Why this node lost a race in the run that is replayed or continued, or nothing."""
    engine = region.engine
    if engine.recorded is not None:
        return engine.recorded.lost(region.prefix + node.name, tick_path(region.tick_key))
    return "" if engine.past is None else engine.past.lost(region, node)


def _was_decided_otherwise(region: Region, node: NodePlan) -> bool:
    """True if the run that is continued had decided this node, and not because it lost a race."""
    past = region.engine.past
    return past is not None and past.was_decided(region, node) and not past.lost(region, node)


def _over(region: Region, index: int) -> str:
    """Why the shared body of this node ticks no more, "" if it does: stopped (rule 2.5) or failed (rule 2.11)."""
    if index in region.failed_maps:
        return f"failed at tick {region.failed_maps[index]}"
    inner = region.bodies.get(index)
    if inner is None or not inner.ended_at:
        return ""
    return f"{'failed' if inner.failed else 'was stopped'} at tick {inner.ended_at}"


def _from_outside(region: Region, index: int, node: NodePlan, todo: list[int]) -> tuple[Any, Any]:
    value, ref = region.inputs.get(node.name, (ABSENT, None))
    if type(value) is Absent:
        unwired = value is ABSENT
        default = getattr(node.params, "value", None)
        if unwired and default is not None:
            return {"value": default}, {}
        if unwired and "value" in node.instance.params:
            return {"value": None}, {}
        why = value if value.reason else Absent(f"no value was given for the input `{node.name}`")
        skip(region, index, node, why, todo)
        return None, None
    return {"value": value}, ({"value": ref} if ref else {})


def _when(region: Region, node: NodePlan) -> Ref | Absent:
    """The origin of the value that opens `when` (present and not exactly `false`, on any wire), or why none does."""
    why: Absent | None = None
    for wire in node.when:
        value, ref = read_wire(region, wire)
        if type(value) is Absent:
            why = why or value
        elif value is not False:
            return ref
        else:
            why = WHEN_FALSE
    return why or WHEN_FALSE


def _resolve(region: Region, entry: InputPlan, node: NodePlan) -> tuple[Json, Any]:
    """The value of one port by its join (rule 2.3), with its origin; an `Absent` if nothing is there."""
    wires = entry.wires
    if not wires:
        if entry.join == "many" and entry.required:
            return ABSENT, None
        return (Absent(f"`{entry.name}` is not wired") if entry.required else ABSENT), None
    if entry.join == "many":
        present = [(value, ref) for value, ref in map(partial(read_wire, region), wires) if type(value) is not Absent]
        if not present:
            return read_wire(region, wires[0])[0], None
        return [value for value, _ in present], [ref for _, ref in present]
    if entry.join == "first" and not region.plan.ordered_races:
        race = node.race_inputs[entry.name]
        winner = region.races[race][1]
        if winner < 0:
            return read_wire(region, wires[0])[0], None
        region.choice_fresh = is_fresh(region, wires[winner])
        return read_wire(region, wires[winner])
    held: tuple[Json, Ref] | None = None
    why: Json = ABSENT
    for wire in wires:
        value, ref = read_wire(region, wire)
        if type(value) is Absent:
            if why is ABSENT:
                why = value
        elif entry.join == "first" or len(wires) == 1 or is_fresh(region, wire):
            region.choice_fresh = is_fresh(region, wire)
            return value, ref
        elif held is None:
            held = (value, ref)
    region.choice_fresh = False
    return held or (why, None)


def _fits(entry: InputPlan, value: Json) -> bool:
    check = entry.check
    if check is None:
        return True
    return all(map(check, value)) if entry.join == "many" else check(value)


def _refuse_value(
    region: Region, node: NodePlan, entry: InputPlan, value: Json, refs: dict[str, Any], todo: list[int]
) -> None:
    given = type_of(value)
    error = NodeError(f"its input `{entry.name}` takes {entry.type}, but got {given}.", code="wrong_type")
    fail(Context(region, node, region.engine.next_firing(), clock(), refs), error, todo)


def knock_out(region: Region, index: int, node: NodePlan, how: bool | str, todo: list[int]) -> None:
    """A node switched off emits absence, or (`how` is "pass") its first fitting input (rule 2.13)."""
    if how == "pass" and node.out_types:
        out_port, out_type = next(iter(node.out_types.items()))
        for entry in node.inputs:
            value, ref = _resolve(region, entry, node)
            check = value_check(out_type)
            if type(value) is not Absent and accepts(entry.type, out_type) and (check is None or check(value)):
                context = Context(region, node, region.engine.next_firing(), clock(), {entry.name: ref})
                if region.races and node.race_inputs:
                    record_races(region, node, context)
                why = Absent(KNOCKED_OUT)
                held: dict[str, Any] = dict.fromkeys(node.out_types, why)
                held[out_port] = value
                decide(context, held, todo)
                return
    skip(region, index, node, Absent(f"`{node.name}` is {KNOCKED_OUT}"), todo)
