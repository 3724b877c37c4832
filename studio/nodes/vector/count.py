"""`vector.count`: how many entries of a vector store a filter lets pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.store._filters import filled, filter_param, gap_problems, with_gaps
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("vector.count", title="Count vectors", category="Stores", icon="vector-search", stores={"store": "read"})
class Count(Node):
    """Count the entries of a vector store, or those that a filter lets pass."""

    class Params(Fields):
        store: str = store_param("vector")
        filter: dict[str, Any] = filter_param("Which entries, by their metadata")

    class In(Fields):
        """Gaps of the filter."""

    class Out(Fields):
        count: int = port(help="How many they are.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return with_gaps(cls.In, params.filter)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from gap_problems(params.filter, ())

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        chosen = filled(params.filter, vars(inputs))
        return self.Out(count=ask(ctx, params.store, "vector", "length", filter=chosen))
