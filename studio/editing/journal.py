"""The recovery journal: what was edited and not saved survives the death of the program.

Each document that has something to save has a file in the user's data folder: a first line about it, a second with
the whole document, then one line per edit. The user's own file is never touched. A lock that dies with its process
tells journals in use from those left behind, which `recoverable` finds and `recover` brings back.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from studio.editing.document import Document, file_stamp
from studio.editing.op_json import graph_from_json, graph_to_json, op_from_json, op_to_json
from studio.editing.ops import Op, apply
from studio.settings.folders import data_folder
from studio.spec.registry import Registry
from studio.support.errors import EnvironmentProblem, GraphError, StudioError, UsageError
from studio.support.ids import new_run_id
from studio.support.signal import Signal
from studio.support.values import Json, NotJson, encode
from studio.trace.locks import LockFile

FORMAT: Final = 1
ENDING: Final = ".journal"
MOST_EDITS: Final = 2_000
"""Edits after which the journal is written anew."""
MOST_BYTES: Final = 8_000_000
"""Bytes of edits after which it is, if the document itself is not larger."""
LARGEST: Final = 512_000_000
"""Larger journals are not read."""
SYNC_S: Final = 2.0
"""Seconds between forcing what was written onto the disk: what a power cut may take, not what a crash takes."""
RETRY_S: Final = 10.0
"""Seconds after which writing is tried again where the disk refused."""
_HEADER_BYTES: Final = 65_536
_BYTE: Final = 1


def recovery_folder() -> Path:
    """Return the folder of the journals (not created)."""
    return data_folder() / "recovery"


class Journal:
    """Keeps what is unsaved of one document on the disk, from its first edit until it is saved or closed.

    Nothing is written while there is nothing to save. If the disk refuses, `troubled` is emitted once with what to
    tell the person; editing goes on, and writing is tried again from time to time.
    """

    def __init__(
        self, document: Document, folder: Path | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`folder` is where journals lie (default: in the user's data folder). A modified document is kept at once."""
        self.troubled: Signal[StudioError] = Signal()
        self._document = document
        self._folder = folder or recovery_folder()
        self._path = self._folder / f"{new_run_id()}{ENDING}"
        self._clock = clock
        self._lock: LockFile | None = None
        self._file: BinaryIO | None = None
        self._is_there = False
        self._ops: list[Json] = []
        self._edits = self._bytes = self._base_bytes = 0
        self._synced_at = 0.0
        self._is_synced = True
        self._retry_at: float | None = None
        self._told = False
        self._stop = [
            document.changed.connect(self._note),
            document.settled.connect(self._settle),
            document.reset.connect(self._forget),
            document.history.changed.connect(self._settle),
        ]
        if document.is_modified:
            self._settle()

    @property
    def path(self) -> Path:
        """The file of this journal; there is none while there is nothing to save."""
        return self._path

    def sync(self) -> None:
        """Force what was written onto the disk, for a moment in which nobody waits (a timer after the last edit)."""
        try:
            self._sync()
        except OSError as error:
            self._trouble(_refused(error, self._path))

    def close(self) -> None:
        """The document is closed in good order (saved, or its changes given up): the journal goes."""
        for stop in self._stop:
            stop()
        self._drop()
        if self._lock is not None:
            self._lock.release(_BYTE)
            self._lock.close()
            self._lock = None
            with contextlib.suppress(OSError):
                _lock_file(self._path).unlink()

    # -- following the document ---------------------------------------------------------------

    def _note(self, op: Op, inverse: Op) -> None:
        if self._file is not None:
            self._ops.append(op_to_json(op, inverse))

    def _forget(self) -> None:
        """Another graph took the document's place: what was noted says nothing of it."""
        self._ops.clear()
        self._close_file()

    def _settle(self) -> None:
        ops, self._ops = self._ops, []
        if not self._document.is_modified:
            self._drop()
            return
        if self._retry_at is not None and self._clock() < self._retry_at:
            return
        try:
            if self._file is None or (ops and self._is_long()):
                self._begin()
            elif ops:
                self._append(ops)
        except OSError as error:
            self._trouble(_refused(error, self._path))
        except ValueError as error:
            self._trouble(
                EnvironmentProblem(
                    f"What is unsaved in {self._document.title} cannot be kept for recovery: {error}.",
                    hint="Correct the value, and save soon.",
                )
            )

    def _is_long(self) -> bool:
        return self._edits >= MOST_EDITS or self._bytes > max(MOST_BYTES, self._base_bytes)

    def _append(self, ops: list[Json]) -> None:
        assert self._file is not None
        line = _line({"edit": ops})
        self._file.write(line)
        self._file.flush()
        self._edits += 1
        self._bytes += len(line)
        self._is_synced = False
        if self._clock() - self._synced_at >= SYNC_S:
            self._sync()

    def _begin(self) -> None:
        """Write the journal anew: the document as it is now. The old one stays until the new one is whole."""
        self._close_file()
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = LockFile.of(self._path)
            if self._lock is not None:
                self._lock.hold(_BYTE)
        base = _line(graph_to_json(self._document.graph))
        temporary = self._path.with_suffix(".new")
        try:
            with temporary.open("wb") as file:
                file.write(_line(self._header()))
                file.write(base)
                file.flush()
                os.fsync(file.fileno())
            self._is_there = True
            temporary.replace(self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        self._file = self._path.open("ab")
        self._edits = self._bytes = 0
        self._base_bytes = len(base)
        self._synced_at = self._clock()
        self._retry_at = None

    def _header(self) -> dict[str, Json]:
        document = self._document
        return {
            "ganglia_journal": FORMAT,
            "file": str(document.path.absolute()) if document.path is not None else "",
            "stamp": document.stamp,
            "folder": str(document.graph.base.absolute()) if document.graph.base is not None else "",
            "title": document.title[:200],
            "process": os.getpid(),
            "at": time.time(),
        }

    def _sync(self) -> None:
        if self._file is not None and not self._is_synced:
            os.fsync(self._file.fileno())
            self._is_synced = True
            self._synced_at = self._clock()

    def _trouble(self, error: StudioError) -> None:
        # A torn line may stand at the end: nothing is appended to it, the next try writes the journal anew.
        self._close_file()
        self._retry_at = self._clock() + RETRY_S
        if not self._told:
            self._told = True
            self.troubled.emit(error)

    def _drop(self) -> None:
        """There is nothing to save: the journal goes, and begins anew with the next edit."""
        self._ops.clear()
        self._close_file()
        self._retry_at = None
        if self._is_there:
            with contextlib.suppress(OSError):  # what is left behind is offered once more at the next start
                self._path.unlink(missing_ok=True)
                self._is_there = False

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()


def _line(data: Json) -> bytes:
    """Return one line of a journal. Raises ValueError for numbers that are no JSON."""
    with contextlib.suppress(NotJson):  # what no graph file can hold is written the slow way
        return encode(data) + b"\n"
    try:
        return json.dumps(data, separators=(",", ":"), allow_nan=False).encode() + b"\n"
    except TypeError as error:
        raise ValueError(str(error)) from None
    except RecursionError:
        raise ValueError("a value is nested too deeply") from None


def _refused(error: OSError, path: Path) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"What is unsaved cannot be kept for recovery: {error.strerror or error}.",
        where=str(path.parent),
        hint="Free some space or save often; editing goes on.",
    )


def _lock_file(path: Path) -> Path:
    return path.with_name(f"{path.name}-lock")


# -- after a crash -------------------------------------------------------------------------------


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
            lock.release(_BYTE)
            lock.close()
        try:
            self.journal.unlink(missing_ok=True)
            _lock_file(self.journal).unlink(missing_ok=True)
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
    if not _lock_file(path).exists():
        return False
    lock = LockFile.of(path)
    if lock is None:
        return False
    try:
        return lock.is_held(_BYTE)
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
            header = _read_header(file.readline(_HEADER_BYTES))
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
    if lock is not None and path not in _CLAIMED and not lock.hold(_BYTE):
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
            lock.release(_BYTE)
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
