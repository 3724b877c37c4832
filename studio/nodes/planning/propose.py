"""`planning.propose`: an actor that thinks of plans and improves them by their cost."""

from __future__ import annotations

from typing import Any

from studio.nodes.planning._proposing import NEARLY, best_of, every_sequence, nearby, resting
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.errors import NodeError
from studio.support.values import Absent


@node("planning.propose", title="Propose plans", category="Planning", icon="bulb", limits="50,000 plans a round")
class Propose(Node):
    """Think of sequences of actions, and improve them by what they were found to cost, until one is settled on.

    The method `search` proposes every sequence of the horizon at once and takes the cheapest, of equal ones the first
    in the order of the actions.  `gradient` begins with rest and goes to the cheapest plan that differs in one
    action, until none is cheaper: it may end in a local minimum.  Wire the costs back to `judged` by a feedback edge
    (LeCun 2022, Mode-2: act, predict, judge, improve).
    """

    class In(Fields):
        configuration: dict[str, Any] = port(help="An object with `actions`, `horizon` and `method`.")
        judged: list[Any] = port(None, help="The plans of the last round: objects with `actions` and `cost`.")

    class Out(Fields):
        candidates: list[Any] = port(help="Plans to be judged; absent once one is settled on.")
        plan: list[Any] = port(help="The plan that is settled on; absent until then.")
        cost: float = port(help="What it was found to cost, likewise.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        settings = inputs.configuration
        actions, horizon, method = settings["actions"], settings["horizon"], settings["method"]
        open_: Any = Absent("no plan is settled on yet")
        shut: Any = Absent("a plan is settled on")
        if inputs.judged is None:
            made = (
                every_sequence(actions, horizon) if method == "search" else nearby(resting(actions, horizon), actions)
            )
            return self.Out(candidates=made, plan=open_, cost=open_)
        if not inputs.judged:
            raise NodeError(
                "no plan was judged.", hint="Wire the costs of the candidates to `judged`.", code="planning"
            )
        found = inputs.judged[best_of(inputs.judged)]
        # The first is the plan of the round before: if it is as good as any, there is nothing to improve.
        if method == "search" or found["cost"] >= inputs.judged[0]["cost"] - NEARLY:
            return self.Out(candidates=shut, plan=found["actions"], cost=found["cost"])
        return self.Out(candidates=nearby(found["actions"], actions), plan=open_, cost=open_)
