"""The functions that follow the one with the cursor, beside it in the same class or file.

After GitHub Copilot's sibling functions (copilot-explorer, extension 1.57), which asks a parser; here Python is read by
its indentation, so that brackets and strings over several lines must not be indented less than their statement.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_FUNCTION: Final = re.compile(r"(async\s+)?def\b")
_CLASS: Final = re.compile(r"class\b")
_BEFORE: Final = ("#", "@")
"""How lines begin that belong to the statement below them."""


class Parts(NamedTuple):
    """The text before the statement with the cursor, that statement up to the cursor, and the functions behind it."""

    before: str
    within: str
    siblings: list[str]


def sibling_functions(text: str, offset: int, language: str) -> Parts:
    """Return the parts of a text; of another language than Python, all before the cursor is one part."""
    alone = Parts("", text[:offset], [])
    if language != "python":
        return alone
    place = offset
    while place >= 0 and (place >= len(text) or text[place].isspace()):
        place -= 1
    if place < 0:
        return alone
    lines = text.split("\n")
    row = text.count("\n", 0, place)
    top = _statement(lines, row, 0)
    inner = None
    if top is not None and _CLASS.match(lines[top].lstrip()) and row > top:
        body = next((n for n in range(top + 1, len(lines)) if lines[n].strip()), None)
        if body is not None:
            inner = _statement(lines, row, _indent(lines[body]))
    start = top if inner is None else inner
    if start is None:
        return alone
    level = _indent(lines[start])
    starts = [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines) + 1)]
    first = starts[_with_comments(lines, start, level)]
    found = []
    for n in range(start + 1, len(lines)):
        line = lines[n]
        if line.strip() and _indent(line) < level:
            break
        if _indent(line) == level and _FUNCTION.match(line.lstrip()):
            begin = _with_comments(lines, n, level)
            if starts[begin] >= offset:
                found.append("\n".join(lines[begin : _end(lines, n, level)]).rstrip() + "\n\n")
    return Parts(text[: min(first, offset)], text[min(first, offset) : offset], found)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _statement(lines: list[str], row: int, level: int) -> int | None:
    """Return the line at which the statement of this indentation begins that holds a line."""
    for n in range(row, -1, -1):
        line = lines[n]
        if line.strip() and _indent(line) <= level and not line.lstrip().startswith((*_BEFORE, ")", "]", "}")):
            return n if _indent(line) == level else None
    return None


def _with_comments(lines: list[str], row: int, level: int) -> int:
    while row > 0 and lines[row - 1].lstrip().startswith(_BEFORE) and _indent(lines[row - 1]) == level:
        row -= 1
    return row


def _end(lines: list[str], row: int, level: int) -> int:
    """Return the line behind a function."""
    for n in range(row + 1, len(lines)):
        if lines[n].strip() and _indent(lines[n]) <= level and not lines[n].lstrip().startswith((")", "]", "}")):
            return n
    return len(lines)
