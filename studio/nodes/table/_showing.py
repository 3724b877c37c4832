"""What `table.show` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio.support.errors import NodeError
from studio.support.plain import cells, cut, plain_line
from studio.support.tables import aligned, are_numbers, cell_text
from studio.support.templates import as_text
from studio.support.values import Json


def show_rows(rows: Sequence[Json], *, columns: Sequence[str] = (), max_width: int = 60) -> dict[str, Any]:
    """Return rows, and lists of rows, as a table to read and as one list; without `columns` all keys are shown."""
    each = [row for value in rows for row in (value if isinstance(value, list) else (value,))]
    for place, row in enumerate(each):
        if not isinstance(row, Mapping):
            raise NodeError(
                f"row {place} is no object but {as_text(row)[:60]}.",
                hint="Make objects of the values first, with json.build or list.zip.",
            )
    shown = list(columns) or list(dict.fromkeys(key for row in each for key in row))
    return {"table": table_text(each, shown, max_width), "rows": each}


def table_text(rows: list[dict[str, Json]], columns: list[str], max_width: int) -> str:
    """Return an aligned table with a heading; null and missing values are left blank."""
    if not columns:
        return "(no rows)"
    grid = [[cut(plain_line(column), max_width) for column in columns]]
    grid += [[cut(cell_text(row.get(column)), max_width) for column in columns] for row in rows]
    rule = ["─" * max(map(cells, column)) for column in zip(*grid, strict=True)]
    right = [at for at, column in enumerate(columns) if are_numbers(row.get(column) for row in rows)]
    return "\n".join(aligned([grid[0], rule, *grid[1:]], right=right))
