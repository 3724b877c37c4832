"""`list.sort`: a list in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.list._keys import by_values, path_problems
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


@node("list.sort", category="Lists", icon="sort")
class Sort(Node):
    """Put a list in order.

    Elements are compared themselves, or by what stands at the path *by* in each.  Equal ones stay in their order.
    Numbers go with numbers and texts with texts; other mixtures cannot be ordered.
    """

    class Params(Fields):
        by: str = param("", help="Path in each element to compare, as in `score` or `user.name`.")
        reverse: bool = param(False, help="Largest first.")

    class In(Fields):
        items: list[Any] = port(help="The list.")

    class Out(Fields):
        items: list[Any] = port(help="The list in order.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from path_problems(params.by)

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        values = by_values(inputs.items, params.by)
        try:
            order = sorted(range(len(values)), key=values.__getitem__, reverse=params.reverse)
        except TypeError:
            raise NodeError(
                "the elements cannot be put in order, since they are not all numbers or all texts.",
                hint="Set `by` to the path of a number or a text in each of them.",
            ) from None
        return self.Out(items=[inputs.items[place] for place in order])
