"""Where two JSON values differ first, in words for a person."""

from __future__ import annotations

from typing import Any, NamedTuple

from studio.support.values import ABSENT, Json, encode, preview

SHOWN = 120
"""Characters shown of each side of a difference."""

_BEFORE = 20
"""Characters of common text shown before the place where two long texts part."""


class FirstDifference(NamedTuple):
    """`place` is a path such as `messages[0].content`, "" for the values as such; the sides are quoted, shortened."""

    place: str
    expected: str
    got: str


def first_difference(old: Json, new: Json) -> FirstDifference:
    """Return where two unlike values differ first, going into objects and lists as long as both sides have them."""
    place = ""
    while type(old) is type(new) and isinstance(old, dict | list):
        keys = [*old, *new] if isinstance(old, dict) else range(max(len(old), len(new)))
        key = next((key for key in keys if not _alike(_part(old, key), _part(new, key))), None)
        if key is None:  # the same parts in another order
            break
        place += f"[{key}]" if isinstance(old, list) else f".{key}" if place else str(key)
        old, new = _part(old, key), _part(new, key)
    if isinstance(old, str) and isinstance(new, str):
        same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        if same > SHOWN // 2:
            old, new = (f"…{text[same - _BEFORE :]}" for text in (old, new))
    return FirstDifference(place, _shown(old), _shown(new))


def shared_ends(one: bytes, other: bytes) -> int:
    """Return how many bytes two texts share at their beginnings and ends together: the more, the nearer they are."""
    shorter = min(len(one), len(other))
    start = next((i for i in range(shorter) if one[i] != other[i]), shorter)
    end = next((i for i in range(shorter - start) if one[-1 - i] != other[-1 - i]), shorter - start)
    return start + end


def _part(value: Any, key: Any) -> Json:
    """Return what stands under a key or at a place, `ABSENT` if nothing does."""
    if isinstance(value, dict):
        return value.get(key, ABSENT)
    return value[key] if key < len(value) else ABSENT


def _alike(old: Any, new: Any) -> bool:
    """True if two values are the same as JSON: 1 is not 1.0 and not true."""
    if old is ABSENT or new is ABSENT:
        return old is new
    return encode(old) == encode(new)


def _shown(value: Any) -> str:
    return "nothing" if value is ABSENT else f"“{preview(value, SHOWN)}”"
