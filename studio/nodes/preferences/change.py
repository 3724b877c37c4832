"""`preferences.change`: keeps the preferences that stand."""

from __future__ import annotations

from typing import Any

from studio.nodes.preferences._stack import forget, rows_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node(
    "preferences.change", title="Change preferences", category="Preferences", icon="preferences",
    stores={"store": "write"},
)  # fmt: skip
class Change(Node):
    """Keep the preferences that stand: put in what was made, take out what has lost its reason.

    The store is a *table* with the columns state, operator, kind (acceptable, reject, require, prohibit, better, worse,
    best, worst, indifferent, numeric), other (the other operator, or the number), reason, stays, rule.
    """

    class Params(Fields):
        store: str = store_param("table")

    class In(Fields):
        preferences: dict[str, Any] = port(None, help="What *rules.support* or *rules.learn* gave.")
        gone: list[Any] = port((), help="More reasons that are gone, of *facts.change*.")
        ended: list[Any] = port((), help="States that ended, of *facts.change*.")

    class Out(Fields):
        added: int = port(help="How many are new.")
        removed: int = port(help="How many are gone.")
        count: int = port(help="How many stand.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        changes = inputs.preferences or {}
        gone = list(dict.fromkeys([*changes.get("gone", ()), *inputs.gone]))
        removed = forget(ctx, params.store, gone, list(inputs.ended))
        for state, operator in changes.get("remove", ()):
            removed += ask(ctx, params.store, "table", "delete", filter={"state": state, "operator": operator})
        if added := list(changes.get("add", ())):
            ask(ctx, params.store, "table", "put", rows=added)
        return self.Out(added=len(added), removed=removed, count=len(rows_of(ctx, params.store)))
