"""`queue.peek`: looks at the next value of a queue."""

from __future__ import annotations

from typing import Any

from studio.nodes.queue.pop import out_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("queue.peek", category="Stores", icon="queue-read", stores={"store": "read"})
class Peek(Node):
    """Look at the first value of a queue and leave it there.

    When nothing waits, `item` is absent and `empty` is true.
    """

    class Params(Fields):
        store: str = store_param("queue")

    class Out(Fields):
        item: Any = port(help="The value that is next.")
        empty: bool = port(help="True if nothing waits, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        made: Peek.Out = out_of(self.Out, ask(ctx, params.store, "queue", "peek"), params.store)
        return made
