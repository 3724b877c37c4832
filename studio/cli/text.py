"""Text for a terminal: styled pieces, all made harmless, in lines and tables; times, costs and counts in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from studio.support.pieces import STATUS_STYLE as STATUS_STYLE
from studio.support.pieces import Piece as Piece
from studio.support.pieces import money as money
from studio.support.pieces import plural as plural
from studio.support.plain import cells, plain, plain_line
from studio.support.tables import aligned

_CODES = {
    "bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "magenta": "35", "cyan": "36",
    "reverse": "7", "heading": "1;36",
}  # fmt: skip

MARGIN = "│ "
"""Stands between a label and a text of several lines."""


def painted(piece: Piece, colour: bool) -> str:
    """Return the piece made harmless and, with `colour`, styled."""
    if isinstance(piece, str):
        return plain(piece)
    style, text = piece
    text = plain(text)
    code = _CODES.get(style)
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code and text else text


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[Piece]],
    *,
    right: Sequence[int] = (),
    columns: int | None = None,
    colour: bool = False,
) -> list[str]:
    """Return the lines of an aligned table. `right` are the columns set flush right, `columns` the terminal's width.

    Where the table is wider than the terminal, the widest columns are shortened.
    """
    pieces = [[("dim", name) for name in headers], *rows]
    grid = [[plain_line(cell if isinstance(cell, str) else cell[1]) for cell in row] for row in pieces]

    def paint(row: int, column: int, text: str) -> str:
        cell = pieces[row][column]
        return painted(text if isinstance(cell, str) else (cell[0], text), colour)

    return aligned(grid, right=right, room=columns, paint=paint)


def wrapped_line(line: Sequence[Piece], columns: int) -> list[tuple[Piece, ...]]:
    """Return a line of pieces as lines of that width; only its last piece is broken, under itself.

    A margin (`│ `) before the last piece is repeated on every line.
    """
    *before, last = line
    style, text = ("", last) if isinstance(last, str) else last
    text = plain(text).expandtabs(4)
    indent = sum(cells(plain(piece if isinstance(piece, str) else piece[1])) for piece in before)
    room = columns - indent
    if room < 16 or cells(text) <= room:
        return [(*before, (style, text))]
    margin: tuple[Piece, ...] = (" " * indent,)
    if before and isinstance(before[-1], tuple) and before[-1][1] == MARGIN:
        margin = (" " * (indent - len(MARGIN)), before[-1])
    parts = _broken(text, room)
    return [(*before, (style, parts[0])), *((*margin, (style, part)) for part in parts[1:])]


def _broken(text: str, room: int) -> list[str]:
    """Break text into parts of at most `room` cells, at a space where there is one."""
    parts = []
    while cells(text) > room:
        end = used = 0
        for sign in text:
            used += cells(sign)
            if used > room:
                break
            end += 1
        space = text.rfind(" ", 0, end + 1)
        if space > end // 2:
            parts.append(text[:space])
            text = text[space + 1 :]
        else:
            parts.append(text[:end])
            text = text[end:]
    return [*parts, text]


def duration(seconds: float | None) -> str:
    """Return a length of time as a person would write it."""
    if seconds is None:
        return "–"
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.001 else f"{seconds * 1e6:.0f} µs"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def moment(seconds: float, *, short: bool = False) -> str:
    """Return a moment (seconds since 1970) by the clock on the wall; `short`: without year and seconds."""
    return f"{datetime.fromtimestamp(seconds):{'%m-%d %H:%M' if short else '%Y-%m-%d %H:%M:%S'}}"


def iso_moment(seconds: float) -> str:
    """Return a moment (seconds since 1970) for programs: ISO 8601 with the offset of this machine."""
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="milliseconds")


def size(count: float) -> str:
    """Return a number of bytes as a person would write it."""
    for unit in ("B", "kB", "MB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 9.95 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def usage(
    firings: int, calls: int, tokens: int, cost: float | None, *, ticks: int | None = None, errors: int = 0
) -> list[str]:
    """Return what a run has done and used, in parts: `3 ticks`, `9 firings`, `2 model calls`, `310 tokens`, `$0.01`."""
    parts = [] if ticks is None else [plural(ticks, "tick")]
    parts.append(plural(firings, "firing"))
    if errors:
        parts.append(plural(errors, "error"))
    parts.append(plural(calls, "model call"))
    if calls:
        parts += [f"{tokens:,} tokens", money(cost)]
    return parts
