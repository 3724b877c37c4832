"""`logic.require`: what must hold, or the run fails with a sentence of yours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import expression_ports, expression_problems, optional_problems
from studio.nodes.logic._requiring import require
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Formula, Plain
from studio.support.expressions import Expression


@node(
    "logic.require",
    title="Require",
    category="Logic",
    icon="check",
    library="simpleeval",
    limits="4,000 characters, 1,000,000 steps",
)
class Require(Node):
    """Fail with a sentence of yours unless a condition holds, so that bad input is told before it does harm.

    Each name in the condition is an input: `steps >= 1`.  In the sentence `{steps}` becomes what was given.  What is
    to wait for the check can be wired from `holds` to its `when`.
    """

    class Params(Fields):
        expression: str = param(help="What must hold, as in `steps >= 1`.", editor={"kind": "expression"})
        otherwise: str = param(help="What to say if it does not, as in `steps is {steps}; 1 or more are needed`.")
        optional: dict[str, Any] = param(
            {}, help="Inputs that may be absent, with the value that stands for them then.", editor={"kind": "values"}
        )

    class Out(Fields):
        holds: bool = port(help="True; nothing comes out if the condition does not hold.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return expression_ports(params.expression, params.optional, "Used in the condition.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from expression_problems(params.expression)
        yield from optional_problems(params.expression, params.optional)

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        made: Any = require(vars(inputs), Expression.parse(params.expression), params.otherwise)
        return self.Out(**made)

    @classmethod
    def plain(cls, params: Any) -> Plain:
        constants = {"condition": Formula(params.expression), "otherwise": params.otherwise}
        return Plain(require, constants, inputs="mapping", takes_firing=False)
