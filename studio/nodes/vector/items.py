"""`vector.items`: what a vector store holds, in the order it came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.store._filters import filled, filter_param, gap_problems, with_gaps
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("vector.items", title="Items of vectors", category="Stores", icon="vector-search", stores={"store": "read"})
class Items(Node):
    """Give the entries of a vector store that a filter lets pass, oldest first.

    With *last* only the newest few.
    """

    class Params(Fields):
        store: str = store_param("vector")
        filter: dict[str, Any] = filter_param("Which entries, by their metadata")
        last: int | None = param(None, ge=0, help="Only so many of the newest.")

    class In(Fields):
        """Gaps of the filter."""

    class Out(Fields):
        items: list[Any] = port(help="The entries, oldest first: key, text, meta.")
        texts: list[Any] = port(help="Only their texts, in the same order.")
        length: int = port(help="How many are given.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return with_gaps(cls.In, params.filter)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from gap_problems(params.filter, ())

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        chosen = filled(params.filter, vars(inputs))
        items = ask(ctx, params.store, "vector", "items", filter=chosen, last=params.last)
        return self.Out(items=items, texts=[item["text"] for item in items], length=len(items))
