"""`store.items`: all values of a list store."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("store.items", category="Stores", icon="store-read", stores={"store": "read"})
class Items(Node):
    """Give the values of a list store, oldest first.

    With *last* only the newest few, for a history that must stay short.
    """

    class Params(Fields):
        store: str = store_param("list")
        last: int | None = param(None, ge=0, help="Only so many of the newest values.")

    class Out(Fields):
        items: list[Any] = port(help="The values, oldest first.")
        length: int = port(help="How many values are given.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        items = ask(ctx, params.store, "list", "items", last=params.last)
        return self.Out(items=items, length=len(items))
