"""`facts.select`: makes a candidate the one a state goes on with."""

from __future__ import annotations

from typing import Any

from studio.nodes.preferences._stack import name_of
from studio.nodes.rules._memories import facts_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("facts.select", title="Select an operator", category="Facts", icon="select", stores={"store": "write"})
class Select(Node):
    """Select an operator in a state: the fact `(state ^operator o)`, which stands while its proposal stands.

    The states below end, since what they were made for is settled.
    """

    class Params(Fields):
        store: str = store_param("facts")

    class In(Fields):
        state: str = port(help="The state.")
        operator: str = port(help="The operator, one that is proposed there.")

    class Out(Fields):
        operator: str = port(help="The operator.")
        name: str = port(help="Its ^name; its identifier if it has none.")
        ended: list[Any] = port(help="States that ended.")
        lost: list[Any] = port(help="The facts that went with them.")
        gone: list[Any] = port(help="Reasons that hold no longer.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        facts = facts_of(ctx, params.store)
        below = facts.stack[facts.depth[inputs.state] + 1 :][:1] if inputs.state in facts.depth else []
        done = ask(
            ctx, params.store, "facts", "change", pop=below,
            add=[[inputs.state, "operator", inputs.operator, False, "chosen", True]],
        )  # fmt: skip
        return self.Out(
            operator=inputs.operator,
            name=name_of(facts, inputs.operator),
            ended=done["popped"],
            lost=done["removed"] if done["popped"] else [],
            gone=done["gone"],
        )
