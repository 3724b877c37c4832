"""Values as Python source: the only way by which texts, names and numbers of a graph come into a script.

A literal reads back as exactly the value it stands for, whatever that holds, and shows all there is: characters that
cannot be seen, or that change the direction of reading, are written as escapes. So no text can become code, neither for
Python nor for the eye of a reader.
"""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
from collections.abc import Mapping
from typing import Final

from studio.support.errors import UsageError
from studio.support.values import Json

WIDTH: Final = 100
"""Columns that a line of text takes at most; what stands before and behind it fits into the rest of 120."""

_BLOCK_WIDTH: Final = 115
"""The same for lines of a triple-quoted literal, which begin at the left edge; what may follow the last fits, too."""

MAX_DEPTH: Final = 80
"""Deepest nesting of lists and mappings; Python itself reads no more than 200 brackets inside of one another."""

_SHORT: Final = 60
"""A text of two lines that is no longer than this stands on one line, as in `"name,age\\n"`."""

_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

_UNSEEN: Final = (
    (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Characters that count as printable and yet show nothing: fillers, joiners, variation selectors, tags."""

_DIRECTIVE: Final = re.compile(r"#?\s*(?:type|fmt|noqa|ruff|mypy|isort|pylint|pyright|pragma)\b\s*:?", re.IGNORECASE)


def literal(value: Json, *, block: bool = True) -> str:
    """Return the source of an expression that gives exactly this value.

    `value` is JSON; tuples are written as such. A text of several lines becomes a triple-quoted literal if it is the
    value itself and `block` is set; inside of lists and mappings, as with `block` unset, it becomes one literal per
    line, in parentheses. Lay the result out with `formatting.formatted`. Raises `UsageError` for what has no literal:
    NaN, infinities, keys that are no texts, objects, nesting beyond `MAX_DEPTH`.
    """
    if isinstance(value, str) and block and _reads_well_as_block(value):
        return _block(value)
    return _expression(value, 0)


def text_literal(text: str) -> str:
    """Return the source of a text as one literal on one line, as names and keys are written."""
    return f'"{"".join(_quoted(text))}"'


def comment(text: str) -> str:
    """Return the text as it may stand behind `# ` or within a docstring's line: one line, nothing unseen raw.

    What tools would take for an order (`type:`, `noqa`, `fmt: off`) loses its `#`, and is quoted at the beginning.
    """
    line = "".join(char if _shows(char) else _escape(char) for char in " ".join(text.split()))
    line = re.sub(r"#(?=\s*(?:type|fmt|noqa|ruff|mypy|isort|pylint|pyright|pragma)\b)", "", line, flags=re.IGNORECASE)
    return f"'{line}'" if _DIRECTIVE.match(line) else line


def docstring(text: str, *, indent: int = 4) -> str:
    """Return the text as the literal of a docstring whose lines are indented by so many columns; its first is not.

    The prose is kept, its lines are broken anew where they are too long. An empty text gives an empty docstring.
    """
    wrapped: list[str] = []
    for line in text.strip().split("\n"):
        shown = "".join(char if _shows(char) else _escape(char) for char in line.rstrip())
        margin = re.match(r" *", shown)
        hanging = " " * (len(margin.group()) if margin else 0)
        parts = textwrap.wrap(
            shown, WIDTH + 10 - indent, subsequent_indent=hanging, break_on_hyphens=False, break_long_words=False
        )
        wrapped.extend(parts or [""])
    raw = "\n".join(wrapped)
    # What was escaped above stays an escape; only quotes that would end the literal are left to do.
    body = re.sub(r'"{3,}|"+$', lambda quotes: '\\"' * len(quotes.group()), raw)
    lines = body.split("\n")
    margin_text = " " * indent
    inner = [lines[0], *(margin_text + line if line else "" for line in lines[1:])]
    if len(lines) > 1:
        inner.append(margin_text)
    return '"""' + "\n".join(inner) + '"""'


# -- characters -----------------------------------------------------------------------------------------


def _shows(char: str) -> bool:
    """True if a reader sees the character, where it stands, and Python reads it as itself."""
    if char.isascii():
        return char.isprintable() and char != "\\"
    code = ord(char)
    return char.isprintable() and not any(low <= code <= high for low, high in _UNSEEN)


def _escape(char: str) -> str:
    known = _ESCAPES.get(char)
    if known is not None:
        return known
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _quoted(text: str) -> list[str]:
    """Return the characters of a text as they stand between double quotes on one line."""
    return ['\\"' if char == '"' else char if _shows(char) else _escape(char) for char in text]


def columns(written: str) -> int:
    """Return how many columns of a line a text takes, where characters of East Asia take two."""
    if written.isascii():
        return len(written)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in written)


def _broken(pieces: list[str], room: int) -> list[str]:
    """Join pieces (a character each, as written) to lines of at most `room` columns, broken behind a space or `|`."""
    lines: list[str] = []
    start = 0
    width = 0
    space = 0
    widths = [columns(piece) for piece in pieces]
    at = 0
    while at < len(pieces):
        width += widths[at]
        if width > room and at > start:
            end = space if space > start else at
            lines.append("".join(pieces[start:end]))
            start, at, width, space = end, end, 0, 0
            continue
        at += 1
        if pieces[at - 1] in (" ", "|"):  # between words, and between the choices of a pattern
            space = at
    lines.append("".join(pieces[start:]))
    return lines


# -- texts of several lines ---------------------------------------------------------------------------------


def _reads_well_as_block(text: str) -> bool:
    inner = text.strip("\n").count("\n")
    if not inner or (inner < 3 and len(text) <= _SHORT):
        return False
    unseen = sum(1 for char in text if char != "\n" and not _shows(char))
    return unseen <= 4 + len(text) // 20


def _block(text: str) -> str:
    """Return a triple-quoted literal: lines as they are, broken by `\\` where they are too long."""
    lines: list[str] = []
    for line in text.split("\n"):
        pieces = [char if _shows(char) else _escape(char) for char in line]
        if pieces and pieces[-1] == " ":  # editors strip the ends of lines
            pieces[-1] = "\\x20"
        lines.append("\\\n".join(_broken(pieces, _BLOCK_WIDTH)))
    body = re.sub(r'"{3,}|"+$(?!\n)', lambda quotes: '\\"' * len(quotes.group()), "\n".join(lines))
    return '"""\\\n' + body + '"""'


def _pieces(text: str, room: int) -> str:
    """Return a text as literals that Python joins, one per line of it and as many more as its width asks for."""
    lines = [
        f'"{part}"' for line in text.splitlines(keepends=True) for part in _broken(_quoted(line), room - 2) if part
    ]
    return lines[0] if len(lines) == 1 else "(" + "\n".join(lines) + ")"


# -- values ---------------------------------------------------------------------------------------------------


def _expression(value: Json, depth: int) -> str:
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, str):
        return _text(value, depth)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise UsageError(f"The number {value} cannot be written into a script.", hint="JSON has no such number.")
        return float.__repr__(value)
    if depth >= MAX_DEPTH:
        raise UsageError(f"A value is nested deeper than a script allows ({MAX_DEPTH} levels), or contains itself.")
    if isinstance(value, list):
        return "[" + ", ".join(_expression(item, depth + 1) for item in value) + "]"
    if isinstance(value, tuple):
        inside = ", ".join(_expression(item, depth + 1) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(_entry(key, item, depth) for key, item in value.items()) + "}"
    raise UsageError(f"A value of the kind `{type(value).__name__}` cannot be written into a script.")


def _entry(key: Json, value: Json, depth: int) -> str:
    if not isinstance(key, str):
        raise UsageError("A mapping with keys that are no texts cannot be written into a script.")
    return f"{_text(key, depth + 1)}: {_expression(value, depth + 1)}"


def _text(text: str, depth: int) -> str:
    written = _raw(text) or text_literal(text)
    # What fits into a line of its own stands there whole: formatters would join its pieces again.
    # They also take the quotes that need fewer escapes.
    taken = columns(written) - max(0, text.count('"') - text.count("'"))
    return written if taken <= max(40, _alone(depth)) else _pieces(text, max(40, WIDTH - 4 * depth))


def _alone(depth: int) -> int:
    """Return the columns that a text has for itself between brackets: they stand two steps in, and it one more."""
    return 120 - 4 * (depth + 3)


def _raw(text: str) -> str:
    """Return the text as `r"…"`, as patterns are written, or "" if it has no backslash or cannot be read back so."""
    ends = len(text) - len(text.rstrip("\\"))
    if "\\" not in text or '"' in text or ends % 2 or not all(char == "\\" or _shows(char) for char in text):
        return ""
    return f'r"{text}"'
