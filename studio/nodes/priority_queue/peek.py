"""`priority_queue.peek`: looks at the value that is most urgent."""

from __future__ import annotations

from typing import Any

from studio.nodes.priority_queue.pop import out_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("priority_queue.peek", category="Stores", icon="queue-read", stores={"store": "read"})
class Peek(Node):
    """Look at the most urgent value of a priority queue and leave it there.

    When nothing waits, `item` is absent and `empty` is true.
    """

    class Params(Fields):
        store: str = store_param("priority_queue")

    class Out(Fields):
        item: Any = port(help="The value that is next.")
        priority: float = port(help="Its priority.")
        key: str = port(help="Its key, absent if it has none.")
        empty: bool = port(help="True if nothing waits, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        made: Peek.Out = out_of(self.Out, ask(ctx, params.store, "priority_queue", "peek"), params.store)
        return made
