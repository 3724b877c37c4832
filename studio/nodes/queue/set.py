"""`queue.set`: replaces everything that waits in a queue."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("queue.set", category="Stores", icon="queue-set", stores={"store": "write"})
class Set(Node):
    """Replace everything that waits in a queue by a new list.

    Use it after a planner that rewrites the whole list of tasks.
    """

    class Params(Fields):
        store: str = store_param("queue")

    class In(Fields):
        items: list[Any] = port(help="What shall wait, first to last.")

    class Out(Fields):
        items: list[Any] = port(help="What waits now.")
        length: int = port(help="How many values wait now.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        length = ask(ctx, params.store, "queue", "set", values=inputs.items)
        return self.Out(items=inputs.items, length=length)
