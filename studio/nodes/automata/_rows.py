"""Rows of cells as whole numbers: a row is reckoned on as one, which makes a step of all cells a few operations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from studio.support.errors import NodeError
from studio.support.values import Json, preview

MAX_CELLS = 100_000
"""Longest row."""

TRIPLES = 8


def checked_row(row: Json, what: str = "row") -> list[int]:
    """Return a row of cells, given as a list or as a text of 0 and 1. Raises `NodeError` if it holds anything else, or
    is too short or too long."""
    given = row
    if isinstance(row, str):
        row = list(row)
    if not isinstance(row, list) or not set(map(str, row)) <= {"0", "1"}:
        raise NodeError(
            f"`{what}` must be a list of cells that are 0 or 1, not {preview(given, 60)}.",
            hint="Give for example [0, 0, 1, 0, 0].",
            code="input",
        )
    if not 1 <= len(row) <= MAX_CELLS:
        raise NodeError(
            f"`{what}` has {len(row):,} cells; 1 to {MAX_CELLS:,} can be reckoned with.",
            hint="Give a row of that length.",
            code="input",
        )
    return [int(cell) for cell in row]


def checked_table(table: Json) -> list[int]:
    """Return the results of the eight triples, 000 first. Raises `NodeError` if they are something else."""
    if not isinstance(table, list) or len(table) != TRIPLES or not all(str(cell) in ("0", "1") for cell in table):
        raise NodeError(
            f"`table` must be a list of eight results that are 0 or 1, not {preview(table, 60)}.",
            hint="Wire the `table` of an `automata.rule`.",
            code="input",
        )
    return [int(cell) for cell in table]


def packed(row: Sequence[int]) -> int:
    """Return the row as a number; the leftmost cell is its highest bit."""
    return int("".join(map(str, row)), 2)


def unpacked(number: int, width: int) -> list[int]:
    """Return the row of a number."""
    return [int(sign) for sign in format(number, f"0{width}b")]


def matches(row: int, width: int, ring: bool) -> Iterator[int]:
    """Yield for each triple, 000 first, the places where it stands, as the bits of a number.

    On a ring the first and the last cell are neighbours; else what lies beyond the ends is 0.
    """
    mask = (1 << width) - 1
    left = row >> 1 | ((row & 1) << (width - 1) if ring else 0)
    right = row << 1 & mask | (row >> (width - 1) if ring else 0)
    for triple in range(TRIPLES):
        here = left if triple & 4 else ~left
        here &= row if triple & 2 else ~row
        here &= right if triple & 1 else ~right
        yield here & mask


def stepped(row: int, width: int, table: Sequence[int], ring: bool = True) -> int:
    """Return the row after one step of all cells."""
    new = 0
    for places, result in zip(matches(row, width, ring), table, strict=True):
        if result:
            new |= places
    return new


def input_entropy(row: int, width: int) -> float:
    """Return how evenly the eight triples of a ring are looked up, in bits: 0 (one of them only) to 3 (Wuensche)."""
    shares = [places.bit_count() / width for places in matches(row, width, ring=True)]
    return -sum(share * math.log2(share) for share in shares if share) + 0.0


def turned(row: int, width: int, by: int) -> int:
    """Return the row of a ring, turned by so many cells to the left."""
    by %= width
    return (row << by | row >> (width - by)) & ((1 << width) - 1)


def repeats_after(rows: Sequence[int], width: int, most: int) -> tuple[int, int] | None:
    """Return after how many rows (at most `most`) the last row stood before, and how far it moved to the right since.

    None if it did not. A row counts as the same if it is, turned on the ring.
    """
    last = "".join(map(str, unpacked(rows[-1], width)))
    for period in range(1, min(most, len(rows) - 1) + 1):
        before = "".join(map(str, unpacked(rows[-1 - period], width)))
        place = (last + last).find(before)
        if place >= 0:
            return period, place
    return None


def likeness(rows: Sequence[int], width: int, *, periods: int = 8, shifts: int = 14, last: int = 64) -> float:
    """Return how much of the last rows is a repetition of rows shortly before, moved or not: 0 by chance, 1 all of it.

    The share of cells that equal the cell `period` rows before and `shift` cells aside, with the share that would be
    equal by chance taken off, for the period and shift where it is greatest.
    """
    rows = rows[-last - periods :]
    periods = min(periods, len(rows) - 1)
    if periods < 1:
        return 0.0
    ones = sum(row.bit_count() for row in rows) / (width * len(rows))
    chance = ones * ones + (1 - ones) * (1 - ones)
    if chance == 1:
        return 1.0
    later = range(periods, len(rows))
    best = 0.0
    for period in range(1, periods + 1):
        for shift in range(-min(shifts, width // 2), min(shifts, width // 2) + 1):
            other = sum((rows[at] ^ turned(rows[at - period], width, shift)).bit_count() for at in later)
            same = 1 - other / (width * len(later))
            best = max(best, (same - chance) / (1 - chance))
    return best


def picture(rows: Sequence[Sequence[Any]]) -> str:
    """Return rows as lines of `█` and blanks."""
    return "\n".join("".join("█" if cell else "·" for cell in row) for row in rows)
