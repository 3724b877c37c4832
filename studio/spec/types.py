"""Port types: which values they hold, and which output may be wired to which input.

Checked twice: types when an edge is made (`accepts`), values when they flow (`check_value`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from studio.support.values import Json, is_blob

TYPE_WORDS: Final = {
    "text": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false", "json": "JSON",
    "list": "a list", "message": "a message", "messages": "a list of messages", "vector": "a list of numbers",
    "image": "an image", "audio": "a sound", "file": "a file", "any": "any value",
}  # fmt: skip
"""How sentences call a value of each type."""

PORT_TYPES: Final = tuple(TYPE_WORDS)

BLOB_TYPES: Final = ("image", "audio", "file")

_WIDENS: dict[str, frozenset[str]] = {
    "text": frozenset({"json"}),
    "integer": frozenset({"number", "json"}),
    "number": frozenset({"json"}),
    "boolean": frozenset({"json"}),
    "message": frozenset({"json"}),
    "messages": frozenset({"list", "json"}),
    "vector": frozenset({"list", "json"}),
    "image": frozenset({"file"}),
    "audio": frozenset({"file"}),
    # A json output may turn out to hold anything but a blob: the value is checked when it flows.
    "json": frozenset({"text", "number", "integer", "boolean", "list", "message", "messages", "vector"}),
    "list": frozenset({"json", "messages", "vector"}),
}


def accepts(source: str, target: str) -> bool:
    """True if an output of type `source` may be wired to an input of type `target`.

    `any` meets everything; `json` meets every type that is not a blob, with values checked as they flow.
    """
    if source == target or source == "any" or target == "any":
        return True
    return target in _WIDENS.get(source, ())


def _is_number(value: Json) -> bool:
    return type(value) in (int, float)


def _is_message(value: Json) -> bool:
    return type(value) is dict and type(value.get("role")) is str and "content" in value


_CHECKS: dict[str, Callable[[Json], bool]] = {
    "text": lambda v: type(v) is str,
    "number": _is_number,
    "integer": lambda v: type(v) is int,
    "boolean": lambda v: type(v) is bool,
    "list": lambda v: type(v) in (list, tuple),
    "message": _is_message,
    "messages": lambda v: type(v) is list and all(map(_is_message, v)),
    "vector": lambda v: type(v) is list and all(map(_is_number, v)),
    "image": is_blob,
    "audio": is_blob,
    "file": is_blob,
}


def value_check(port_type: str) -> Callable[[Json], bool] | None:
    """Return the test for values of a port type, or None where every value fits (`any`, `json`)."""
    return _CHECKS.get(port_type)


def type_of(value: Json) -> str:
    """Return the narrowest port type that names a value, for messages to people."""
    if value is None:
        return "null"
    for name in ("boolean", "integer", "number", "text", "list"):
        if _CHECKS[name](value):
            return name
    return "file" if is_blob(value) else "object"
