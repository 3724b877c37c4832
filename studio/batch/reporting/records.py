"""All runs of a batch as flat records, for other programs: JSON Lines, and CSV that a spreadsheet opens without running
anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from studio.batch.analysing.table import Table
from studio.batch.reporting.wording import whole
from studio.support.keys import scrub
from studio.support.values import Json, encode

LONGEST: Final = 32_000
"""Signs of a cell: spreadsheets take no more."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text must not begin with in CSV, as spreadsheets would compute it; such a text gets a `'` before it."""


def jsonl_records(table: Table) -> Iterator[bytes]:
    """Yield one line for each run; see `Table.to_records`."""
    for record in table.to_records():
        yield scrub(encode(record).decode()).encode() + b"\n"


def csv_records(table: Table) -> Iterator[bytes]:
    """Yield the header and one line for each run; lists and objects stand in a cell as JSON."""
    records = table.to_records()
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    names = list(records[0]) if records else ["run"]
    for row in ([_text(name) for name in names], *([_cell(record[name]) for name in names] for record in records)):
        writer.writerow(row)
        yield scrub(held.getvalue()).encode()
        held.seek(0)
        held.truncate()


def _cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool | int | float):
        return str(value)
    return _text(encode(value).decode())


def _text(text: str) -> str:
    text = whole(text[:LONGEST])
    return f"'{text}" if text.startswith(FORMULA) else text
