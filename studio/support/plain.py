"""Text made harmless for a terminal or a table: no escape sequences, no control characters, no direction tricks."""

from __future__ import annotations

import re
import unicodedata

_SEQUENCES = re.compile(
    r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]"  # colours, cursor movements
    r"|[\x1b\x9b]\][^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)?"  # titles, links
    r"|\x9b[0-?]{0,64}[ -/]{0,8}[@-~]"
    r"|\x1b[ -/]{0,8}[0-~]"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Return the text without what could move a cursor, colour, ring, retitle a window or reverse the reading.

    Newline and tab stay; `\\r\\n` becomes a newline.
    """
    if text.isascii() and text.isprintable():
        return text
    return _DIRECTION.sub("", _CONTROLS.sub("", _SEQUENCES.sub("", text.replace("\r\n", "\n"))))


def plain_line(text: str) -> str:
    """Return the text on one line, white space as single spaces, made harmless."""
    return " ".join(plain(text.replace("\r", " ").replace("\u2028", " ").replace("\u2029", " ")).split())


def cells(text: str) -> int:
    """Return how many cells of a terminal the text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) or unicodedata.category(sign) in ("Cf", "Me", "Mn") else
        2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )  # fmt: skip


def cut(text: str, width: int) -> str:
    """Return the text cut to that many cells, with `…` where it was cut."""
    if cells(text) <= width:
        return text
    kept, used = [], 0
    for sign in text:
        used += cells(sign)
        if used > width - 1:
            break
        kept.append(sign)
    return "".join(kept).rstrip() + "…"
