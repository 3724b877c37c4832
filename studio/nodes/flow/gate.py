"""`flow.gate`: lets a value through if a condition holds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from studio.nodes._ports import expression_names, expression_problems
from studio.nodes.flow._gating import let_through, let_through_if
from studio.spec import Fields, Node, RunContext, make_fields, node, param, port
from studio.spec.plain import Formula, Plain
from studio.support.expressions import Expression


@node("flow.gate", category="Flow", icon="gate")
class Gate(Node):
    """Let a value through if a condition holds, else send it the other way.

    The condition is an expression such as `confidence >= 0.8`; each name in it is an input, and `value` is the
    value itself.  Without a condition the input `open` decides.  Use it to act on sure answers and to send the
    rest to a person or a stronger model.
    """

    class Params(Fields):
        condition: str = param(
            "", help="When the gate is open, as in `confidence >= 0.8`.", editor={"kind": "expression"}
        )

    class In(Fields):
        value: Any = port(help="What to let through.")
        open: bool = port(help="True if the gate is open.")

    class Out(Fields):
        value: Any = port(help="The value, if the gate is open.")
        otherwise: Any = port(help="The value, if the gate is closed.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return _inputs(params.condition) if params.condition else cls.In

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if params.condition:
            yield from expression_problems(params.condition, taken=("value",))

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        if params.condition:
            return self.Out(**let_through_if(vars(inputs), Expression.parse(params.condition)))
        return self.Out(**let_through(**vars(inputs)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        if params.condition:
            condition = {"condition": Formula(params.condition)}
            return Plain(let_through_if, condition, inputs="mapping", takes_firing=False)
        return Plain(let_through, takes_firing=False)


@lru_cache(maxsize=128)
def _inputs(condition: str) -> type[Fields]:
    names = [name for name in expression_names(condition) if name != "value"]
    return make_fields(
        "In",
        {"value": port(help="What to let through.")} | {name: port(help="Used in the condition.") for name in names},
    )
