"""`table.show`: rows as a table to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.plain import cells, cut, plain_line
from studio.support.tables import aligned, are_numbers, cell_text
from studio.support.templates import as_text
from studio.support.values import Json


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
        rows = [row for value in inputs.rows for row in (value if isinstance(value, list) else (value,))]
        for place, row in enumerate(rows):
            if not isinstance(row, Mapping):
                raise NodeError(
                    f"row {place} is no object but {as_text(row)[:60]}.",
                    hint="Make objects of the values first, with json.build or list.zip.",
                )
        columns = list(params.columns) or list(dict.fromkeys(key for row in rows for key in row))
        return self.Out(table=table_text(rows, columns, params.max_width), rows=rows)


def table_text(rows: list[dict[str, Json]], columns: list[str], max_width: int) -> str:
    """Return an aligned table with a heading; null and missing values are left blank."""
    if not columns:
        return "(no rows)"
    grid = [[cut(plain_line(column), max_width) for column in columns]]
    grid += [[cut(cell_text(row.get(column)), max_width) for column in columns] for row in rows]
    rule = ["─" * max(map(cells, column)) for column in zip(*grid, strict=True)]
    right = [at for at, column in enumerate(columns) if are_numbers(row.get(column) for row in rows)]
    return "\n".join(aligned([grid[0], rule, *grid[1:]], right=right))
