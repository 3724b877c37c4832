"""`priority_queue.items`: everything that waits, in order."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("priority_queue.items", category="Stores", icon="queue-read", stores={"store": "read"})
class Items(Node):
    """Give everything that waits in a priority queue, most urgent first, and leave it there."""

    class Params(Fields):
        store: str = store_param("priority_queue")

    class Out(Fields):
        items: list[Any] = port(help="Objects with `value`, `priority`, and `key` if it has one.")
        values: list[Any] = port(help="Only the values, in the same order.")
        length: int = port(help="How many values wait.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        items = ask(ctx, params.store, "priority_queue", "items")
        return self.Out(items=items, values=[item["value"] for item in items], length=len(items))
