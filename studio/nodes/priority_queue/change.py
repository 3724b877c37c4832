"""`priority_queue.change`: gives what waits another priority."""

from __future__ import annotations

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("priority_queue.change", category="Stores", icon="queue-set", stores={"store": "write"})
class Change(Node):
    """Give what waits under a key another priority.

    Among values of its new priority it stands where it arrived.
    """

    class Params(Fields):
        store: str = store_param("priority_queue")

    class In(Fields):
        key: str = port(help="The key it was pushed with.")
        priority: float = port(help="The new priority.")

    class Out(Fields):
        found: bool = port(help="True if it was still there.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        found = ask(ctx, params.store, "priority_queue", "change", key=inputs.key, priority=inputs.priority)
        return self.Out(found=found)
