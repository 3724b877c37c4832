"""`logic.expression`: true or false, decided by a condition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import expression_ports, expression_problems, optional_problems
from studio.nodes.logic._holding import decide_by
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Formula, Plain
from studio.support.expressions import Expression


@node(
    "logic.expression",
    title="Condition",
    category="Logic",
    icon="condition",
    library="simpleeval",
    limits="4,000 characters, 1,000,000 steps",
)
class Condition(Node):
    """Decide true or false by a condition.

    Each name in it is an input: `score >= 0.8 and label == "spam"`.  Wire the value to the `when` of whatever
    should happen only if it is true.  Values that are neither true nor false count as Python counts them: 0, empty
    texts and lists and null are false.
    """

    class Params(Fields):
        expression: str = param(help="The condition, as in `score >= 0.8`.", editor={"kind": "expression"})
        optional: dict[str, Any] = param(
            {}, help="Inputs that may be absent, with the value that stands for them then.", editor={"kind": "values"}
        )

    class Out(Fields):
        value: bool = port(help="True if the condition holds.")
        inverse: bool = port(help="True if it does not.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return expression_ports(params.expression, params.optional, "Used in the condition.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from expression_problems(params.expression)
        yield from optional_problems(params.expression, params.optional)

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        return self.Out(**decide_by(vars(inputs), Expression.parse(params.expression)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(decide_by, {"condition": Formula(params.expression)}, inputs="mapping", takes_firing=False)
