"""`stream.items`: the newest entries of a memory stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.store._filters import filled, filter_param, gap_problems, with_gaps
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("stream.items", category="Stores", icon="stream-read", stores={"store": "read"})
class Items(Node):
    """Give the entries of a memory stream, oldest first, without noting that they were accessed.

    With *last* only the newest few: what a reflection looks back on.
    """

    class Params(Fields):
        store: str = store_param("stream")
        last: int | None = param(None, ge=0, help="Only so many of the newest entries.")
        filter: dict[str, Any] = filter_param("Which entries, by `text`, `kind`, `importance`, `meta.name`")

    class In(Fields):
        """Gaps of the filter."""

    class Out(Fields):
        items: list[Any] = port(help="Objects with `id`, `text`, `kind`, `importance`, `created`, `accessed`, `meta`.")
        texts: list[Any] = port(help="Only the texts, in the same order.")
        importance: float = port(help="The sum of their importances.")
        length: int = port(help="How many entries are given.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return with_gaps(cls.In, params.filter)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from gap_problems(params.filter, ())

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        items = ask(ctx, params.store, "stream", "items", last=params.last, filter=filled(params.filter, vars(inputs)))
        total = sum(item["importance"] for item in items)
        return self.Out(items=items, texts=[item["text"] for item in items], importance=total, length=len(items))
