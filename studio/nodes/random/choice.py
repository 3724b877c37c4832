"""`random.choice`: elements drawn by chance."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


@node("random.choice", category="Time and chance", icon="dice", effects="reads", needs_approval=False)
class Choice(Node):
    """Draw one or several different elements of a list.

    The run's seed decides which: the same seed gives the same choice.
    """

    class Params(Fields):
        count: int = param(1, ge=1, help="How many to draw; fewer if the list is shorter.")

    class In(Fields):
        items: list[Any] = port(help="What to draw from.")

    class Out(Fields):
        item: Any = port(help="The first one drawn.")
        items: list[Any] = port(help="All that were drawn.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if not inputs.items:
            raise NodeError("there is nothing to choose from: the list is empty.", hint="Gate it by its length.")
        drawn = ctx.random.sample(inputs.items, min(params.count, len(inputs.items)))
        return self.Out(item=drawn[0], items=drawn)
