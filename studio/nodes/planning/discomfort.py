"""`planning.discomfort`: what one state costs an agent by a fixed formula."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import expression_problems
from studio.nodes.planning._forecast import cost_of_one
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Formula, Plain
from studio.support.expressions import Expression


@node("planning.discomfort", title="Discomfort", category="Planning", icon="formula")
class Discomfort(Node):
    """Judge one state by a fixed formula of discomfort: C(s) = Σ u_i·IC_i(s).

    The formula gives a number or a list of terms from `state` and settings of the configuration; the weights u are
    its `intrinsic_weights` (all 1 if it has none) (LeCun 2022, section 3).  *planning.cost* judges plans by the same
    formula.
    """

    class Params(Fields):
        expression: str = param(help="The terms, as in `[abs(state - goal)]`.", editor={"kind": "expression"})

    class In(Fields):
        configuration: dict[str, Any] = port(help="Settings by name.")
        state: Any = port(help="The state.")

    class Out(Fields):
        cost: float = port(help="What it costs.")
        terms: list[Any] = port(help="The terms before they are weighted.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from expression_problems(params.expression)

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        made: Any = cost_of_one(vars(inputs), Expression.parse(params.expression))
        return self.Out(**made)

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(cost_of_one, {"expression": Formula(params.expression)}, inputs="mapping", takes_firing=False)
