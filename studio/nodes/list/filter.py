"""`list.filter`: the elements for which a condition holds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from studio.nodes._ports import expression_names, expression_problems
from studio.nodes.list._filtering import keep_if
from studio.spec import Fields, Node, RunContext, make_fields, node, param, port
from studio.spec.plain import Formula, Plain
from studio.support.expressions import Expression

_GIVEN = ("item", "index")


@node(
    "list.filter",
    category="Lists",
    icon="filter",
    library="simpleeval",
    limits="an expression of 4,000 characters, 1,000,000 steps",
)
class Filter(Node):
    """Keep the elements for which a condition holds.

    The condition is an expression over `item` and `index`, such as `item.score > 0.5`; every other name in it is an
    input.  The rest comes out of `rejected`.
    """

    class Params(Fields):
        condition: str = param(help="Which to keep, as in `item.score > 0.5`.", editor={"kind": "expression"})

    class In(Fields):
        items: list[Any] = port(help="The list.")

    class Out(Fields):
        items: list[Any] = port(help="The elements for which it holds.")
        rejected: list[Any] = port(help="The others.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return _inputs(params.condition) if isinstance(params.condition, str) else cls.In

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from expression_problems(params.condition, taken=_GIVEN)
        if "items" in expression_names(params.condition):
            yield "The condition sees one `item` at a time; `items` is not available in it."

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        return self.Out(**keep_if(vars(inputs), Expression.parse(params.condition)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(keep_if, {"condition": Formula(params.condition)}, inputs="mapping", takes_firing=False)


@lru_cache(maxsize=128)
def _inputs(condition: str) -> type[Fields]:
    names = [name for name in expression_names(condition) if name not in _GIVEN]
    return make_fields(
        "In",
        {"items": port(type="list", help="The list.")} | {name: port(help="Used in the condition.") for name in names},
    )
