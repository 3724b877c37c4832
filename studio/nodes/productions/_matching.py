"""Whether the conditions of a rule hold, and what its variables stand for if they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.nodes.chunks._buffers import EMPTY
from studio.nodes.chunks._values import same
from studio.nodes.productions._rules import is_variable
from studio.support.errors import NodeError
from studio.support.values import Json


def bindings_of(rule: Mapping[str, Any], buffers: Mapping[str, Any]) -> dict[str, Json] | None:
    """Return what the variables of a rule stand for, or None if one of its conditions does not hold.

    Equal tests bind, in their order; then the others are asked. A variable stands for no empty slot. `=goal` is the
    name of the chunk in the buffer `goal`.
    """
    bound: dict[str, Json] = {}
    for part in rule["if"]:
        state = buffers.get(part["buffer"], EMPTY)
        if part["kind"] == "query":
            if not all(_answers(state, what, value) is (sign != "-") for sign, what, value in part["slots"]):
                return None
            continue
        if state["chunk"] is None:
            return None
        bound.setdefault(f"={part['buffer']}", state["chunk"]["name"])
        for sign, slot, value in part["slots"]:
            if sign == "=" and not _binds(state["chunk"]["slots"].get(slot), value, bound):
                return None
    for part in rule["if"]:
        if part["kind"] == "test":
            slots = buffers[part["buffer"]]["chunk"]["slots"]
            if not all(differs(sign, slots.get(slot), put_in(value, bound)) for sign, slot, value in part["slots"]):
                return None
    return bound


def put_in(value: Json, bound: Mapping[str, Json]) -> Json:
    """Return a value of a rule with its variable replaced. One that is not bound stays."""
    return bound.get(value, value) if isinstance(value, str) else value


def differs(sign: str, held: Json, value: Json) -> bool:
    """Tell whether a test that is none of equality holds; one of equality does."""
    if sign == "=":
        return True
    if is_variable(value):
        # `- slot =x` of a variable that nothing binds: whatever stands there is something else.
        return True
    if sign == "-":
        return not same(held, value)
    one, other = _number(held), _number(value)
    if one is None or other is None:
        return False
    return {"<": one < other, ">": one > other, "<=": one <= other, ">=": one >= other}[sign]


def _binds(held: Json, value: Json, bound: dict[str, Json]) -> bool:
    if isinstance(value, str) and is_variable(value):
        if held is None:
            return False
        return same(bound.setdefault(value, held), held)
    return same(held, value)


def _number(value: Json) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _answers(state: Mapping[str, Any], what: str, value: Json) -> bool:
    full = state["chunk"] is not None
    known = {
        ("state", "free"): not state["busy"],
        ("state", "busy"): state["busy"],
        ("state", "error"): state["error"],
        ("buffer", "full"): full,
        ("buffer", "empty"): not full,
        ("buffer", "failure"): state["error"],
    }
    if (what, value) not in known:
        raise NodeError(
            f"a rule asks a buffer `{what} {value}`.",
            hint=f"It may ask {', '.join(f'`{a} {b}`' for a, b in known)}.",
            code="rules",
        )
    return bool(known[what, str(value)])
