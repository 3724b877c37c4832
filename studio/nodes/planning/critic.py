"""`planning.critic`: what was learned of the costs that come after a state."""

from __future__ import annotations

from typing import Any

from studio.nodes.planning._forecast import judged, key_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("planning.critic", title="Critic", category="Planning", icon="check", stores={"store": "read"})
class Critic(Node):
    """Judge what plans lead to by what was learned: Σ v·TC(s) over the states of each plan.

    TC is a number by state in a *kv* store, 0 for a state of which nothing is known; v is the `critic_weight` of the
    configuration (1 if it has none).  *planning.train_critic* teaches it (LeCun 2022, section 3).
    """

    class Params(Fields):
        store: str = store_param("kv")

    class In(Fields):
        configuration: dict[str, Any] = port(help="Settings by name.")
        futures: list[Any] = port(help="What plans lead to, as *planning.rollout* gives it.")

    class Out(Fields):
        costs: list[Any] = port(help="The cost of each plan in the eyes of the critic.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        known = ask(ctx, params.store, "kv", "all")
        weight = inputs.configuration.get("critic_weight", 1.0)
        return self.Out(costs=judged(inputs.futures, lambda state: weight * known.get(key_of(state), 0.0)))
