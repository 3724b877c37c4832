"""How the node types of rules read their memories: rules from a `kv` store, facts from a store of facts."""

from __future__ import annotations

from typing import Any, NamedTuple

from studio.nodes.rules._language import read_rule
from studio.nodes.rules._matching import Facts
from studio.nodes.rules._terms import Rule
from studio.nodes.store._ops import ask
from studio.spec import RunContext


class Known(NamedTuple):
    """A rule in memory: as it is read, its text, and what was learned of its number."""

    rule: Rule
    text: str
    value: float | None
    learned: bool
    now: float = 0.0
    """Of its number, the part that is expected at once (`preferences.learn`)."""


def facts_of(ctx: RunContext, store: str) -> Facts:
    """Return the facts that stand, with the stack of states."""
    return Facts.of(ask(ctx, store, "facts", "items"))


def reasons_of(ctx: RunContext, store: str, *, past: bool = False) -> dict[str, Any]:
    """Return the reasons that hold, by name, or also those that held."""
    found: dict[str, Any] = ask(ctx, store, "facts", "reasons", past=past)
    return found


def rules_of(ctx: RunContext, store: str) -> dict[str, Known]:
    """Return the rules in memory, in the order they came."""
    content: dict[str, Any] = ask(ctx, store, "kv", "all")
    return {
        name: Known(
            read_rule(one["text"]), one["text"], one.get("value"), bool(one.get("learned")), one.get("now", 0.0)
        )
        for name, one in content.items()
    }
