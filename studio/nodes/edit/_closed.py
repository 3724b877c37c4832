"""What is there but not among the texts that are edited, so that no new file may take its place."""

from __future__ import annotations

from typing import Any

from studio.spec import port
from studio.support.errors import NodeError
from studio.support.values import Json


def closed_port() -> Any:
    """Declare the input that names what is closed to edits."""
    return port([], help="What cannot be edited, as the `skipped` of *git.files_at*: no file is made there.")


def closed_of(value: list[Json]) -> dict[str, str]:
    """Return why each name is closed. Raises `NodeError` for anything but objects with `source` and `why`."""
    found = {}
    for one in value:
        if not (isinstance(one, dict) and isinstance(one.get("source"), str)):
            raise NodeError(
                "`closed` holds something that is no object with `source`.",
                hint="Wire `skipped` of *git.files_at*.",
                code="input",
            )
        found[str(one["source"])] = str(one.get("why") or "is closed")
    return found
