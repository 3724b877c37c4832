"""`table.delete`: forgets the rows that a filter lets pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.store._filters import filled, filter_param, gap_problems, with_gaps
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("table.delete", category="Stores", icon="store-clear", stores={"store": "write"})
class Delete(Node):
    """Forget the rows of a table store that a filter lets pass.

    Without a filter nothing is deleted: *store.clear* empties a table.
    """

    class Params(Fields):
        store: str = store_param("table")
        filter: dict[str, Any] = filter_param("Which rows")

    class In(Fields):
        """Gaps of the filter."""

    class Out(Fields):
        deleted: int = port(help="How many rows there were.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return with_gaps(cls.In, params.filter)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from gap_problems(params.filter, ())
        if params.filter in (None, {}):
            yield "`filter` must say which rows are deleted. *store.clear* empties the table."

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        chosen = filled(params.filter, vars(inputs))
        return self.Out(deleted=ask(ctx, params.store, "table", "delete", filter=chosen))
