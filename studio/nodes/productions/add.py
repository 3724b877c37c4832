"""`productions.add`: puts rules into a memory of rules."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("productions.add", title="Remember rules", category="Productions", icon="store-add", stores={"store": "write"})
class Add(Node):
    """Put rules into a memory of rules, which is a *kv* store: each under its name.

    A rule whose name is there already takes its place.
    """

    class Params(Fields):
        store: str = store_param("kv")

    class In(Fields):
        rules: list[Any] = port(help="Rules as *productions.read* gives them.")

    class Out(Fields):
        length: int = port(help="How many were put in.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        for rule in inputs.rules:
            ask(ctx, params.store, "kv", "set", key=rule["name"], value=rule)
        return self.Out(length=len(inputs.rules))
