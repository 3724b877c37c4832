"""Values that flow along edges: finite JSON, encoded once, known by a hash of the stored bytes.

Design section 12: finite JSON, no lone surrogates, insertion order kept, blake2b-160.
`Absent` is not a value: it stands where no value is, and carries the reason downstream.
"""

from __future__ import annotations

import json

import orjson

from studio.support.value_kinds import (
    ABSENT,
    INLINE_BYTES,
    Absent,
    Blob,
    Json,
    NotJson,
    content_hash,
    hash_bytes,
    is_blob,
    refuse_non_finite,
)

__all__ = [
    "ABSENT",
    "INLINE_BYTES",
    "Absent",
    "Blob",
    "Json",
    "NotJson",
    "content_hash",
    "decode",
    "encode",
    "hash_bytes",
    "is_blob",
    "preview",
    "same_value",
    "sorted_encode",
    "typed_value",
]

_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS


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
        refuse_non_finite(value)
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


def preview(value: Json, limit: int = 60) -> str:
    """Return one short line that shows the value to a person."""
    text = value if isinstance(value, str) else encode(value).decode()
    seen = text[: 40 * limit + 1000]  # what follows cannot be shown, and may be megabytes
    line = " ".join(seen.split())
    return line if len(line) <= limit and len(seen) == len(text) else line[: limit - 1] + "…"


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
