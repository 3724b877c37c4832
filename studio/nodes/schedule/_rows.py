"""What the node types of schedules share: rows of an activity and its minutes, checked, and where a minute lies."""

from __future__ import annotations

from typing import Any

from studio.support.errors import NodeError


def checked(rows: list[Any], what: str = "the schedule") -> list[tuple[str, int]]:
    """Return the rows of a schedule. Raises `NodeError` if one is no text with whole minutes from 0 on."""
    made = []
    for place, row in enumerate(rows, 1):
        good = isinstance(row, list) and len(row) == 2 and isinstance(row[0], str)
        if not good or type(row[1]) not in (int, float) or row[1] != int(row[1]) or row[1] < 0:
            raise NodeError(
                f"row {place} of {what} is not an activity with its minutes.",
                hint="A schedule is a list such as `[['sleeping', 360], ['eating breakfast', 60]]`.",
            )
        made.append((row[0], int(row[1])))
    return made


def place_at(rows: list[tuple[str, int]], minute: int) -> int:
    """Return the place of the row in which a minute since midnight lies; behind the last row if the day is over."""
    passed = 0
    for place, (_, minutes) in enumerate(rows):
        passed += minutes
        if passed > minute:
            return place
    return len(rows)


def clock_text(minute: int) -> str:
    """Return minutes since midnight as a clock shows them: 1440 is 00:00 again."""
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def lines_of(rows: list[tuple[str, int]], start: int) -> list[str]:
    """Return a line per row, `07:00 ~ 08:00 -- eating breakfast`, the first beginning at minute `start`."""
    made = []
    for activity, minutes in rows:
        made.append(f"{clock_text(start)} ~ {clock_text(start + minutes)} -- {activity}")
        start += minutes
    return made
