"""`planning.policy`: what to do in a state, without thinking."""

from __future__ import annotations

from typing import Any

from studio.nodes.planning._forecast import key_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("planning.policy", title="React", category="Planning", icon="jump", stores={"store": "read"})
class Policy(Node):
    """Give the action for a state straight from a table: Mode-1 of LeCun (2022), a reaction without foresight.

    The table is a *kv* store: an action by state. *store.set* fills it, for example with what a planner found.
    """

    class Params(Fields):
        store: str = store_param("kv")
        otherwise: Any = param(0, help="The action in a state of which the table says nothing.")

    class In(Fields):
        state: Any = port(help="The state.")

    class Out(Fields):
        action: Any = port(help="The action.")
        known: bool = port(help="Whether the table had it.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        found = ask(ctx, params.store, "kv", "get", key=key_of(inputs.state))
        return self.Out(action=found.get("value", params.otherwise), known="value" in found)
