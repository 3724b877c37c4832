"""The file a script records its run in: a trace like the studio's own, which the studio opens, searches and replays.

One transaction per batch, committed before the batch counts as written. What the machine refuses stays with the caller.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from studio.support.errors import EnvironmentProblem
from studio.support.values import content_hash
from studio.trace.locks import SOLE_WRITER
from studio.trace.schema import VERSION, version_of
from studio.trace.sqlite import connect_looking, prepare_for_writing, problem_of, sqlite3, sqlite_is_safe

Write = tuple[Callable[..., None], tuple[Any, ...]]
"""A row that waits: what writes it, and with which values."""


class TraceFile:
    """The only writing connection of this process to a trace. Raises `EnvironmentProblem` if it cannot be opened."""

    def __init__(self, path: Path, schema: str) -> None:
        """`schema` is what makes an empty file a trace (`studio.export.standalone.schema`); one that is a trace of
        the same version already is gone on with, any other file is refused and left as it is."""
        self.path = path
        self._blobs: dict[bytes, int] = {}
        self._messages: dict[bytes, int] = {}
        self.process = 0
        """Row of this process in `_process`."""
        self.base = 0
        """Physical id of the run, shifted left; known when its header is written."""
        prepare_for_writing(path)
        self._lock = _LockFile(path)
        try:
            if not sqlite_is_safe() and not self._lock.hold(SOLE_WRITER):
                raise EnvironmentProblem(
                    f"Another process writes to the database; SQLite {sqlite3.sqlite_version} is too old to share it.",
                    where=str(path),
                    hint="Close that program, or give another file with --db.",
                )
            self._connection = _opened(path, schema)
        except BaseException:
            self._lock.close()
            raise
        self.execute = self._connection.execute

    def write(self, batch: Iterable[Write]) -> None:
        """Write rows in one transaction. Raises `EnvironmentProblem`, and has written none, if the machine refuses."""
        try:
            self.execute("BEGIN IMMEDIATE")
            self._enter()
            for write, values in batch:
                write(self, *values)
            self.execute("COMMIT")
        except BaseException as error:
            self._undo()
            problem = problem_of(error, self.path)
            if problem is None:
                raise
            raise problem from error

    def blob(self, data: bytes, type: str) -> int:
        """Keep bytes once, by their hash, and return their id."""
        digest = content_hash(data)
        if digest not in self._blobs:
            row = self.execute("SELECT id FROM _blob WHERE hash = ?", (digest,)).fetchone()
            self._blobs[digest] = (
                row[0] if row else self.insert("_blob (hash, type, size, data)", digest, type, len(data), data)
            )
        return self._blobs[digest]

    def message(self, text: str) -> int:
        """Keep a text once, by its hash, and return its id."""
        digest = content_hash(text.encode())
        if digest not in self._messages:
            row = self.execute("SELECT id FROM _message WHERE hash = ?", (digest,)).fetchone()
            self._messages[digest] = row[0] if row else self.insert("_message (hash, text)", digest, text)
        return self._messages[digest]

    def insert(self, table: str, *values: Any) -> int:
        """Insert one row and return its id."""
        made = self.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
        return made.lastrowid or 0

    def close(self) -> None:
        """Say goodbye, so that what has no end is not taken for a run under way, and close the file."""
        try:
            if self.process:
                self.execute("UPDATE _process SET ended_at = ? WHERE id = ?", (time.time_ns(), self.process))
        except sqlite3.Error as error:  # the lock, which ends with this process, says the same
            print(f"The end of this process could not be noted in {self.path}: {error}", file=sys.stderr)
        finally:
            self._connection.close()
            self._lock.close()

    def _enter(self) -> None:
        """Make this process known, and hold its byte of the lock file before others can see its row."""
        if self.process == 0:
            row = self.insert(
                "_process (pid, host, sqlite, started_at)",
                os.getpid(), platform.node(), sqlite3.sqlite_version, time.time_ns(),
            )  # fmt: skip
            if not self._lock.hold(row):
                raise RuntimeError(f"the lock of process {row} is taken")
            self.process = row

    def _undo(self) -> None:
        if self._connection.in_transaction:
            self.execute("ROLLBACK")
        self._blobs.clear()
        self._messages.clear()
        if self.process and not self.execute("SELECT 1 FROM _process WHERE id = ?", (self.process,)).fetchone():
            self._lock.release(self.process)
            self.process = 0


def _opened(path: Path, schema: str) -> sqlite3.Connection:
    connection = connect_looking(path, lambda opened: _require_current(opened, path))
    try:
        if version_of(connection, path) == 0:
            connection.execute("BEGIN IMMEDIATE")
            if version_of(connection, path) == 0:  # another process may have been faster
                for statement in schema.split(";\n"):
                    connection.execute(statement)
            connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.close()
        problem = _no_search(error, path) or problem_of(error, path)
        if problem is None:
            raise
        raise problem from error
    return connection


def _require_current(connection: sqlite3.Connection, path: Path) -> None:
    version = version_of(connection, path)
    if 0 < version < VERSION:
        raise EnvironmentProblem(
            f"The trace has the older schema {version} (this script writes {VERSION}).",
            where=str(path),
            hint="Open it with the studio once, which brings it up to date, or give another file with --db.",
        )


def _no_search(error: BaseException, path: Path) -> EnvironmentProblem | None:
    if "no such module" not in str(error):
        return None
    return EnvironmentProblem(
        f"The SQLite of this Python lacks a part that a trace needs ({error}).",
        where=str(path),
        hint="Run the script with another Python, or leave out --db.",
    )


class _LockFile:
    """`X-lock` beside the file `X`: a process that writes holds the byte numbered by its row in `_process`.

    Locks end with their process, so that the studio tells a run under way from one that was killed.
    """

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + "-lock")
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise EnvironmentProblem(
                f"The lock file beside the database cannot be made: {error.strerror}.",
                where=str(path),
                hint="Give a file in a folder that may be written with --db.",
            ) from error

    def hold(self, byte: int) -> bool:
        """Take the byte until it is released or the process ends; False if another process has it."""
        try:
            self._set(byte, held=True)
        except OSError:
            return False
        return True

    def release(self, byte: int) -> None:
        """Give the byte back."""
        self._set(byte, held=False)

    def close(self) -> None:
        """Give everything back."""
        os.close(self._descriptor)

    def _set(self, byte: int, *, held: bool) -> None:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(self._descriptor, byte, os.SEEK_SET)
            msvcrt.locking(self._descriptor, msvcrt.LK_NBLCK if held else msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if held else fcntl.LOCK_UN, 1, byte)
