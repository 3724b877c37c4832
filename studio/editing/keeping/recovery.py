"""What a crash left behind: the journals whose program is gone, and bringing back what they hold."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from studio.editing.document.document import Document, file_stamp
from studio.editing.document.op_json import graph_from_json, op_from_json
from studio.editing.document.ops import apply
from studio.editing.keeping.journal import (
    ENDING,
    FORMAT,
    HEADER_BYTES,
    LOCKED_BYTE,
    lock_file,
    recovery_folder,
)
from studio.spec.registry import Registry
from studio.support.errors import EnvironmentProblem, GraphError, StudioError, UsageError
from studio.support.values import Json
from studio.trace.locks import LockFile

LARGEST: Final = 512_000_000
"""Larger journals are not read."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """A journal that was left behind. `file` is the user's file, None for a graph that was never saved.

    `at` is the last moment that something was written, in seconds since 1970. `file_changed` says that the user's
    file is not what it was when the journal began. `problem` says why it cannot be brought back, "" if it can.
    """

    journal: Path
    file: Path | None
    title: str
    at: float
    file_changed: bool = False
    problem: str = ""

    @property
    def when(self) -> str:
        """The moment for people, in local time."""
        return datetime.fromtimestamp(self.at).strftime("%Y-%m-%d %H:%M")

    def discard(self) -> None:
        """Delete the journal. Raises EnvironmentProblem."""
        lock = _CLAIMED.pop(self.journal, None)
        if lock is not None:
            lock.release(LOCKED_BYTE)
            lock.close()
        try:
            self.journal.unlink(missing_ok=True)
            lock_file(self.journal).unlink(missing_ok=True)
        except OSError as error:
            raise EnvironmentProblem(
                f"The journal cannot be deleted: {error.strerror or error}.", where=str(self.journal)
            ) from None


def recoverable(folder: Path | None = None) -> list[Recovery]:
    """Return the journals whose program is gone, the newest first; also those that cannot be read, with the reason.

    Sweeps away what a crash left half made. Never raises.
    """
    folder = folder or recovery_folder()
    found = []
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names are compared, not paths
    except OSError:
        return []  # nothing was ever kept here
    for name in names:
        path = folder / name
        if name.endswith(ENDING):
            if not _is_in_use(path):
                with contextlib.suppress(FileNotFoundError):  # another window may have dealt with it just now
                    found.append(_look(path))
        elif name.endswith((f"{ENDING}-lock", ".new")):
            _sweep(path, names)
    return sorted(found, key=lambda one: -one.at)


def _is_in_use(path: Path) -> bool:
    if not lock_file(path).exists():
        return False
    lock = LockFile.of(path)
    if lock is None:
        return False
    try:
        return lock.is_held(LOCKED_BYTE)
    finally:
        lock.close()


def _sweep(path: Path, names: list[str]) -> None:
    """Delete a lock file or a half-written journal that belongs to none, unless somebody is at it."""
    journal = path.with_name(path.name.removesuffix("-lock")).with_suffix(ENDING)
    if journal.name not in names and not _is_in_use(journal):
        with contextlib.suppress(OSError):
            path.unlink()


def _look(path: Path) -> Recovery:
    about = path.stat()
    try:
        with path.open("rb") as file:
            header = _read_header(file.readline(HEADER_BYTES))
    except StudioError as error:
        return Recovery(path, None, path.stem, about.st_mtime, problem=error.message)
    except OSError as error:
        return Recovery(path, None, path.stem, about.st_mtime, problem=f"It cannot be read: {error.strerror or error}.")
    problem = "It is too large to be read." if about.st_size > LARGEST else ""
    file_ = Path(header["file"]) if header["file"] else None
    changed = file_ is not None and file_stamp(file_) != header["stamp"]
    return Recovery(path, file_, header["title"] or path.stem, about.st_mtime, changed, problem)


def _read_header(line: bytes) -> dict[str, str]:
    data = _decoded(line)
    if not isinstance(data, dict) or "ganglia_journal" not in data:
        raise GraphError("This is no journal of unsaved changes.")
    if data["ganglia_journal"] != FORMAT:
        raise GraphError("The journal was written by another version of Ganglia Studio.")
    said = {}
    for key in ("file", "stamp", "folder", "title"):
        value = data.get(key, "")
        if not isinstance(value, str) or "\0" in value:
            raise GraphError(f"The journal is damaged: `{key}` is no text.")
        said[key] = value
    return said


def recover(recovery: Recovery, registry: Registry | None = None) -> Document:
    """Return the document as it was left: modified, and its file as its file, which is not touched.

    What was being written at the moment of the crash is left out. Keep the document by a `Journal` of its own, then
    `discard` the recovery; until then no other window can bring it back. Raises GraphError if the journal is damaged,
    UsageError if another window was first, EnvironmentProblem if the disk refuses.
    """
    path = recovery.journal
    if recovery.problem:
        raise GraphError(recovery.problem, where=str(path))
    if not path.exists():
        raise UsageError("Another window has dealt with these unsaved changes.", where=recovery.title)
    lock = _CLAIMED.get(path) or LockFile.of(path)
    if lock is not None and path not in _CLAIMED and not lock.hold(LOCKED_BYTE):
        lock.close()
        raise UsageError("Another window has these unsaved changes.", where=recovery.title)
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST:
                raise GraphError("The journal is too large to be read.")
            document = _rebuilt(file, registry)
    except (OSError, GraphError) as error:
        if lock is not None:
            _CLAIMED.pop(path, None)
            lock.release(LOCKED_BYTE)
            lock.close()
        if isinstance(error, GraphError):
            hint = "Nothing of it can be brought back; discard it."
            raise GraphError(error.message, where=str(path), hint=hint) from None
        raise EnvironmentProblem(f"The journal cannot be read: {error.strerror or error}.", where=str(path)) from None
    if lock is not None:
        _CLAIMED[path] = lock
    document.history.mark_dirty()
    return document


_CLAIMED: dict[Path, LockFile] = {}
"""Journals that this process has brought back and not discarded yet: no other window may."""


def _rebuilt(file: BinaryIO, registry: Registry | None) -> Document:
    lines = _lines(file)
    header = _read_header(next(lines, b""))
    graph = graph_from_json(_decoded(next(lines, b"")))
    path = Path(header["file"]) if header["file"] else None
    graph.base = Path(header["folder"]) if header["folder"] else None
    for line in lines:
        edit = _decoded(line)
        ops = edit.get("edit") if isinstance(edit, dict) else None
        if not isinstance(ops, list):
            raise GraphError("The journal is damaged: a line is no edit.")
        for op in ops:
            apply(graph, op_from_json(op, graph))
    return Document(graph, path, registry)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the whole lines; the last is left out if it was torn off."""
    for line in file:
        if line.endswith(b"\n"):
            yield line


def _decoded(line: bytes) -> Json:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise GraphError("The journal is damaged: a line cannot be read.") from None
