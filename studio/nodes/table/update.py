"""`table.update`: changes the rows that a filter lets pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.store._filters import filled, filter_param, gap_problems, with_gaps
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("table.update", category="Stores", icon="table-add", stores={"store": "write"})
class Update(Node):
    """Give the rows of a table store that a filter lets pass new values in some columns.

    The key column does not change.
    """

    class Params(Fields):
        store: str = store_param("table")
        filter: dict[str, Any] = filter_param("Which rows")

    class In(Fields):
        values: dict[str, Any] = port(help="An object with the new values by column.")

    class Out(Fields):
        changed: int = port(help="How many rows were changed.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return with_gaps(cls.In, params.filter)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from gap_problems(params.filter, cls.In.fields())

    def run(self, ctx: RunContext, params: Params, inputs: Any) -> Out:
        chosen = filled(params.filter, vars(inputs))
        return self.Out(changed=ask(ctx, params.store, "table", "update", filter=chosen, values=inputs.values))
