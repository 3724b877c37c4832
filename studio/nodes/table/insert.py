"""`table.insert`: adds rows to a table."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import preview

WAYS = ("fail", "merge", "replace", "keep")


@node("table.insert", category="Stores", icon="table-add", stores={"store": "write"})
class Insert(Node):
    """Add a row, or each row of a list, to a table store.

    Where the table has a key column, *if_there* says what becomes of a row whose key is there already: `fail`, `merge`
    (the new values go into the row that is there), `replace` the whole row, or `keep` the old one.
    """

    class Params(Fields):
        store: str = store_param("table")
        if_there: Literal["fail", "merge", "replace", "keep"] = param(
            "fail", choices=WAYS, help="What happens to a row whose key is there already."
        )

    class In(Fields):
        row: Any = port(help="An object, or a list of objects.")

    class Out(Fields):
        added: int = port(help="How many rows are new.")
        length: int = port(help="How many rows there are now.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        rows = list(inputs.row) if isinstance(inputs.row, list | tuple) else [inputs.row]
        if params.if_there == "fail" and (known := ask(ctx, params.store, "table", "there", rows=rows)):
            # Not the operation: what the items of a map wrote is done again when the map ends, and must not fail then.
            raise NodeError(
                f"the table `{params.store}` has a row with the key {preview(known[0], 40)} already.",
                hint="Set `if_there` to merge, replace or keep.",
                code="store",
            )
        how = "keep" if params.if_there == "fail" else params.if_there
        added = ask(ctx, params.store, "table", "put", rows=rows, if_there=how)
        return self.Out(added=added, length=ask(ctx, params.store, "table", "length"))
