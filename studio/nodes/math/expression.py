"""`math.expression`: a value computed from others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal

from studio.nodes._ports import expression_ports, expression_problems, optional_problems
from studio.nodes.math._computing import compute, compute_kind
from studio.spec import Fields, Node, RunContext, make_fields, node, param, port
from studio.spec.plain import Formula, Plain
from studio.support.expressions import Expression

KINDS = ("any", "number", "integer", "text", "boolean", "list")


@node(
    "math.expression",
    title="Compute",
    category="Logic",
    icon="formula",
    library="simpleeval",
    limits="4,000 characters, 1,000,000 steps",
)
class Compute(Node):
    """Compute a value from others.

    Each name in the expression is an input: `price * amount`, `[row.name for row in rows]`, `text[0:200]`.  The
    syntax is that of Python, with the functions listed under *Expressions* in the help; keys of objects are read
    by `answer.name` or `answer["name"]`.
    """

    class Params(Fields):
        expression: str = param(help="What to compute, as in `x + 1`.", editor={"kind": "expression"})
        kind: Literal["any", "number", "integer", "text", "boolean", "list"] = param(
            "any", choices=KINDS, help="What kind of value comes out."
        )
        optional: dict[str, Any] = param(
            {}, help="Inputs that may be absent, with the value that stands for them then.", editor={"kind": "values"}
        )

    class Out(Fields):
        value: Any = port(help="The value.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return expression_ports(params.expression, params.optional, "Used in the expression.")

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return _outputs(params.kind)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from expression_problems(params.expression)
        yield from optional_problems(params.expression, params.optional)

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Fields:
        return self.outputs(params)(**compute_kind(vars(inputs), Expression.parse(params.expression), params.kind))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        formula = {"expression": Formula(params.expression)}
        if params.kind == "any":
            return Plain(compute, formula, inputs="mapping", takes_firing=False)
        return Plain(compute_kind, {**formula, "kind": params.kind}, inputs="mapping", takes_firing=False)


@lru_cache(maxsize=16)
def _outputs(kind: str) -> type[Fields]:
    return make_fields("Out", {"value": port(type=kind, help="The value.")})
