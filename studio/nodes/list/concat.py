"""`list.concat`: several lists become one."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port


@node("list.concat", category="Lists", icon="list-add")
class Concat(Node):
    """Put lists one after another.

    Any number of wires may end here; they follow in the order of the edges in the file.  To gather single values
    into a list use *flow.merge*.
    """

    class In(Fields):
        lists: list[Any] = port(help="The lists.", many=True, type="list")

    class Out(Fields):
        items: list[Any] = port(help="All elements.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(items=[item for one in inputs.lists for item in one])
