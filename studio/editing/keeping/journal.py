"""The recovery journal: what was edited and not saved survives the death of the program.

Each document that has something to save has a file in the user's data folder: a first line about it, a second with
the whole document, then one line per edit. The user's own file is never touched. A lock that dies with its process
tells journals in use from those left behind, which `keeping.recovery` finds and brings back.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from studio.editing.document.document import Document
from studio.editing.document.op_json import graph_to_json, op_to_json
from studio.editing.document.ops import Op
from studio.settings.folders import data_folder
from studio.support.errors import EnvironmentProblem, StudioError
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
SYNC_S: Final = 2.0
"""Seconds between forcing what was written onto the disk: what a power cut may take, not what a crash takes."""
RETRY_S: Final = 10.0
"""Seconds after which writing is tried again where the disk refused."""
HEADER_BYTES: Final = 65_536
LOCKED_BYTE: Final = 1


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
            self._lock.release(LOCKED_BYTE)
            self._lock.close()
            self._lock = None
            with contextlib.suppress(OSError):
                lock_file(self._path).unlink()

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
                self._lock.hold(LOCKED_BYTE)
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


def lock_file(path: Path) -> Path:
    return path.with_name(f"{path.name}-lock")
