"""`planning.rollout`: a world model that foresees what plans lead to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import expression_problems
from studio.nodes.planning._forecast import roll_out
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Formula, Plain
from studio.support.expressions import Expression


@node("planning.rollout", title="Foresee", category="Planning", icon="graph", limits="500,000 states")
class Rollout(Node):
    """Foresee the states that each plan leads to, step by step, by a formula of the world.

    The formula gives the next state from `state`, `action` and the latent `z`; settings of the configuration are
    names, too: `min(high, max(low, state + action))`.  For each of the `latents` in the configuration, what nobody
    can see, there is a future of its own (LeCun 2022, section 4).
    """

    class Params(Fields):
        next: str = param(help="The next state, as in `state + action`.", editor={"kind": "expression"})

    class In(Fields):
        candidates: list[Any] = port(help="Plans: lists of actions.")
        state: Any = port(help="The state in which they begin.")
        configuration: dict[str, Any] = port(help="Settings of the model, by name.")

    class Out(Fields):
        futures: list[Any] = port(help="For each plan, for each latent, the list of states.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from expression_problems(params.next)

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        made: Any = roll_out(vars(inputs), Expression.parse(params.next))
        return self.Out(**made)

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(roll_out, {"next": Formula(params.next)}, inputs="mapping", takes_firing=False)
