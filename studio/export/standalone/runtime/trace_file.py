"""The file a script records in: a trace like the studio's own, which the studio opens, searches and replays."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.support.errors import EnvironmentProblem
from studio.support.values import content_hash
from studio.trace.schema import APPLICATION_ID, VERSION
from studio.trace.sqlite import sqlite3


class TraceFile:
    """The one connection of a script to its trace. All methods raise `EnvironmentProblem` where the machine refuses."""

    def __init__(self, path: Path, schema: str) -> None:
        """`schema` makes an empty file a trace. A trace of the same version is gone on with; any other file is refused
        and left as it is."""
        self.path = path
        with self._told(), contextlib.ExitStack() as opened:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(0o600)  # readable by its owner only
            self._lock = opened.enter_context(path.with_name(f"{path.name}-lock").open("ab"))
            if sqlite3.sqlite_version_info < (3, 51, 3):
                self.hold(0)  # two processes that write at once could damage the file
            self._database = opened.enter_context(contextlib.closing(sqlite3.connect(path, isolation_level=None)))
            self.execute = self._database.execute
            self._require_ours()
            for setting in ("journal_mode = WAL", "synchronous = FULL", "fullfsync = 1", "checkpoint_fullfsync = 1"):
                self.execute(f"PRAGMA {setting}")  # what is committed is safe, and others read meanwhile
            with self.transaction():
                if self._is_empty():  # else another process was faster
                    for statement in schema.split(";\n"):
                        self.execute(statement)
            self._opened = opened.pop_all()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within is in the file afterwards, for good; or nothing of it, if an error is raised."""
        with self._told():
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:  # some errors have ended it already
                    self.execute("ROLLBACK")
                raise

    def insert(self, table: str, *row: Any) -> int:
        """Insert a row and return its id."""
        return self.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row).lastrowid or 0

    def blob(self, data: bytes, kind: str) -> int:
        """Keep bytes once, by their hash, and return their id. `kind` is a media type, or json."""
        digest = content_hash(data)
        found = self.execute("SELECT id FROM _blob WHERE hash = ?", (digest,)).fetchone()
        return found[0] if found else self.insert("_blob (hash, type, size, data)", digest, kind, len(data), data)

    def json(self, data: bytes) -> str | int:
        """What stands in a column of JSON: a short text itself, for a long one the id of a blob."""
        return data.decode() if len(data) < 256 else self.blob(data, "json")

    def text(self, text: str, effect: int) -> int:
        """Keep what a model was told or said, once, and return its id. Noted with it is the first effect of a run in
        which it occurs: there a search finds it."""
        digest = content_hash(text.encode())
        found = self.execute("SELECT id FROM _message WHERE hash = ?", (digest,)).fetchone()
        id: int = found[0] if found else self.insert("_message (hash, text)", digest, text)
        self.execute(
            "INSERT INTO _message_use SELECT :message, :effect WHERE NOT EXISTS (SELECT 1 FROM _message_use"
            " WHERE message = :message AND effect BETWEEN :effect >> 32 << 32 AND :effect | 4294967295)",
            {"message": id, "effect": effect},
        )
        return id

    def hold(self, byte: int) -> None:
        """Hold a byte of the lock file until the process ends: the studio sees by it that the process lives."""
        try:
            if sys.platform == "win32":
                import msvcrt

                os.lseek(self._lock.fileno(), byte, os.SEEK_SET)
                msvcrt.locking(self._lock.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except OSError:
            raise self._problem("another process writes to it, and this SQLite is too old to share it") from None

    def close(self) -> None:
        """Close the file, and give its locks back."""
        self._opened.close()

    def _require_ours(self) -> None:
        found, version = (self.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        if found != APPLICATION_ID and (found or version or not self._is_empty()):
            raise self._problem("it is a database of another program")
        if found == APPLICATION_ID and version != VERSION:
            age = "an older" if version < VERSION else "a newer"
            raise self._problem(f"{age} Ganglia Studio made it (schema {version}, this script writes {VERSION})")

    def _is_empty(self) -> bool:
        return not self.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.DatabaseError) as error:
            if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):  # a fault of the script
                raise
            raise self._problem(str(getattr(error, "strerror", error))) from error

    def _problem(self, why: str) -> EnvironmentProblem:
        hint = "Mend that, or give another file with --db."
        return EnvironmentProblem(f"The run cannot be recorded: {why}.", where=str(self.path), hint=hint)
