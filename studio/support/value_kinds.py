"""What stands for values, or for their lack, on wires: nothing here needs a library.

`support.values` reads and writes values by one; a standalone script does the same by the standard library.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A JSON value: None, bool, int (64 bits), float (finite), str, list, dict with str keys."""

INLINE_BYTES = 64
"""Encoded values shorter than this stand in the row; longer ones are stored by hash."""


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


def content_hash(data: bytes) -> bytes:
    """Return the content hash (blake2b-160) of bytes as the trace keeps it."""
    return hashlib.blake2b(data, digest_size=20).digest()


def hash_bytes(data: bytes) -> str:
    """Return the content hash of stored bytes as text, in hex."""
    return content_hash(data).hex()


def is_blob(value: Json) -> bool:
    """True if the value stands for a blob: `{"$blob": hash, "type": …, "size": …}`, exactly these three.

    Data of people and models may hold a key of that name: it stays data unless it has the whole form.
    """
    return (
        type(value) is dict
        and value.keys() == {"$blob", "type", "size"}
        and type(value["$blob"]) is str
        and type(value["type"]) is str
        and type(value["size"]) is int
    )


def refuse_non_finite(value: Json) -> None:
    """Raise `NotJson` if a number anywhere in the value is infinite or undefined."""
    stack = [value]
    while stack:
        item = stack.pop()
        if type(item) is float and not math.isfinite(item):
            raise NotJson(f"{item} is not a finite number")
        if type(item) is dict:
            stack.extend(item.values())
        elif type(item) in (list, tuple):
            stack.extend(item)
