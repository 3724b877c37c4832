"""Values of a script: read and written by the standard library, byte for byte as the studio writes them.

The hash of a value is taken over its bytes, so a run of a script and a run of the studio agree only if these do.
What it stands for is `support.values`, whose bytes are those of orjson.
"""

from __future__ import annotations

import json
import math
from json.encoder import encode_basestring

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

MOST_NESTED = 254
"""Deepest nesting of lists and objects in a value."""


def encode(value: Json) -> bytes:
    """Return the canonical bytes of a JSON value (UTF-8, no spaces, insertion order kept).

    Raises `NotJson` for NaN, infinities, lone surrogates, integers beyond 64 bits and foreign objects.
    """
    return _encoded(value, in_order=False)


def sorted_encode(value: Json) -> bytes:
    """Like `encode` but with sorted keys, for identities where key order means nothing."""
    return _encoded(value, in_order=True)


def decode(data: bytes | str) -> Json:
    """Return the JSON value that `encode` wrote. Raises `ValueError` for what is no JSON."""
    text = data if isinstance(data, str) else data.decode()
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_int=_whole_number, parse_float=_finite_number)
        if not text.isascii() or "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("depth limit exceeded") from None
    except UnicodeEncodeError:
        raise ValueError("text with a lone surrogate (half a character)") from None
    return value


def typed_value(text: str) -> Json:
    """Return the value that a person typed: JSON, or else text as it stands."""
    try:
        value = json.loads(text)
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


def preview(value: Json, limit: int = 60) -> str:
    """Return one short line that shows the value to a person."""
    text = value if isinstance(value, str) else encode(value).decode()
    seen = text[: 40 * limit + 1000]  # what follows cannot be shown, and may be megabytes
    line = " ".join(seen.split())
    return line if len(line) <= limit and len(seen) == len(text) else line[: limit - 1] + "…"


def _encoded(value: Json, *, in_order: bool) -> bytes:
    pieces: list[str] = []
    _write(value, pieces, 1, in_order)
    refuse_non_finite(value)
    try:
        return "".join(pieces).encode()
    except UnicodeEncodeError:
        raise NotJson("text with a lone surrogate (half a character)") from None


def _write(value: Json, pieces: list[str], depth: int, in_order: bool) -> None:
    """Append the text of a value piece by piece."""
    kind = type(value)
    if kind is str:
        pieces.append(encode_basestring(value))
    elif value is None or kind is bool:
        pieces.append("null" if value is None else "true" if value else "false")
    elif kind is int:
        if not -(2**63) <= value < 2**64:
            raise NotJson("an integer larger than 64 bits (pass it as text)")
        pieces.append(str(value))
    elif kind is float:
        pieces.append(_float_text(value))
    elif kind is not dict and kind is not list and kind is not tuple:
        raise NotJson(f"an object of type {kind.__name__}")
    elif depth > MOST_NESTED:
        raise NotJson("a value nested too deeply or containing itself")
    elif kind is dict:
        if not all(type(key) is str for key in value):
            raise NotJson("an object whose keys are not text")
        sign = "{"
        for key in sorted(value) if in_order else value:
            pieces += (sign, encode_basestring(key), ":")
            _write(value[key], pieces, depth + 1, in_order)
            sign = ","
        pieces.append("}" if value else "{}")
    else:
        sign = "["
        for item in value:
            pieces.append(sign)
            _write(item, pieces, depth + 1, in_order)
            sign = ","
        pieces.append("]" if value else "[]")


def _float_text(value: float) -> str:
    """Return the shortest text of a number, as the studio writes it: Python's, but `1e-6`, and `0.00001`."""
    text = repr(value)
    if "e-0" not in text:
        return text
    digits, _, power = text.partition("e-0")
    if power != "5":
        return f"{digits}e-{power}"
    sign = "-" if value < 0 else ""
    return f"{sign}0.0000{digits.lstrip('-').replace('.', '')}"


def _no_constant(text: str) -> Json:
    raise ValueError(f"{text} is no JSON value")


def _whole_number(text: str) -> int | float:
    number = int(text) if len(text) < 24 else 2**64
    return number if -(2**63) <= number < 2**64 else _finite_number(text)


def _finite_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("number is infinity when parsed as double")
    return number
