"""`list.get`: one element of a list."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import ABSENT, Absent

_NO: Any = ABSENT


@node("list.get", category="Lists", icon="list")
class Get(Node):
    """Take one element out of a list.

    Places count from 0; -1 is the last.  If the list has no such place, `item` is absent and `missing` is true.
    """

    class Params(Fields):
        index: int = param(0, help="Which place, if nothing is wired to `index`.")

    class In(Fields):
        items: list[Any] = port(help="The list.")
        index: int = port(None, help="Which place; else the param of that name.")

    class Out(Fields):
        item: Any = port(help="The element.")
        missing: bool = port(help="True if there is no such place, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        index = params.index if inputs.index is None else inputs.index
        if -len(inputs.items) <= index < len(inputs.items):
            return self.Out(item=inputs.items[index], missing=_NO)
        return self.Out(item=Absent(f"there is no place {index} in a list of {len(inputs.items)}"), missing=True)
