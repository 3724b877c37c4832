"""Rule 2.3: how the wires of a port become its value."""

from __future__ import annotations

from collections import Counter
from typing import Any

from studio.spec.fields import Field
from studio.spec.types import value_check
from studio.support.values import Absent
from tests.reference.records import Joined, Wire


def missing(field: Field, wire: Wire | list[Wire] | None, wires: list[Wire]) -> str | None:
    """Rule 2.3: "A required input that is absent skips the node". Returns why it is absent, None if it is not or
    need not be there."""
    if not field.required:
        return None
    if wire is None:
        return "not wired"
    if isinstance(wire, list):
        return None if wire else wires[0].reason
    return None if wire.present else wire.reason


def join(field: Field, wires: list[Wire], facts: Counter[str]) -> Wire | list[Wire]:
    """Rule 2.3: "a plain port takes the first present …, *fresh* before *held* …, then edge order in the file; a
    `first` port takes the first present to arrive [scripted: in edge order]; a `many` port gathers all present in
    edge order"."""
    present = [wire for wire in wires if wire.present]
    if len(wires) > 1:
        facts[f"{field.join} join"] += 1
    if field.join == "many":
        return present
    if not present:
        return wires[0]
    if field.join == "first":
        if len(present) > 1:
            facts["races"] += 1
        return present[0]
    fresh = [wire for wire in present if wire.fresh]
    if fresh and fresh[0] is not present[0]:
        facts["fresh before held"] += 1
    return (fresh or present)[0]


def fits(field: Field, wire: Wire | list[Wire]) -> bool:
    """Section 3: port types "are checked when an edge is made and values when they flow"."""
    check = value_check(field.type)
    arrived = wire if isinstance(wire, list) else [wire]
    return check is None or all(check(one.value) for one in arrived if one.present)


def values_of(declared: dict[str, Field], joined: Joined) -> dict[str, Any]:
    """Rule 2.3: "an optional one takes its default"; a `many` port with nothing is `[]` if optional."""
    values: dict[str, Any] = {}
    for port, field in declared.items():
        wire = joined.get(port)
        if isinstance(wire, list) and wire:
            values[port] = [w.value for w in wire]
        elif isinstance(wire, Wire) and wire.present:
            values[port] = wire.value
        elif isinstance(wire, Wire) and field.passes_absence:
            values[port] = Absent(wire.reason)
        else:
            values[port] = [] if field.join == "many" else field.default
    return values
