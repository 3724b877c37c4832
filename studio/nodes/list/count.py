"""`list.count`: how often each value stands in a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from studio.nodes.list._keys import by_values, path_problems
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.templates import as_text
from studio.support.values import Absent


@node("list.count", category="Lists", icon="tally")
class Count(Node):
    """Tally a list: how often each value stands in it.

    Most frequent first, equals in order of appearance.  Use `top` for a majority vote.  Values that are no texts
    are counted under their JSON.
    """

    class Params(Fields):
        by: str = param("", help="Path in each element to count by, as in `label`.")

    class In(Fields):
        items: list[Any] = port(help="The list.")

    class Out(Fields):
        counts: dict[str, Any] = port(help="How often each value stands there.")
        top: str = port(help="The most frequent value; absent for an empty list.")
        share: float = port(help="The share of the most frequent value, 0 to 1.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from path_problems(params.by)

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        counts = dict(Counter(map(as_text, by_values(inputs.items, params.by))).most_common())
        if not counts:
            nothing: Any = Absent("the list is empty")
            return self.Out(counts={}, top=nothing, share=nothing)
        top, often = next(iter(counts.items()))
        return self.Out(counts=counts, top=top, share=often / len(inputs.items))
