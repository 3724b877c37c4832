"""`planning.cost`: what plans cost an agent by a fixed formula."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import expression_problems
from studio.nodes.planning._forecast import costs_of
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Formula, Plain
from studio.support.expressions import Expression


@node("planning.cost", title="Cost of plans", category="Planning", icon="formula")
class Cost(Node):
    """Judge what plans lead to by a fixed formula of discomfort: the sum of C(s) = Σ u_i·IC_i(s) over their states.

    The formula gives a number or a list of terms from `state` and settings of the configuration; the weights u are its
    `intrinsic_weights` (all 1 if it has none).  Where several futures may come, a plan costs their mean (LeCun 2022,
    section 3: the intrinsic cost cannot be learned).  *planning.discomfort* judges one state.
    """

    class Params(Fields):
        expression: str = param(help="The terms, as in `[abs(state - goal)]`.", editor={"kind": "expression"})

    class In(Fields):
        configuration: dict[str, Any] = port(help="Settings by name.")
        futures: list[Any] = port(help="What plans lead to, as *planning.rollout* gives it.")

    class Out(Fields):
        costs: list[Any] = port(help="The cost of each plan.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from expression_problems(params.expression)

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        made: Any = costs_of(vars(inputs), Expression.parse(params.expression))
        return self.Out(**made)

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(costs_of, {"expression": Formula(params.expression)}, inputs="mapping", takes_firing=False)
