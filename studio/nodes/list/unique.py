"""`list.unique`: each value once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.list._keys import by_values, path_problems
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import sorted_encode


@node("list.unique", category="Lists", icon="filter")
class Unique(Node):
    """Keep each value of a list once, where it first stood.

    Elements are the same if their JSON is, whatever the order of keys, or if the same stands at the path *by*.
    """

    class Params(Fields):
        by: str = param("", help="Path in each element to compare, as in `id`.")

    class In(Fields):
        items: list[Any] = port(help="The list.")

    class Out(Fields):
        items: list[Any] = port(help="The list without repetitions.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from path_problems(params.by)

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        kept: dict[bytes, Any] = {}
        for item, value in zip(inputs.items, by_values(inputs.items, params.by), strict=True):
            kept.setdefault(sorted_encode(value), item)
        return self.Out(items=list(kept.values()))
