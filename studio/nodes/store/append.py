"""`store.append`: puts a value at the end of a list store."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("store.append", category="Stores", icon="store-add", stores={"store": "write"})
class Append(Node):
    """Put a value at the end of a list store.

    Nodes after this one in the graph's order see it in the same tick.
    """

    class Params(Fields):
        store: str = store_param("list")
        spread: bool = param(False, help="The value is a list: append each of its elements.")

    class In(Fields):
        value: Any = port(help="What to remember.")

    class Out(Fields):
        length: int = port(help="How many values the store holds now.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if params.spread:
            return self.Out(length=ask(ctx, params.store, "list", "extend", values=inputs.value))
        return self.Out(length=ask(ctx, params.store, "list", "append", value=inputs.value))
