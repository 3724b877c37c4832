"""Folders inside of a project that hold node types of their own: a graph beside one of them has them, as a project."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

MOST_FILES: Final = 500
MOST_BYTES: Final = 1_000_000
"""As many files, and as much of each, as the studio would look at (`studio.plugins.files`)."""

_DECLARES: Final = re.compile(rb"@\s*(?:\w+\s*\.\s*)*node\s*\(")


_GRAPH: Final = re.compile(rb"^studio\s*:", re.MULTILINE)


def is_run_from(folder: Path) -> bool:
    """True if the studio may run what stands in a folder called `nodes`: a graph or a project's settings stand beside
    it, or a file in it declares a node type."""
    return _has_graph(folder.parent) or _has_types(folder)


def _has_graph(folder: Path) -> bool:
    if (folder / "studio.toml").is_file():
        return True
    try:
        beside = [one for one in folder.iterdir() if one.suffix.lower() in (".yaml", ".yml")]
    except OSError:
        return False  # there is no such folder yet
    return len(beside) > MOST_FILES or any(_GRAPH.search(_start_of(one)) for one in beside)


def _has_types(folder: Path) -> bool:
    seen = 0
    for here, _, files in os.walk(folder):
        for name in files:
            if not name.endswith(".py"):
                continue
            seen += 1
            if seen > MOST_FILES:
                return True
            if _DECLARES.search(_start_of(Path(here, name))):
                return True
    return False


def _start_of(path: Path) -> bytes:
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError:
        return b""  # what we cannot read, the studio does not run
