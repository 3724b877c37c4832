"""`table.get`: the row of a key."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import ABSENT, Absent, preview

_NO: Any = ABSENT


@node("table.get", category="Stores", icon="table-read", stores={"store": "read"})
class Get(Node):
    """Give the row of a table store that has a key.

    If there is none, `missing` is true and `row` is absent.
    """

    class Params(Fields):
        store: str = store_param("table")

    class In(Fields):
        key: Any = port(help="What stands in the key column.")

    class Out(Fields):
        row: dict[str, Any] = port(help="The row.")
        missing: bool = port(help="True if there is none, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        found = ask(ctx, params.store, "table", "get", key=inputs.key)
        if "row" in found:
            return self.Out(row=found["row"], missing=_NO)
        why: Any = Absent(f"the table `{params.store}` has no row with the key {preview(inputs.key, 40)}")
        return self.Out(row=why, missing=True)
