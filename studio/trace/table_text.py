"""The answer to a query as text for other programs: CSV, TSV and JSON."""

from __future__ import annotations

import csv
import io
from typing import Final

import orjson

from studio.support.values import Json
from studio.trace.found import Table

FORMATS: Final = ("CSV", "TSV", "JSON")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\0")


def table_text(table: Table, format: str) -> str:
    """Return a table as text in one of `FORMATS`; bytes stand as hexadecimal digits, null as nothing (CSV, TSV).

    In CSV and TSV, a text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    if format == "JSON":
        rows = [dict(zip(_named_once(table.columns), map(_plain, row), strict=True)) for row in table.rows]
        return orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode() + "\n"
    if format == "TSV":
        lines = [table.columns, *table.rows]
        return "".join("\t".join(_one_cell(cell) for cell in line) + "\n" for line in lines)
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow([_no_formula(name) for name in table.columns])
    writer.writerows([_no_formula(_plain(cell)) for cell in row] for row in table.rows)
    return made.getvalue()


def _plain(cell: Json) -> Json:
    return cell.hex() if isinstance(cell, bytes) else cell


def _no_formula(cell: Json) -> Json:
    """A text of a stranger that begins like a formula would be one where the table is opened (OWASP, CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _one_cell(cell: Json) -> str:
    """A cell that stays one: a tab or a line's end in it would begin another."""
    text = "" if cell is None else str(_no_formula(_plain(cell)))
    return text.replace("\t", " ").replace("\r\n", " ").replace("\n", " ").replace("\r", " ")


def _named_once(columns: tuple[str, ...]) -> list[str]:
    """The names of columns, those that come again with a number."""
    seen: dict[str, int] = {}
    names = []
    for name in columns:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names
