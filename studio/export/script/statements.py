"""One call as source text: arguments with the comments of what they say, entries of values with theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from studio.export.literals import literal, text_literal
from studio.export.script.remarks import Remarks
from studio.support.values import Json


class Argument(NamedTuple):
    """An argument of a call. `lead` is `name=`, `**` or ""; `source` stands for the value if it is not None.

    `path` is where comments about it are kept ("" if there can be none).
    """

    lead: str
    value: Json = None
    path: str = ""
    source: str | None = None
    items: str | None = None
    """Begins the paths of its entries, where each is an item of its own, as those of `**` are."""


def call(head: str, arguments: Iterable[Argument], path: str, remarks: Remarks, *, indent: int) -> list[str]:
    """Return the lines of a statement that calls `head`, to be laid out by a formatter.

    The comments of its item and of its arguments stand beside them; those before the item come first.
    """
    given = list(arguments)
    lines = remarks.before(path, indent=indent) if path else []
    behind = remarks.behind(path) if path else ""
    many = any(_is_spoken_of(one, remarks) for one in given)
    has_end = bool(path) and remarks.speaks_inside(path)
    if not many and not has_end:
        inner = ", ".join(one.lead + _source(one) for one in given)
        return [*lines, f"{head}({inner}){behind}"]
    lines.append(f"{head}({behind}")
    for one in given:
        lines.extend(_argument(one, remarks, indent + 4))
    if path:
        lines.extend(remarks.end(path, indent=indent + 4))
    lines.append(")")
    return lines


def _is_spoken_of(argument: Argument, remarks: Remarks) -> bool:
    if argument.path and remarks.speaks_of(argument.path):
        return True
    if argument.source is not None:
        return False
    if argument.items is not None:
        return _speaks_of_items(argument.value, argument.items, remarks)
    return bool(argument.path) and remarks.speaks_inside(argument.path)


def _source(argument: Argument) -> str:
    return literal(argument.value, block=False) if argument.source is None else argument.source


def _argument(argument: Argument, remarks: Remarks, indent: int) -> list[str]:
    """Return the lines of one argument, with a comma behind it."""
    lines = remarks.before(argument.path, indent=indent, inside=True) if argument.path else []
    behind = remarks.behind(argument.path) if argument.path else ""
    if argument.source is not None:
        return [*lines, f"{argument.lead}{argument.source},{behind}"]
    if argument.items is None:
        return [*lines, *_value(argument.lead, argument.value, argument.path, behind, remarks, indent)]
    if not _speaks_of_items(argument.value, argument.items, remarks):
        return [f"{argument.lead}{_source(argument)},"]
    return _entries(argument.lead, argument.value, argument.items, "", remarks, indent)


def _value(lead: str, value: Json, path: str, behind: str, remarks: Remarks, indent: int) -> list[str]:
    """Return the lines of a value, its entries each on a line of their own where one of them is spoken of."""
    if not isinstance(value, dict | list) or not value or not remarks.speaks_inside(path):
        return [f"{lead}{literal(value, block=False)},{behind}"]
    lines = _entries(lead, value, f"{path}.", behind, remarks, indent)
    lines[-1:-1] = remarks.end(path, indent=indent + 4)
    return lines


def _entries(lead: str, value: Json, stem: str, behind: str, remarks: Remarks, indent: int) -> list[str]:
    is_mapping = isinstance(value, dict)
    lines = [f"{lead}{'{' if is_mapping else '['}{behind}"]
    entries = value.items() if isinstance(value, dict) else ((str(nth), item) for nth, item in enumerate(value))
    for key, item in entries:
        path = stem + key
        lines.extend(remarks.before(path, indent=indent + 4, inside=True))
        said = remarks.behind(path)
        lines.extend(_value(f"{text_literal(key)}: " if is_mapping else "", item, path, said, remarks, indent + 4))
    lines.append(f"{'}' if is_mapping else ']'},")
    return lines


def _speaks_of_items(value: Json, stem: str, remarks: Remarks) -> bool:
    keys = value if isinstance(value, Mapping) else ()
    return any(remarks.speaks_of(stem + key) or remarks.speaks_inside(stem + key) for key in keys)
