"""Writes TOML: the few lines that the standard library, which only reads it, leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def dumps(table: Mapping[str, Any], comments: Mapping[str, str] | None = None) -> str:
    """Return TOML text of nested tables; `comments` maps dotted names to a line written above the key.

    Values are text, numbers, booleans, dates as TOML has them, and lists of these. Raises `TypeError` for others.
    """
    return "\n".join(_table(table, (), comments or {})).strip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...], comments: Mapping[str, str]) -> Iterator[str]:
    nested = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    plain = {key: value for key, value in table.items() if key not in nested}
    if path and (plain or not nested):
        yield f"\n[{'.'.join(map(_key, path))}]"
    for key, value in plain.items():
        if comment := comments.get(".".join((*path, key))):
            yield f"# {comment}"
        yield f"{_key(key)} = {_value(value)}"
    for key, value in nested.items():
        yield from _table(value, (*path, key), comments)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):  # inside a list: an inline table
        return f"{{{', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())}}}"
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(f"TOML has no value like {type(value).__name__}")


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda match: f"\\u{ord(match[0]):04x}", escaped) + '"'
