"""Values laid out in columns for people: numbers without needless digits, cells cut and aligned."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from studio.support.plain import cells, cut, plain_line
from studio.support.values import Json, encode

Paint = Callable[[int, int, str], str]
"""Takes row, column and the text of a cell, and returns the text as it is to be printed."""


def number_text(value: float) -> str:
    """Return a number as a person reads it: four digits after the point at most, no zeros at the end.

    Numbers that would lose everything by that (0.00001) or are too long (1e20) keep four digits and a power of ten.
    """
    if isinstance(value, int):
        return str(value)
    if value and not 0.001 <= abs(value) < 1e15:
        return f"{value:.4g}"
    return f"{value:.4f}".rstrip("0").rstrip(".") if value else "0"


def cell_text(value: Json) -> str:
    """Return a value as it stands in a cell: on one line, null as nothing, text as it is, anything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, float):
        return number_text(value)
    return plain_line(value if isinstance(value, str) else encode(_rounded(value)).decode())


def are_numbers(values: Iterable[Json]) -> bool:
    """Return whether the values of a column are numbers, some of which may be missing (null)."""
    present = [value for value in values if value is not None]
    return bool(present) and all(type(value) in (int, float) for value in present)


def aligned(
    grid: Sequence[Sequence[str]],
    *,
    right: Collection[int] = (),
    room: int | None = None,
    paint: Paint | None = None,
) -> list[str]:
    """Return the rows of a grid of one-line texts as lines with aligned columns, two spaces apart.

    `right` are the columns set flush right. Where the lines would be wider than `room` cells, the widest columns
    are cut. `paint` may add what takes no room, such as colour.
    """
    widths = [max(map(cells, column)) for column in zip(*grid, strict=True)]
    if room is not None:
        _narrow(widths, room - 2 * (len(widths) - 1))
    lines = []
    for number, row in enumerate(grid):
        made = []
        for column, (text, width) in enumerate(zip(row, widths, strict=True)):
            text = cut(text, width)
            gap = " " * (width - cells(text))
            shown = text if paint is None else paint(number, column, text)
            made.append(gap + shown if column in right else shown + gap)
        lines.append("  ".join(made).rstrip())
    return lines


def _narrow(widths: list[int], room: int) -> None:
    """Take from the widest columns until they fit or none is wider than 8."""
    while sum(widths) > room and max(widths) > 8:
        widest = widths.index(max(widths))
        second = max([other for i, other in enumerate(widths) if i != widest] or [8])
        widths[widest] = max(8, second, widths[widest] - (sum(widths) - room))
        if widths[widest] == second:
            widths[widest] -= 1


def _rounded(value: Json) -> Json:
    """Return the value with its numbers as `number_text` shows them; for showing only."""
    if isinstance(value, float):
        return round(value, 4) if 0.001 <= abs(value) < 1e15 else float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
