"""Text for a terminal: untrusted text made harmless, widths in cells, aligned tables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TypeAlias

Piece: TypeAlias = str | tuple[str, str]
"""Text, or `(style, text)`: the text is made harmless, then styled."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_CODES = {
    "bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "magenta": "35", "cyan": "36",
    "reverse": "7", "heading": "1;36",
}  # fmt: skip

STATUS_STYLE = {
    "ok": "green", "error": "red", "failed": "red", "skipped": "dim", "paused": "yellow", "running": "cyan",
    "interrupted": "yellow", "aborted": "yellow",
}  # fmt: skip


MARGIN = "│ "
"""Stands between a label and a text of several lines."""


def clean(text: str) -> str:
    """Return the text without control characters (C0 and C1, but newline and tab) and without signs that turn the
    direction of text: what a model says must not move the cursor, clear the screen, or read as something else.
    """
    return _CONTROL.sub("", text)


def width(text: str) -> int:
    """Return how many terminal cells the text takes."""
    if text.isascii():
        return len(text)
    cells = 0
    for sign in text:
        if unicodedata.combining(sign) or unicodedata.category(sign) in ("Cf", "Me", "Mn"):
            continue
        cells += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
    return cells


def shorten(text: str, cells: int) -> str:
    """Return the text cut to that many cells, with `…` where it was cut."""
    if width(text) <= cells:
        return text
    kept = ""
    used = 0
    for sign in text:
        used += width(sign)
        if used > cells - 1:
            break
        kept += sign
    return kept.rstrip() + "…"


def one_line(text: str) -> str:
    """Return the text with all white space as single spaces."""
    return " ".join(clean(text).split())


def painted(piece: Piece, colour: bool) -> str:
    """Return the piece made harmless and, with `colour`, styled."""
    if isinstance(piece, str):
        return clean(piece)
    style, text = piece
    text = clean(text)
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
    plain = [[one_line(cell if isinstance(cell, str) else cell[1]) for cell in row] for row in rows]
    widths = [max([width(name), *(width(row[i]) for row in plain)]) for i, name in enumerate(headers)]
    if columns is not None:
        room = columns - 2 * (len(headers) - 1)
        while sum(widths) > room and max(widths) > 8:
            widest = widths.index(max(widths))
            second = max([other for i, other in enumerate(widths) if i != widest] or [8])
            widths[widest] = max(8, second, widths[widest] - (sum(widths) - room))
            if widths[widest] == second:
                widths[widest] -= 1
    lines = [_row([("dim", name) for name in headers], list(headers), widths, right, colour)]
    for row, texts in zip(rows, plain, strict=True):
        lines.append(_row(row, texts, widths, right, colour))
    return lines


def _row(
    cells: Sequence[Piece], texts: Sequence[str], widths: Sequence[int], right: Sequence[int], colour: bool
) -> str:
    made = []
    for i, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        text = shorten(text, widths[i])
        gap = " " * (widths[i] - width(text))
        shown = painted(text if isinstance(cell, str) else (cell[0], text), colour)
        made.append(gap + shown if i in right else shown + gap)
    return "  ".join(made).rstrip()


def wrapped_line(line: Sequence[Piece], columns: int) -> list[tuple[Piece, ...]]:
    """Return a line of pieces as lines of that width; only its last piece is broken, under itself.

    A margin (`│ `) before the last piece is repeated on every line.
    """
    *before, last = line
    style, text = ("", last) if isinstance(last, str) else last
    text = clean(text).expandtabs(4)
    indent = sum(width(clean(piece if isinstance(piece, str) else piece[1])) for piece in before)
    room = columns - indent
    if room < 16 or width(text) <= room:
        return [(*before, (style, text))]
    margin: tuple[Piece, ...] = (" " * indent,)
    if before and isinstance(before[-1], tuple) and before[-1][1] == MARGIN:
        margin = (" " * (indent - len(MARGIN)), before[-1])
    parts = _broken(text, room)
    return [(*before, (style, parts[0])), *((*margin, (style, part)) for part in parts[1:])]


def _broken(text: str, room: int) -> list[str]:
    """Break text into parts of at most `room` cells, at a space where there is one."""
    parts = []
    while width(text) > room:
        cut = used = 0
        for sign in text:
            used += width(sign)
            if used > room:
                break
            cut += 1
        space = text.rfind(" ", 0, cut + 1)
        if space > cut // 2:
            parts.append(text[:space])
            text = text[space + 1 :]
        else:
            parts.append(text[:cut])
            text = text[cut:]
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


def money(usd: float | None) -> str:
    """Return a cost in US dollars; unknown is `?`, never 0."""
    if usd is None:
        return "?"
    if usd == 0:
        return "$0"
    return f"${usd:.4f}" if usd < 1 else f"${usd:.2f}"


def plural(number: int, word: str) -> str:
    """Return `1 firing`, `2 firings`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
