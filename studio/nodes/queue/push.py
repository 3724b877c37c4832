"""`queue.push`: adds a value to a queue."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("queue.push", category="Stores", icon="queue-push", stores={"store": "write"})
class Push(Node):
    """Add a value to the end of a queue.

    It is taken by *queue.pop* after everything that waited before it; at the *front* it is next.
    """

    class Params(Fields):
        store: str = store_param("queue")
        front: bool = param(False, help="Put it at the front: it is taken next.")
        spread: bool = param(False, help="The value is a list: add each of its elements, in order.")

    class In(Fields):
        value: Any = port(help="What to add.")

    class Out(Fields):
        length: int = port(help="How many values wait now.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if params.spread:
            length = ask(ctx, params.store, "queue", "extend", values=inputs.value, front=params.front)
        else:
            length = ask(ctx, params.store, "queue", "push", value=inputs.value, front=params.front)
        return self.Out(length=length)
