"""Files that a graph reads by a relative name: found, so that they can come along when it is saved elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from studio.graph.model import Graph
from studio.support.errors import EnvironmentProblem
from studio.support.paths import inside
from studio.support.values import Json

MOST_BYTES = 200_000_000
LONGEST = 300
"""Characters of a text that may be a name of a file."""


def companions(graph: Graph, base: Path, target: Path) -> list[str]:
    """Return the relative names in a graph's params that exist below `base`, but not below `target`, in order."""
    found: dict[str, None] = {}
    for _, inner in graph.walk():
        for node in inner.nodes.values():
            for text in _texts(list(node.params.values())):
                if _is_name(text) and _below(base, text) and not (target / text).exists():
                    found[text] = None
    return [one for one in found if not any(one != other and Path(one).is_relative_to(other) for other in found)]


def copy_companions(names: Sequence[str], base: Path, target: Path) -> None:
    """Copy files and folders from below `base` to below `target`. What is there already stays as it is.

    Raises EnvironmentProblem if the disk refuses, or if they are larger than 200 MB.
    """
    files = [path for name in names for path in _files(base / name)]
    if sum(path.stat().st_size for path in files) > MOST_BYTES:
        raise EnvironmentProblem("These files are larger than 200 MB.", where=str(base), hint="Copy them by hand.")
    try:
        for path in files:
            new = target / path.relative_to(base)
            if not new.exists():
                new.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, new)
    except OSError as error:
        raise EnvironmentProblem(f"The files cannot be copied: {error.strerror}.", where=str(target)) from None


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST and "\n" not in text and ("/" in text or "." in text) and text.strip(" ./") != ""


def _below(base: Path, text: str) -> bool:
    try:
        path = inside(base, base / text)
        return path is not None and path.exists() and path.resolve() != base.resolve()
    except (OSError, ValueError):
        return False  # no name that a disk knows


def _texts(values: Sequence[Json]) -> Iterator[str]:
    stack: list[Json] = list(values)
    while stack:
        value = stack.pop(0)
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
