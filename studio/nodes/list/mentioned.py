"""`list.mentioned`: which of the names on a list a text mentions."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.tools.mentions import mentioned


@node("list.mentioned", title="Names mentioned", category="Lists", icon="search", limits="20,000 names")
class Mentioned(Node):
    """Tell which of the names on a list a text mentions, in the order of their first mention.

    Use it to read a model's choice of files, functions or tests: what is not on the list cannot come out. A name counts
    where it stands whole: `calc.py` is not mentioned by `test_calc.py`, nor `add` by `Cart.add`.
    """

    class Params(Fields):
        most: int = param(0, ge=0, help="At most so many names; 0 for any number.")

    class In(Fields):
        items: list[Any] = port(help="The names.")
        text: str = port(help="The text, as a model's reply.")

    class Out(Fields):
        items: list[Any] = port(help="The names that are mentioned.")
        rest: list[Any] = port(help="The other names, in the order of the list.")
        length: int = port(help="How many are mentioned.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if not all(isinstance(name, str) for name in inputs.items):
            raise NodeError("`items` holds something that is no text.", hint="Wire a list of names.")
        if len(inputs.items) > 20_000:
            raise NodeError("there are more than 20,000 names.", hint="Narrow the list.", code="too_many")
        found = mentioned(inputs.text, inputs.items)
        found = found[: params.most] if params.most else found
        return self.Out(items=found, rest=[name for name in inputs.items if name not in found], length=len(found))
