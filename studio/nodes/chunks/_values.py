"""What may stand in a slot of a chunk, and when two values or chunks are the same."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping

from studio.support.errors import NodeError
from studio.support.values import Json, encode, preview

NOTHING = ("nil", "none", "null")
"""Words for an empty slot: in Lisp models, in pyactr, in JSON."""
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_WORDS = re.compile(r'"[^"\n]*"|[^\s"]+')


def words_of(line: str) -> list[str]:
    """Return the words of a line; what stands in quotes is one word and keeps them. A `#` or `;` before a word, as in
    `# note`, begins a comment."""
    found: list[str] = []
    for word in _WORDS.findall(line):
        if word[0] in "#;":
            break
        found.append(word)
    return found


def value_of(word: str) -> Json:
    """Return what a word stands for: a number, null for `nil`, else the word itself, in quotes if it is written so."""
    if word.lower() in NOTHING:
        return None
    if _NUMBER.fullmatch(word):
        return float(word) if set(word) & set(".eE") else int(word)
    return word


def slot_of(word: str) -> str:
    """Return the slot that a word names: `ISA`, as Lisp models write it, is `isa`."""
    return "isa" if word.lower() == "isa" else word


def same(one: Json, other: Json) -> bool:
    """Tell whether two values are equal; true is not 1."""
    return isinstance(one, bool) is isinstance(other, bool) and one == other


def content_of(slots: Mapping[str, Json]) -> Hashable:
    """Return what two chunks have in common if, and only if, they hold the same in the same slots."""
    return frozenset(
        (slot, isinstance(value, bool), encode(value) if isinstance(value, list | dict) else value)
        for slot, value in slots.items()
    )


def is_chunk(value: Json) -> bool:
    """Tell whether a value names a chunk: a word does, a number or a text in quotes does not."""
    return isinstance(value, str) and not value.startswith('"')


def filled(slots: Mapping[str, Json]) -> dict[str, Json]:
    """Return the slots that are not empty."""
    return {slot: value for slot, value in slots.items() if value is not None}


def seconds(value: Json) -> float:
    """Return a moment, rounded to the nanosecond, so that sums of delays that are equal on paper are equal."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NodeError(f"a moment is a number of seconds, not {preview(value, 40)}.", code="time")
    return round(float(value), 9)
