"""`queue.pop`: takes the next value from a queue."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import Absent


@node("queue.pop", category="Stores", icon="queue-pop", stores={"store": "take"})
class Pop(Node):
    """Take the first value from a queue, one per tick.

    When nothing waits, `item` is absent and `empty` is true: wire `empty` to the `when` of a *flow.stop* to end a
    loop that works the queue off.
    """

    class Params(Fields):
        store: str = store_param("queue")

    class Out(Fields):
        item: Any = port(help="The value taken.")
        empty: bool = port(help="True if nothing waited, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        made: Pop.Out = out_of(self.Out, ask(ctx, params.store, "queue", "pop"), params.store)
        return made


def out_of(made: Any, found: dict[str, Any], store: str) -> Any:
    """Return the outputs for what a queue gave: `item`, or `empty` and why there is no item."""
    if "item" in found:
        return made(item=found["item"])
    return made(item=Absent(f"the queue `{store}` is empty"), empty=True)
