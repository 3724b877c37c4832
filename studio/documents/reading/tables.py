"""CSV and its like: rows as objects by the names of the first row, or as lists."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Final

from studio.documents.limits import MAX_COLUMNS, MAX_ROWS
from studio.support.errors import NodeError

DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE_LINES: Final = 20
MAX_CELL: Final = 1_000_000
"""Longest cell, in characters."""


@dataclass(frozen=True, slots=True)
class Table:
    """Names of the columns, and the cells of each row, all as text. Every row has as many cells."""

    columns: tuple[str, ...]
    rows: list[list[str]]
    delimiter: str

    def objects(self) -> list[dict[str, str]]:
        """Return the rows as objects by the names of the columns."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def read_table(text: str, name: str, *, delimiter: str = "", header: bool = True, max_rows: int = MAX_ROWS) -> Table:
    """Return the table of a CSV text (RFC 4180: quoted cells may hold line ends and doubled quotes).

    `delimiter` "" finds out which of comma, semicolon, tab and bar divides the first lines most evenly. Without a
    `header` columns are named `1`, `2` …. Empty names and names that come twice get their number: `2`, `price_3`.
    Blank lines are left out; a row with too few cells gets empty ones.
    Raises `NodeError` for a row with more cells than columns, and beyond `max_rows`, 1,000 columns, long cells.
    """
    divider = delimiter or likely_delimiter(text)
    rows: list[list[str]] = []
    columns: list[str] | None = None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider)
    before = csv.field_size_limit(MAX_CELL)
    try:
        for row in reader:
            if not row:
                continue
            if len(row) > MAX_COLUMNS:
                raise _problem(name, reader.line_num, f"holds {len(row)} cells, more than {MAX_COLUMNS}")
            if columns is None:
                columns = _names(row) if header else [str(number) for number in range(1, len(row) + 1)]
                if header:
                    continue
            if len(row) > len(columns):
                raise _problem(
                    name, reader.line_num, f"holds {len(row)} cells, but there are {len(columns)} columns",
                    "Check the quotes in that row, or name the `delimiter`.",
                )  # fmt: skip
            if len(rows) >= max_rows:
                raise _problem(name, reader.line_num, f"is one row too many, there may be {max_rows}")
            rows.append(row + [""] * (len(columns) - len(row)))
    except csv.Error as error:
        raise _problem(name, reader.line_num, f"cannot be read: {error}") from None
    finally:
        csv.field_size_limit(before)
    return Table(tuple(columns or ()), rows, divider)


def likely_delimiter(text: str) -> str:
    """Return the sign that stands in the first lines outside of quotes as often in each; a comma if none does."""
    lines = [line for line in text[:100_000].split("\n")[:_SAMPLE_LINES] if line.strip()]
    best, most = ",", 0
    for sign in DELIMITERS:
        counts = [_unquoted(line, sign) for line in lines]
        if counts and min(counts) > most:
            best, most = sign, min(counts)
    return best


def _unquoted(line: str, sign: str) -> int:
    return sum(piece.count(sign) for piece in line.split('"')[::2])


def _names(row: list[str]) -> list[str]:
    names: list[str] = []
    taken: set[str] = set()
    for number, cell in enumerate(row, 1):
        name = cell.strip() or str(number)
        while name in taken:
            name = f"{name}_{number}"
        taken.add(name)
        names.append(name)
    return names


def _problem(name: str, line: int, what: str, hint: str = "Correct it, or cut the file into parts.") -> NodeError:
    return NodeError(f"Line {line} of `{name}` {what}.", hint=hint, code="documents")
