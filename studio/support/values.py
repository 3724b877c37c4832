"""Values that flow along edges: finite JSON, encoded once, known by a hash of the stored bytes.

Design section 12: finite JSON, no lone surrogates, insertion order kept, blake2b-160.
`Absent` is not a value: it stands where no value is, and carries the reason downstream.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, TypeAlias

import orjson

Json: TypeAlias = Any
"""A JSON value: None, bool, int (64 bits), float (finite), str, list, dict with str keys."""

INLINE_BYTES = 64
"""Encoded values shorter than this stand in the row; longer ones are stored by hash."""

_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS


class Absent:
    """No value on this wire or port, and why."""

    __slots__ = ("reason",)

    def __init__(self, reason: str = "") -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"Absent({self.reason!r})"


ABSENT = Absent("")
"""Absence for which nobody gave a reason yet; the engine names the node."""


class Blob:
    """Bytes given to a run as an input (an image, a sound, a file); inside the run a small object stands for them."""

    __slots__ = ("data", "media_type")

    def __init__(self, data: bytes, media_type: str = "application/octet-stream") -> None:
        self.data = data
        self.media_type = media_type

    def value(self) -> Json:
        """The value that stands for these bytes on wires and in the trace."""
        return {"$blob": hash_bytes(self.data), "type": self.media_type, "size": len(self.data)}


class NotJson(ValueError):
    """The object is no finite JSON value; the message is a sentence fragment saying why."""


def encode(value: Json) -> bytes:
    """Return the canonical bytes of a JSON value (UTF-8, no spaces, insertion order kept).

    Raises `NotJson` for NaN, infinities, lone surrogates, integers beyond 64 bits and foreign objects.
    """
    try:
        data = orjson.dumps(value, option=_OPTIONS)
    except (TypeError, ValueError, RecursionError) as error:
        raise NotJson(_why(value, error)) from None
    # orjson writes NaN and the infinities as null: look closer only where a null stands.
    if b"null" in data:
        _refuse_non_finite(value)
    return data


def decode(data: bytes | str) -> Json:
    """Return the JSON value that `encode` wrote."""
    return orjson.loads(data)


def typed_value(text: str) -> Json:
    """Return the value that a person typed: JSON, or else text as it stands."""
    try:
        value = json.loads(text)  # orjson would round whole numbers of more than 64 bits
        encode(value)
    except (ValueError, RecursionError):
        return text
    return value


def content_hash(data: bytes) -> bytes:
    """Return the content hash (blake2b-160) of bytes as the trace keeps it."""
    return hashlib.blake2b(data, digest_size=20).digest()


def hash_bytes(data: bytes) -> str:
    """Return the content hash of stored bytes as text, in hex."""
    return content_hash(data).hex()


def same_value(one: Json, other: Json) -> bool:
    """True if two values are the same to a file: 1, 1.0 and true are three, and the order of keys counts."""
    if one is other:
        return True
    if type(one) is not type(other):
        return isinstance(one, list | tuple) and isinstance(other, list | tuple) and same_value(list(one), list(other))
    if one != other:
        return False
    if isinstance(one, dict | list | tuple):
        try:
            return encode(one) == encode(other)
        except NotJson:
            return False
    return True


def sorted_encode(value: Json) -> bytes:
    """Like `encode` but with sorted keys, for identities where key order means nothing."""
    encode(value)
    return orjson.dumps(value, option=_OPTIONS | orjson.OPT_SORT_KEYS)


def is_blob(value: Json) -> bool:
    """True if the value stands for a blob: `{"$blob": hash, "type": …, "size": …}`."""
    return type(value) is dict and "$blob" in value


def preview(value: Json, limit: int = 60) -> str:
    """Return one short line that shows the value to a person."""
    text = value if isinstance(value, str) else encode(value).decode()
    seen = text[: 40 * limit + 1000]  # what follows cannot be shown, and may be megabytes
    line = " ".join(seen.split())
    return line if len(line) <= limit and len(seen) == len(text) else line[: limit - 1] + "…"


def _refuse_non_finite(value: Json) -> None:
    stack = [value]
    while stack:
        item = stack.pop()
        if type(item) is float and not math.isfinite(item):
            raise NotJson(f"{item} is not a finite number")
        if type(item) is dict:
            stack.extend(item.values())
        elif type(item) in (list, tuple):
            stack.extend(item)


def _why(value: Json, error: Exception) -> str:
    text = str(error)
    if "surrogates" in text:
        return "text with a lone surrogate (half a character)"
    if "64-bit" in text:
        return "an integer larger than 64 bits (pass it as text)"
    if "recursion" in text.lower():
        return "a value nested too deeply or containing itself"
    if "Dict key" in text or "key must" in text:
        return "an object whose keys are not text"
    return (
        text
        if not text.startswith("Type is not")
        else text.replace("Type is not JSON serializable:", "an object of type")
    )
