"""Which targets there are, found by walking the folder of declarations, and which one a file name asks for."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import PurePath
from typing import Final, Literal

from studio.export import targets
from studio.export.targets.declaring import Target
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean

_NOT_TARGETS: Final = ("declaring", "finding")


@cache
def all_targets() -> tuple[Target, ...]:
    """Return every target: those of graphs first, then those of runs, each by title."""
    found: list[Target] = []
    for info in pkgutil.iter_modules(targets.__path__):
        if info.name not in _NOT_TARGETS and not info.name.startswith("_"):
            found.append(importlib.import_module(f"{targets.__name__}.{info.name}").TARGET)
    return tuple(sorted(found, key=lambda one: (one.of, one.title)))


def find_target(name: str) -> Target:
    """Return the target of this name. Raises UsageError naming the nearest."""
    by_name = {one.name: one for one in all_targets()}
    if name not in by_name:
        hint = did_you_mean(name, by_name, then="`studio export --list` lists them all.")
        raise UsageError(f"Nothing can be exported as `{name}`.", hint=hint)
    return by_name[name]


def guess_target(file: str, of: Literal["graph", "run"] | None = None) -> Target:
    """Return the target that a file's ending stands for, the longest ending that fits; of graphs or of runs only.

    Raises UsageError if no ending fits.
    """
    name = PurePath(file).name.lower()
    endings = {suffix: one for one in all_targets() if one.guessed and of in (None, one.of) for suffix in one.suffixes}
    fitting = [suffix for suffix in endings if name.endswith(suffix)]
    if fitting:
        return endings[max(fitting, key=len)]
    raise UsageError(
        "The ending of the file does not say what to export.",
        where=file,
        hint=f"Endings are {', '.join(sorted(endings))}; or name what to make with --to.",
    )
