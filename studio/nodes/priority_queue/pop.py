"""`priority_queue.pop`: takes the value that is most urgent."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import ABSENT, Absent, Json

_NO: Any = ABSENT


@node("priority_queue.pop", category="Stores", icon="queue-pop", stores={"store": "take"})
class Pop(Node):
    """Take the most urgent value from a priority queue, one per tick.

    When nothing waits, `item` is absent and `empty` is true: wire `empty` to the `when` of a *flow.stop* to end a
    loop that works the queue off.
    """

    class Params(Fields):
        store: str = store_param("priority_queue")

    class Out(Fields):
        item: Any = port(help="The value taken.")
        priority: float = port(help="Its priority.")
        key: str = port(help="Its key, absent if it has none.")
        empty: bool = port(help="True if nothing waited, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        made: Pop.Out = out_of(self.Out, ask(ctx, params.store, "priority_queue", "pop"), params.store)
        return made


def out_of(made: Any, found: dict[str, Json], store: str) -> Any:
    """Return the outputs for what a priority queue gave: the item, or `empty` and why there is none."""
    if "item" not in found:
        why = Absent(f"the priority queue `{store}` is empty")
        return made(item=why, priority=why, key=why, empty=True)
    key = found.get("key", Absent("it was pushed without a key"))
    return made(item=found["item"], priority=found["priority"], key=key, empty=_NO)
