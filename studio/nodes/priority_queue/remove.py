"""`priority_queue.remove`: takes a value out of the line."""

from __future__ import annotations

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("priority_queue.remove", category="Stores", icon="store-clear", stores={"store": "write"})
class Remove(Node):
    """Forget what waits under a key of a priority queue."""

    class Params(Fields):
        store: str = store_param("priority_queue")

    class In(Fields):
        key: str = port(help="The key it was pushed with.")

    class Out(Fields):
        found: bool = port(help="True if it was still there.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(found=ask(ctx, params.store, "priority_queue", "remove", key=inputs.key))
