"""`list.range`: whole numbers in a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError

MAX_LENGTH = 100_000


@node("list.range", category="Lists", icon="list", limits="100,000 numbers")
class Range(Node):
    """Give whole numbers from *start* up to, but not including, *stop*.

    As the items of a *flow.map* they repeat something a number of times.
    """

    class Params(Fields):
        start: int = param(0, help="The first number.")
        stop: int = param(10, help="The number after the last, if nothing is wired to `stop`.")
        step: int = param(1, help="From one to the next; negative to count down.")

    class In(Fields):
        stop: int = port(None, help="The number after the last; else the param of that name.")

    class Out(Fields):
        items: list[Any] = port(help="The numbers.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if params.step == 0:
            yield "`step` must not be 0."
        elif len(range(params.start, params.stop, params.step)) > MAX_LENGTH:
            yield f"The list would be longer than {MAX_LENGTH}."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        numbers = range(params.start, params.stop if inputs.stop is None else inputs.stop, params.step)
        if len(numbers) > MAX_LENGTH:
            raise NodeError(f"the list would be longer than {MAX_LENGTH}.", hint="Choose a smaller `stop`.")
        return self.Out(items=list(numbers))
