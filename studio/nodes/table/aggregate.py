"""`table.aggregate`: counts and sums over the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from studio.nodes.store._filters import filled, filter_param, gap_problems, with_gaps
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent

FUNCTIONS = ("count", "sum", "mean", "min", "max")


@node("table.aggregate", category="Stores", icon="tally", stores={"store": "read"})
class Aggregate(Node):
    """Count the rows of a table store, or take the sum, mean, smallest or largest of a column.

    With *group* there is one result per value of that column, in `groups`; without, one `value` for all rows.
    """

    class Params(Fields):
        store: str = store_param("table")
        function: Literal["count", "sum", "mean", "min", "max"] = param(
            "count", choices=FUNCTIONS, help="What is reckoned."
        )
        column: str = param("", help="Over which column; `count` without one counts rows.")
        group: str = param("", help="Column whose values make the groups.")
        filter: dict[str, Any] = filter_param("Which rows")

    class In(Fields):
        """Gaps of the filter."""

    class Out(Fields):
        value: Any = port(help="The result for all rows; null if there is none; absent with groups.")
        groups: list[Any] = port(help="Objects with `group` and `value`, in the order of first appearance.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return with_gaps(cls.In, params.filter)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from gap_problems(params.filter, ())
        if params.function != "count" and not params.column:
            yield f"`{params.function}` needs a `column`."

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        groups = ask(
            ctx, params.store, "table", "aggregate", function=params.function, column=params.column,
            group=params.group, filter=filled(params.filter, vars(inputs)),
        )  # fmt: skip
        value = Absent(f"there is one for each `{params.group}`") if params.group else groups[0]["value"]
        return self.Out(value=value, groups=groups)
