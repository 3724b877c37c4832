"""`random.number`: a number drawn by chance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.spec import Fields, Node, RunContext, make_fields, node, param, port


@node(
    "random.number",
    title="Random number",
    category="Time and chance",
    icon="dice",
    effects="reads",
    needs_approval=False,
)
class Number(Node):
    """Draw a number between two bounds, a new one each tick.

    The run's seed decides it: the same seed gives the same numbers.
    """

    class Params(Fields):
        low: float = param(0.0, help="The smallest.")
        high: float = param(1.0, help="The largest.")
        whole: bool = param(False, help="Only whole numbers, both bounds included.")

    class Out(Fields):
        value: float = port(help="The number.")

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return _WHOLE if params.whole else cls.Out

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if params.low > params.high:
            yield "`low` must not be above `high`."
        elif params.whole and not (params.low.is_integer() and params.high.is_integer()):
            yield "`low` and `high` must be whole numbers if `whole` is set."

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Fields:
        if params.whole:
            return _WHOLE(value=ctx.random.randint(int(params.low), int(params.high)))
        return self.Out(value=ctx.random.uniform(params.low, params.high))


_WHOLE = make_fields("Out", {"value": port(type="integer", help="The number.")})
