"""Tick paths: one number per own-clock region, written `3.1`, stored so that they sort.

The sortable key writes each number as a letter for its count of digits followed by the digits
(`3` → `a3`, `12` → `b12`), joined by dots; plain text comparison then orders ticks.
"""

from __future__ import annotations

import string

from studio.support.errors import UsageError

_LETTERS = string.ascii_lowercase
_SMALL = tuple(f"{_LETTERS[len(str(n)) - 1]}{n}" for n in range(1000))


def tick_part(number: int) -> str:
    """Return the sortable form of one tick number."""
    if number < 1000:
        return _SMALL[number]
    digits = str(number)
    return _LETTERS[len(digits) - 1] + digits


def tick_key(path: str) -> str:
    """`3.1` → `a3.a1`. Raises ValueError if the path is not dotted numbers from 0 on."""
    if "-" in path:
        raise ValueError(path)
    return ".".join(tick_part(int(part)) for part in path.split("."))


def asked_tick_key(path: str) -> str:
    """Return the sortable form of a tick that a person named. Raises UsageError if it is none."""
    try:
        return tick_key(path)
    except ValueError:
        raise UsageError(f"{path!r} is no tick.", hint="Ticks are numbers joined by dots, such as 3 or 3.1.") from None


def tick_path(key: str) -> str:
    """`a3.a1` → `3.1`."""
    return ".".join(part[1:] for part in key.split("."))


def region_prefix(key: str) -> str:
    """Return what stands before a region's own number in a sortable tick: `a3.` of `a3.a1`, "" at the top."""
    return key[: key.rfind(".") + 1]
