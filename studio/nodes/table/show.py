"""`table.show`: rows as a table to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.table._showing import show_rows
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("table.show", title="Show a table", category="Text", icon="table")
class Show(Node):
    """Lay rows out as a table to read.

    Rows are objects; wires may bring one row or a list of rows each.  Columns are those named, else all keys in order
    of appearance.  Numbers stand to the right, with four digits after the point at most; `rows` keeps them exact.
    Characters that could disturb a terminal are left out.
    """

    class Params(Fields):
        columns: list[str] = param((), help="Keys to show, in order; all if there are none.")
        max_width: int = param(60, ge=4, le=1000, help="Cut cells that are wider than so many characters.")

    class In(Fields):
        rows: list[Any] = port(help="The rows, or lists of them.", many=True, type="any")

    class Out(Fields):
        table: str = port(help="The table as text.")
        rows: list[Any] = port(help="All rows as one list.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if not all(isinstance(column, str) for column in params.columns):
            yield "`columns` lists keys of the rows, which are texts."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**show_rows(inputs.rows, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(show_rows, changed(params), takes_firing=False)
