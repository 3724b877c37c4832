"""`facts.stack`: the stack of states, to be read by people."""

from __future__ import annotations

from typing import Any

from studio.nodes.preferences._stack import kind_of, label, name_of, selected
from studio.nodes.rules._memories import facts_of
from studio.nodes.store._ops import store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("facts.stack", title="Stack of states", category="Facts", icon="stack", stores={"store": "read"})
class Stack(Node):
    """Tell the stack of states in a line and in full.

    `tie+compare` says that the top state is stuck at a tie and that *compare* is selected in the state below it;
    `wait+operator no-change` that *wait* is selected above and does not come to an end.
    """

    class Params(Fields):
        store: str = store_param("facts")

    class Out(Fields):
        label: str = port(help="The stack in a line: impasses and the names of selected operators, the top first.")
        states: list[Any] = port(help="Objects with `id`, `impasse`, `operator` and `name` of the operator.")
        depth: int = port(help="How many states there are.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        facts = facts_of(ctx, params.store)
        states: list[dict[str, Any]] = []
        for state in facts.states:
            operator = selected(facts, str(state["id"]))
            name = None if operator is None else name_of(facts, operator)
            states.append({"id": state["id"], "impasse": kind_of(state), "operator": operator, "name": name})
        return self.Out(label=label(facts), states=states, depth=len(states))
