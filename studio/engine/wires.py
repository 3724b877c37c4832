"""Reading a wire: the value that lies on it in this tick, where it came from, and whether it is fresh (rule 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.engine.plan import NodePlan, Wire
from studio.support.values import ABSENT, Absent, Json

if TYPE_CHECKING:
    from studio.engine.region import Ref, Region


def start_registers(region: Region, node: NodePlan) -> None:
    """Fill registers that start from another node's output of tick 0 (`initial_from`)."""
    for wires in (node.when, *(entry.wires for entry in node.inputs)):
        for wire in wires:
            if wire.feedback < 0:
                continue
            start = region.plan.registers[wire.feedback].initial_from
            if start is not None:
                held = region.outs[start[0]]
                value = held.get(start[1], ABSENT) if type(held) is dict else held
                if type(value) is Absent:
                    value = region.absence(start[0], start[1], value)
                region.register_values[wire.feedback] = value
                region.register_refs[wire.feedback] = (region.fids[start[0]], start[1])


def read_wire(region: Region, wire: Wire) -> tuple[Json, Ref]:
    if wire.feedback >= 0:
        return region.register_values[wire.feedback], region.register_refs[wire.feedback]
    held = region.outs[wire.source]
    value = held.get(wire.port, ABSENT) if type(held) is dict else held
    if type(value) is Absent:
        value = region.absence(wire.source, wire.port, value)
    return value, (region.fids[wire.source], wire.port)


def is_fresh(region: Region, wire: Wire) -> bool:
    if wire.feedback >= 0:
        return region.register_fresh[wire.feedback]
    return region.first or region.plan.nodes[wire.source].live
