"""`facts.change`: changes the facts of a working memory, all at once."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import Absent


@node("facts.change", title="Change facts", category="Facts", icon="facts", stores={"store": "write"})
class Change(Node):
    """Change the facts of a working memory, all at once.

    Facts whose last reason is gone vanish, and so does what no state leads to any more.  A selected operator whose
    proposal vanishes is deselected, and the states below it end.
    """

    class Params(Fields):
        store: str = store_param("facts")

    class In(Fields):
        changes: dict[str, Any] = port(help="What *rules.support* or *rules.learn* gave.")

    class Out(Fields):
        added: list[Any] = port(
            help="Facts that stand now and did not before: [since, identifier, attribute, value, proposal]."
        )
        removed: list[Any] = port(help="Facts that stand no longer.")
        gone: list[Any] = port(help="Reasons that hold no longer.")
        ended: list[Any] = port(help="States that ended.")
        lost: Any = port(type="list", help="The facts that went when states ended, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        done = ask(ctx, params.store, "facts", "change", **inputs.changes)
        return self.Out(
            added=done["added"],
            removed=done["removed"],
            gone=done["gone"],
            ended=done["popped"],
            lost=done["removed"] if done["popped"] else Absent("no state ended"),
        )
