"""What the window knows of the own node types of one project, and which of them are in use. Knows no Qt."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Final

from studio.plugins.files import FOLDER, own_paths
from studio.plugins.loading import module_name
from studio.plugins.registries import OwnTypes
from studio.spec.node import Node
from studio.spec.registry import Registry, default_registry
from studio.support.values import Json
from studio.trust.approvals import Approvals

Stamp = tuple[Json, ...]
"""What tells whether a project's own node types may be others than they were."""

MOST_WATCHED: Final = 550
"""Folders and files of `nodes/` that are watched."""


class OwnProject:
    """One project folder (None: graphs that stand in none), with what was loaded of it last.

    A file that has a fault now, and had none before, is in use as it was: `kept` names such files.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.types: OwnTypes | None = None
        self.registry: Registry | None = None
        self.kept: tuple[str, ...] = ()
        self.stamp: Stamp = ()
        self.is_loading = False
        self._good: dict[str, list[type[Node]]] = {}

    @property
    def is_plain(self) -> bool:
        """True if there is nothing beyond what ships with the studio."""
        return self.types is None or self.types.registry is default_registry()

    def take(self, types: OwnTypes) -> Registry:
        """Take over what was loaded, and return the node types to work with."""
        added = types.registry.added()
        good: dict[str, list[type[Node]]] = {}
        kept: dict[str, list[type[Node]]] = {}
        for file in types.files:
            if file in types.waiting:
                continue
            if f"{FOLDER}/{file.name}" not in types.failures:
                good[file.name] = [cls for cls in added if cls.__module__ == module_name(file)]
            elif file.name in self._good:
                good[file.name] = kept[file.name] = self._good[file.name]
        made = types.registry
        if kept:
            made = Registry([cls for one in kept.values() for cls in one if not made.find(cls.spec.type)], beneath=made)
            made.withheld = types.registry.withheld
        if types is not self.types or tuple(kept) != self.kept or self.registry is None:
            self.registry = made
        self.types, self._good, self.kept = types, good, tuple(kept)
        return self.registry

    def now(self) -> Stamp:
        """Return the stamp of this moment: files of the folder, and what was approved."""
        found = [_stat(path) for path in self.paths()]
        return (*found, _stat(Approvals().path))

    def paths(self) -> list[Path]:
        """Return what is to be watched: the project's folder, its `nodes/`, the folders and Python files in there."""
        if self.folder is None:
            return []
        return [self.folder, *islice(own_paths(self.folder / FOLDER), MOST_WATCHED)]


def _stat(path: Path) -> Json:
    try:
        about = path.stat(follow_symlinks=False)
    except OSError:
        return [str(path), "gone"]
    # The time of a folder would change with every file that anybody puts beside the graphs.
    return [str(path), *((about.st_mtime_ns, about.st_size) if path.suffix in (".py", ".json") else ()), about.st_ino]
