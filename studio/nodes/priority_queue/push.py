"""`priority_queue.push`: lets a value wait with a priority."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("priority_queue.push", category="Stores", icon="priority-push", stores={"store": "write"})
class Push(Node):
    """Let a value wait in a priority queue.

    Of equal priorities, what came first is taken first.  A *key* names the value, so that its priority can be changed
    while it waits; pushing a key that waits already replaces its value and priority.
    """

    class Params(Fields):
        store: str = store_param("priority_queue")
        priority: float = param(0, help="The priority, if nothing is wired to `priority`.")
        spread: bool = param(
            False, help="The value is a list of objects with `value`, and `priority` and `key` if they like: push each."
        )

    class In(Fields):
        value: Any = port(help="What shall wait.")
        priority: float = port(None, help="Its priority; else the param of that name.")
        key: str = port(None, help="A name for it, if its priority may change.")

    class Out(Fields):
        length: int = port(help="How many values wait now.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if params.spread:
            return self.Out(length=ask(ctx, params.store, "priority_queue", "extend", items=inputs.value))
        priority = params.priority if inputs.priority is None else inputs.priority
        length = ask(ctx, params.store, "priority_queue", "push", value=inputs.value, priority=priority, key=inputs.key)
        return self.Out(length=length)
