"""Sets of characters in RE2 patterns: what their names stand for, which letters count as one, how `re` writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from unicodedata import category

Ranges = tuple[tuple[int, int], ...]
"""Code points from first to last, both included."""

LAST = 0x10FFFF


def ranges(text: str) -> Ranges:
    """Return the ranges that a text of pairs names: `09AZaz` is `[0-9A-Za-z]`."""
    return tuple((ord(text[at]), ord(text[at + 1])) for at in range(0, len(text), 2))


DIGIT = ranges("09")
WORD = ranges("09AZ__az")
SPACE = ranges("\t\n\f\r  ")

POSIX: dict[str, Ranges] = {
    "alnum": ranges("09AZaz"),
    "alpha": ranges("AZaz"),
    "ascii": ranges("\x00\x7f"),
    "blank": ranges("\t\t  "),
    "cntrl": ranges("\x00\x1f\x7f\x7f"),
    "digit": DIGIT,
    "graph": ranges("!~"),
    "lower": ranges("az"),
    "print": ranges(" ~"),
    "punct": ranges("!/:@[`{~"),
    "space": ranges("\t\r  "),
    "upper": ranges("AZ"),
    "word": WORD,
    "xdigit": ranges("09AFaf"),
}

_CATEGORIES = {
    *("L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe"),
    *("Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "Cc", "Cf", "Co"),
}

_ORBITS = ("kK\u212a", "sS\u017f", "åÅ\u212b", "ßẞ", "ÿŸ", "µμΜ")
_ORBIT_OF = {char: orbit for orbit in _ORBITS for char in orbit}
_MOST_FOLDED = 512


class NotFolded(Exception):
    """It is not known exactly which characters count as the same letter as these."""


def complement(given: Ranges) -> Ranges:
    """Return all other code points."""
    made: list[tuple[int, int]] = []
    start = 0
    for first, last in sorted(given):
        if first > start:
            made.append((start, first - 1))
        start = max(start, last + 1)
    return (*made, (start, LAST)) if start <= LAST else tuple(made)


@lru_cache(maxsize=32)
def category_ranges(name: str) -> Ranges:
    """Return the characters of a category of Unicode, such as `Lu`, as Python knows them; none for other names."""
    if name not in _CATEGORIES:
        return ()
    runs = re.finditer(f"(?:(?={name})[A-Z][a-z])+", _all_categories())
    return tuple((run.start() // 2, run.end() // 2 - 1) for run in runs)


@cache
def _all_categories() -> str:
    """Return the categories of all characters: two letters each, the first of them a capital."""
    return "".join(map(category, map(chr, range(LAST + 1))))


def folded(given: Ranges) -> Ranges:
    """Return what has to be added where capitals do not count, besides what `re` adds for ASCII letters itself.

    Raises `NotFolded`.
    """
    extra: set[str] = set()
    for first, last in given:
        if max(last, 0x7F) - max(first, 0x7F) > _MOST_FOLDED:
            raise NotFolded
        for char in map(chr, (*_special_ascii(first, last), *range(max(first, 0x80), last + 1))):
            extra.update(_same_letter(char))
    known = {char for char in extra if any(first <= ord(char) <= last for first, last in given)}
    return tuple((ord(char), ord(char)) for char in sorted(extra - known))


def _special_ascii(first: int, last: int) -> Iterator[int]:
    return (code for code in map(ord, "KSks") if first <= code <= last)


def _same_letter(char: str) -> Iterable[str]:
    if char in _ORBIT_OF:
        return _ORBIT_OF[char]
    if char.lower() == char.upper() == char:
        return ()
    if "\u00c0" <= char <= "\u00fe":
        return (char.lower(), char.upper())
    raise NotFolded


def written(char: str, *, in_set: bool = False) -> str:
    """Return a character as it stands in a pattern of `re`."""
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\v": "\\v"}
    if char in named:
        return named[char]
    if char in ("\\]^-[&~|" if in_set else "\\.^$*+?{}[]|()"):
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def written_ranges(given: Ranges) -> str:
    """Return ranges as they stand inside of `[…]`."""
    return "".join(
        written(chr(first), in_set=True)
        + ("" if first == last else ("-" if last > first + 1 else "") + written(chr(last), in_set=True))
        for first, last in given
    )
