"""`table.select`: the rows that a filter lets pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.store._filters import filled, filter_param, gap_problems, with_gaps
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import ABSENT, Absent

_NO: Any = ABSENT


@node("table.select", category="Stores", icon="table-read", stores={"store": "read"})
class Select(Node):
    """Give the rows of a table store that a filter lets pass, sorted and cut if you like.

    If there are none, `first` is absent and `none` is true.
    """

    class Params(Fields):
        store: str = store_param("table")
        filter: dict[str, Any] = filter_param("Which rows")
        sort: str = param("", help="Column to sort by: numbers, then texts; the order of arrival if left out.")
        descending: bool = param(False, help="Largest first.")
        limit: int | None = param(None, ge=0, help="At most so many rows.")

    class In(Fields):
        """Gaps of the filter."""

    class Out(Fields):
        rows: list[Any] = port(help="The rows.")
        first: dict[str, Any] = port(help="The first of them.")
        length: int = port(help="How many rows are given.")
        none: bool = port(help="True if there are none, else absent.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return with_gaps(cls.In, params.filter)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from gap_problems(params.filter, ())

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        rows = ask(
            ctx, params.store, "table", "select", filter=filled(params.filter, vars(inputs)), sort=params.sort,
            descending=params.descending, limit=params.limit,
        )  # fmt: skip
        why: Any = Absent(f"no row of the table `{params.store}` passes the filter")
        return self.Out(rows=rows, first=rows[0] if rows else why, length=len(rows), none=_NO if rows else True)
