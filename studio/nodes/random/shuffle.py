"""`random.shuffle`: a list in an order drawn by chance."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port


@node("random.shuffle", category="Time and chance", icon="dice", effects="reads", needs_approval=False)
class Shuffle(Node):
    """Put a list in a random order.

    The run's seed decides it: the same seed gives the same order.
    """

    class In(Fields):
        items: list[Any] = port(help="The list.")

    class Out(Fields):
        items: list[Any] = port(help="The same elements in another order.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(items=ctx.random.sample(inputs.items, len(inputs.items)))
