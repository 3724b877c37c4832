"""Older settings files become current ones, step by step.

`MIGRATIONS[n]` turns a file of version n+1 into one of version n+2; each says why in its docstring. None is
ever removed, so that the oldest file still opens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studio.support.errors import UsageError

Migration = Callable[[dict[str, Any]], None]

MIGRATIONS: tuple[Migration, ...] = ()


def migrate(table: dict[str, Any], where: str, migrations: tuple[Migration, ...] = MIGRATIONS) -> bool:
    """Bring `table` to the current version in place; True if it changed.

    Raises `UsageError` for a file of a newer studio, which this one must not rewrite.
    """
    current = len(migrations) + 1
    version = table.get("version", current)
    if type(version) is not int or version < 1:
        raise UsageError(f"`version` must be a whole number from 1, not {version!r}.", where=where)
    if version > current:
        raise UsageError(
            f"The settings are of version {version}, this studio knows up to {current}.",
            where=where,
            hint="Update Ganglia Studio, or move the file away to start afresh.",
        )
    for step in migrations[version - 1 :]:
        step(table)
    table["version"] = current
    return version != current
