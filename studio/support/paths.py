"""Which files belong to a folder, and which are the same, whatever their names say."""

from __future__ import annotations

import os
from pathlib import Path


def inside(folder: Path, name: str | Path) -> Path | None:
    """Return the real path of a file named relative to a folder, or None if it lies outside.

    A name leads outside by `..`, by being absolute, or through a link. Nothing need stand at the path.
    """
    if "\0" in str(name):
        return None
    path = Path(os.path.realpath(folder / name))
    return path if path.is_relative_to(os.path.realpath(folder)) else None


def same_file(one: Path | None, other: Path) -> bool:
    """Whether two paths mean one file, however they are written; None means none."""
    if one is None:
        return False
    return one.absolute() == other.absolute() or (one.exists() and other.exists() and one.samefile(other))
