"""What lists are ordered and compared by: the elements themselves or what stands at a path in each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.json._paths import follow, parse_path
from studio.support.errors import NodeError, UsageError
from studio.support.values import Json


def by_values(items: list[Json], by: str) -> list[Json]:
    """Return for each element what stands at the path, or the element if the path is empty.

    Raises `NodeError` naming the first element that has nothing there.
    """
    if not by:
        return items
    found = []
    for place, item in enumerate(items):
        value, why = follow(item, parse_path(by))
        if why:
            raise NodeError(f"element {place} of the list has nothing at `{by}`: {why}.", hint="Correct `by`.")
        found.append(value)
    return found


def path_problems(by: Any) -> Iterator[str]:
    """Yield why a path cannot be read."""
    try:
        parse_path(by)
    except UsageError as error:
        yield str(error)
