"""What the node types of preferences share: the preferences of a state, and the stack as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from studio.nodes.preferences._procedure import Preference, read
from studio.nodes.rules._matching import Facts
from studio.nodes.store._ops import ask
from studio.spec import RunContext


def rows_of(ctx: RunContext, store: str) -> list[dict[str, Any]]:
    """Return all preferences in a table, in the order they came."""
    found: list[dict[str, Any]] = ask(ctx, store, "table", "select")
    return found


def of_state(rows: Sequence[dict[str, Any]], state: str) -> list[Preference]:
    """Return the preferences for the operators of a state."""
    return read(row for row in rows if row["state"] == state)


def forget(ctx: RunContext, store: str, gone: Sequence[str], states: Sequence[str] = ()) -> int:
    """Take away preferences whose reason is gone, unless they stay, and all of states that ended; return how many."""
    count = 0
    if gone:
        count += ask(ctx, store, "table", "delete", filter={"reason": {"in": list(gone)}, "stays": False})
    if states:
        count += ask(ctx, store, "table", "delete", filter={"state": {"in": list(states)}})
    return count


def selected(facts: Facts, state: str) -> str | None:
    """Return the operator that is selected in a state."""
    for fact in facts.by_field.get((state, "operator"), ()):
        if not fact.proposal:
            return str(fact.value)
    return None


def name_of(facts: Facts, id: str) -> str:
    """Return the ^name of a thing, or its identifier."""
    for fact in facts.by_field.get((id, "name"), ()):
        return str(fact.value)
    return id


def kind_of(state: dict[str, Any]) -> str:
    """Return what a substate was opened for, as people say it: tie, conflict, state no-change, operator no-change."""
    kind = str(state.get("impasse", ""))
    return f"{state.get('attribute', '')} {kind}" if kind == "no-change" else kind


def label(facts: Facts) -> str:
    """Return the stack in a line: `tie+compare` is a state that is stuck at a tie, where compare is selected below."""
    parts: list[str] = []
    for state in facts.states:
        if kind := kind_of(state):
            parts.append(kind)
        operator = selected(facts, str(state["id"]))
        if operator is not None:
            parts.append(name_of(facts, operator))
    return "+".join(parts)
