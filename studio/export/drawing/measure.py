"""How wide text will be in a drawing, near enough to make boxes fit it: no font file is at hand when drawing."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_NARROW = frozenset("iljft.,:;'|!()[]{}I ")
_WIDE = frozenset("mwMW@%&—…")

LONGEST = 2_000
"""Signs that are measured: no room in a drawing is wider, and a title may be megabytes."""


def text_width(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """Return the width in pixels of text in a common sans-serif (or monospaced) font of this size."""
    return _ems(text[:LONGEST], mono) * size * (1.19 if bold else 1.05)


@lru_cache(maxsize=4096)
def _ems(text: str, mono: bool) -> float:
    ems = 0.0
    for sign in text:
        if unicodedata.combining(sign):
            continue
        if unicodedata.east_asian_width(sign) in "WF":
            ems += 1.0
        elif mono:
            ems += 0.61
        elif sign in _NARROW:
            ems += 0.32
        elif sign in _WIDE:
            ems += 0.88
        elif sign.isupper():
            ems += 0.69
        else:
            ems += 0.57
    return ems


def fitted(text: str, size: float, room: float, *, bold: bool = False, mono: bool = False) -> str:
    """Return the text cut with `…` so that it takes at most `room` pixels."""
    if text_width(text, size, bold=bold, mono=mono) <= room:
        return text
    text = text[:LONGEST]
    while text and text_width(text + "…", size, bold=bold, mono=mono) > room:
        text = text[:-1]
    return text.rstrip() + "…"
