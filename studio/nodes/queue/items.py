"""`queue.items`: everything that waits in a queue."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("queue.items", category="Stores", icon="queue-read", stores={"store": "read"})
class Items(Node):
    """Give everything that waits in a queue, first to last, and leave it there."""

    class Params(Fields):
        store: str = store_param("queue")

    class Out(Fields):
        items: list[Any] = port(help="What waits, first to last.")
        length: int = port(help="How many values wait.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        items = ask(ctx, params.store, "queue", "items")
        return self.Out(items=items, length=len(items))
