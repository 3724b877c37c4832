"""What columns of text mean that no input says the type of: numbers, if every cell is one, else texts.

A score compares such a column with what a graph gives: 7 from a graph and "7" from a table would never be equal. What
only looks like a number stays text (a code with leading noughts, a version, a telephone number with a plus).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from studio.batch.design.rows import Found
from studio.support.values import Json

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?(?:[eE][+-]?[0-9]{1,2})?")
_BOOLEAN: Final = ("true", "false")


def with_guesses(found: Iterable[Found], typed: Collection[str]) -> Iterator[Found]:
    """Yield the rows with the columns that are not `typed` read as numbers, or true and false, where all their cells
    are; an empty cell of such a column is null."""
    rows = list(found)
    columns = {column for row in rows for column in row.values if column not in typed}
    numbers = {column for column in columns if _all(rows, column, lambda cell: _NUMBER.fullmatch(cell) is not None)}
    booleans = {column for column in columns - numbers if _all(rows, column, lambda cell: cell.lower() in _BOOLEAN)}
    for row in rows:
        changed: dict[str, Json] = {
            column: _read(str(value).strip(), column in booleans) if column in numbers or column in booleans else value
            for column, value in row.values.items()
        }
        yield replace(row, values=changed)


def _all(rows: list[Found], column: str, fits: Callable[[str], bool]) -> bool:
    """True if some cell of a column is filled, and all that are fit."""
    cells = [str(row.values[column]).strip() for row in rows if column in row.values]
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(map(fits, filled))


def _read(cell: str, is_boolean: bool) -> Json:
    if not cell:
        return None
    return cell.lower() == "true" if is_boolean else json.loads(cell)
