"""Which graphs were open lately, and which of them are this person's own.

Kept as one small file in the data folder. Every question reads it anew, since other windows write it too.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studio.graph.writing import save_text
from studio.settings.folders import data_folder
from studio.support.errors import EnvironmentProblem
from studio.support.paths import inside
from studio.support.resources import resource_root

FILE_NAME: Final = "recent.json"
MOST: Final = 20
"""Files listed."""
MOST_OWN: Final = 5_000
"""Own files remembered; the oldest fall away and count as foreign from then on."""
_LARGEST: Final = 8_000_000
_LAST_MOMENT: Final = 250_000_000_000
"""In the year 9892: of later ones no calendar can tell."""


@dataclass(frozen=True, slots=True)
class RecentFile:
    """A graph file that was open. `at` is when, in seconds since 1970; `missing`: it is not there now."""

    path: Path
    at: float
    missing: bool = False
    foreign: bool = False

    @property
    def title(self) -> str:
        """What lists call it."""
        return self.path.name


class Recent:
    """The list of recent files. Paths are kept absolute, links followed, so that one file stands there once."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is where the list lies (default: the user's data folder)."""
        self._folder = folder
        self._known: tuple[tuple[Path, int, int, int], tuple[dict[str, float], list[str]]] | None = None
        """What was read last, and of which file."""

    @property
    def path(self) -> Path:
        """The file of the list."""
        return (self._folder or data_folder()) / FILE_NAME

    def files(self) -> list[RecentFile]:
        """Return the files that were open lately, the last first. A list that cannot be read counts as empty."""
        files, own = self._read()
        return [
            RecentFile(Path(path), at, not os.path.isfile(path), self._foreign(path, own))  # noqa: PTH113 - no OSError
            for path, at in files.items()
        ]

    def has_any(self) -> bool:
        """True if one of the files is there; asked after every change in the window, so nothing else is found out."""
        return any(os.path.isfile(path) for path in self._read()[0])  # noqa: PTH113 - no OSError

    def opened(self, path: Path, at: float | None = None) -> None:
        """Put a file at the head of the list. Raises EnvironmentProblem if the disk refuses."""
        files, own = self._read()
        key = _key(path)
        files.pop(key, None)
        self._write({key: time.time() if at is None else at, **files}, own)

    def first_saved(self, path: Path) -> None:
        """Remember that a graph was written to this path for the first time, here: it is the person's own.

        Call it when a new graph is saved, or one under another name. Raises EnvironmentProblem.
        """
        files, own = self._read()
        key = _key(path)
        self._write(files, [*(one for one in own if one != key), key])

    def forget(self, path: Path) -> None:
        """Take a file off the list; whether it is the person's own stays known. Raises EnvironmentProblem."""
        files, own = self._read()
        if files.pop(_key(path), None) is not None:
            self._write(files, own)

    def clear(self) -> None:
        """Take all files off the list. Raises EnvironmentProblem."""
        files, own = self._read()
        if files:
            self._write({}, own)

    def is_foreign(self, path: Path | None) -> bool:
        """True for a graph that is neither bundled nor was first saved in this profile; a new one is never foreign."""
        return path is not None and self._foreign(_key(path), self._read()[1])

    def _foreign(self, key: str, own: list[str]) -> bool:
        return key not in own and not _is_bundled(Path(key))

    def _read(self) -> tuple[dict[str, float], list[str]]:
        """Return the files with their moments, the last first, and the own files: read again only once it is another
        file, as it is asked after every change in the window."""
        path = self.path
        try:
            stat = path.stat()
        except (OSError, ValueError):
            return {}, []
        is_now = (path, stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if self._known is None or self._known[0] != is_now:
            self._known = is_now, self._read_file(path)
        files, own = self._known[1]
        return dict(files), list(own)

    def _read_file(self, path: Path) -> tuple[dict[str, float], list[str]]:
        try:
            data = path.read_bytes()
            told: Any = json.loads(data) if len(data) < _LARGEST else None
        except (OSError, ValueError, RecursionError):
            told = None  # nothing was opened yet, or the list is damaged: it is no loss, and safe to begin anew
        if not isinstance(told, dict):
            return {}, []
        files, own = told.get("files"), told.get("own")
        listed: dict[str, float] = {}
        for one in files if isinstance(files, list) else ():
            name, at = (one.get("path"), one.get("at")) if isinstance(one, dict) else (None, None)
            if isinstance(name, str) and _is_path(name) and isinstance(at, int | float) and 0 <= at <= _LAST_MOMENT:
                listed.setdefault(name, float(at))
        return dict(list(listed.items())[:MOST]), [one for one in own if _is_path(one)] if isinstance(own, list) else []

    def _write(self, files: dict[str, float], own: list[str]) -> None:
        told = {
            "files": [{"path": path, "at": at} for path, at in list(files.items())[:MOST]],
            "own": own[-MOST_OWN:],
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentProblem(
                f"The list of recent files cannot be saved: {error.strerror or error}.", where=str(self.path.parent)
            ) from None
        self._known = None  # clocks of some disks are too slow to tell two writings apart
        save_text(json.dumps(told, indent=1) + "\n", self.path, "list of recent files")


def _key(path: Path) -> str:
    return os.path.realpath(path)


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and "\0" not in value


def _is_bundled(path: Path) -> bool:
    try:
        return inside(resource_root("graphs"), path) is not None
    except EnvironmentProblem:
        return False  # an installation without examples
