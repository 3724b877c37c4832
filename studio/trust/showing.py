"""Texts of strangers, shown as they are: what cannot be seen, or would reverse the reading, is written out.

Code that is read before it may run must not look other than it is ("Trojan Source", Boucher and Anderson 2021).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Controls, marks of direction, and what takes no place or looks like a space. Newline and tab are seen."""


def seen(text: str) -> str:
    """Return the text with every sign that cannot be seen as `‹U+202E RIGHT-TO-LEFT OVERRIDE›`."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(_named, text.replace("\r\n", "\n"))


def seen_line(text: str) -> str:
    """Return the text on one line, newlines and tabs written out, too."""
    return seen(text).replace("\n", "\\n").replace("\t", "\\t")


def _named(match: re.Match[str]) -> str:
    sign = match[0]
    name = unicodedata.name(sign, "")
    return f"‹U+{ord(sign):04X}{' ' if name else ''}{name}›"
