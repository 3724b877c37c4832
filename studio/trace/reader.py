"""Opens a database for reading and answers the small questions that every reading has; errors are sentences."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import orjson

from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.values import Json, decode
from studio.trace.deaths import note_deaths
from studio.trace.locks import process_is_alive
from studio.trace.queries import NEWEST_FIRST
from studio.trace.runlog import flush_own
from studio.trace.schema import VERSION, make_current, require_current, version_of
from studio.trace.sqlite import (
    COPY_NAME,
    connect_foreign,
    connect_reader,
    connect_writer,
    drop_private_copy,
    is_private_copy,
    is_recorded_example,
    problem_of,
    sqlite3,
)
from studio.trace.views import ID_MASK

T = TypeVar("T")

Parameters = tuple[Any, ...] | Mapping[str, Any]

PAGE = 500
"""Rows fetched at a time."""

CHECK_HINT = "`studio db check` says which runs are still whole."

_DAMAGE = ("decode", "no such column", "no such table", "malformed", "user-defined function")
"""What SQLite says of texts that are no UTF-8 any more, and of names of tables and columns that have changed."""


class Reader:
    """Reads one database file.

    Opening makes durable what this process still has to write into it, and migrates an older schema where it may.
    `foreign` reads a checked private copy. Raises `EnvironmentProblem`.
    """

    def __init__(self, path: Path, *, foreign: bool = False) -> None:
        self.path = path
        self.dead: set[int] = set()
        """Writing processes that ended without a word."""
        self._copy: Path | None = None
        if foreign:
            self.connection, self._copy = connect_foreign(path)
        else:
            flush_own(path)
            self.connection = connect_reader(path)
        try:
            if self.guarded(lambda: 0 < version_of(self.connection, path) < VERSION):
                self._migrate()
            require_current(self.connection, path)
            self.settle()
        except BaseException:
            self.close()
            raise

    @property
    def file(self) -> Path:
        """The file that is read: `path`, or the private copy of it."""
        return self.path if self._copy is None else self._copy / COPY_NAME

    def close(self) -> None:
        """Close the connection and remove the private copy, if there is one."""
        self.connection.close()
        if self._copy is not None:
            drop_private_copy(self._copy)
            self._copy = None

    def interrupt(self) -> None:
        """From another thread: have what is being read just now fail."""
        with contextlib.suppress(sqlite3.ProgrammingError):  # it was closed meanwhile
            self.connection.interrupt()

    def settle(self) -> None:
        """Find writing processes that died without a word; note their end here and, if possible, in the database."""
        alone = self._copy is not None or is_private_copy(self.path) or is_recorded_example(self.path)
        news = [
            id
            for (id,) in self.rows("SELECT id FROM _process WHERE ended_at IS NULL")
            if id not in self.dead and (alone or not process_is_alive(self.path, id))
        ]
        if news:
            self.dead.update(news)
            if not alone:
                note_deaths(self.path, news)

    # -- look-ups ---------------------------------------------------------------------------------

    def key(self, name: str) -> int:
        """Return the physical id of a run given by id, unique prefix or `last`. Raises `UsageError`."""
        if name == "last":
            row = self.one(f"SELECT r.id FROM _run r ORDER BY {NEWEST_FIRST} LIMIT 1", time.time_ns())
            if row is None:
                raise UsageError("No run is recorded yet.", where=str(self.path), hint="Run a graph first.")
            return int(row[0])
        for start in dict.fromkeys((name, name.upper())) if name else ():
            rows = self.rows(
                "SELECT id, run FROM _run WHERE run >= ?1 AND run < ?1 || char(1114111) ORDER BY run LIMIT 4", (start,)
            )
            if len(rows) == 1 or (rows and rows[0][1] == start):
                return int(rows[0][0])
            if rows:
                shown = ", ".join(row[1] for row in rows[:3]) + (" …" if len(rows) > 3 else "")
                raise UsageError(f"{name!r} is the beginning of several runs: {shown}.", hint="Give more of the id.")
        raise UsageError(
            f"There is no run {name!r}.", where=str(self.path), hint="`studio runs` lists them; `last` is the newest."
        )

    def path_id(self, base: int, node: str) -> int:
        """Return the physical id of a node path in a run. Raises `UsageError` if the run has no such node."""
        row = self.one("SELECT id FROM _path WHERE id BETWEEN ? AND ? AND path = ?", base, base + ID_MASK, node)
        if row is None:
            raise UsageError(f"The run has no node `{node}`.", where=str(self.path))
        return int(row[0])

    def undecided(self, key: int) -> str:
        """Return how a firing without a decision reads in this run: running or interrupted."""
        self.settle()
        row = self.one(
            "SELECT z.status IS NULL AND w.ended_at IS NULL, r.process FROM _run r LEFT JOIN _run_end z ON z.id = r.id"
            " LEFT JOIN _process w ON w.id = r.process WHERE r.id = ?",
            key,
        )
        return "running" if row is not None and row[0] and row[1] not in self.dead else "interrupted"

    # -- payloads ---------------------------------------------------------------------------------

    def messages(self, stored: str) -> list[dict[str, Json]]:
        """Put the messages of a request together again, exactly as they were asked."""
        messages: list[dict[str, Json]] = []
        for one in orjson.loads(stored):
            if isinstance(one, dict):
                messages.append(one)
            elif isinstance(one[0], str):
                messages.append({"role": one[0], "content": self.text(one[1])})
            else:
                messages.append({**one[1], "content": self.text(one[0])})
        return messages

    def text(self, message: int) -> str:
        """Return the text of a stored message. Raises `EnvironmentProblem` if it is missing."""
        row = self.one("SELECT text FROM _message WHERE id = ?", message)
        if row is None:
            raise EnvironmentProblem(f"The message {message} is missing.", where=str(self.path), hint=CHECK_HINT)
        return str(row[0])

    def column(self, stored: str | int | None) -> Json:
        """Decode a JSON column: text or the id of a blob. Raises `EnvironmentProblem` if it is missing or
        damaged."""
        if stored is None:
            return None
        data: Any = stored
        if isinstance(stored, int):
            row = self.one("SELECT unpacked(data, enc, size) FROM _blob WHERE id = ?", stored)
            if row is None:
                raise EnvironmentProblem(f"The value {stored} is missing.", where=str(self.path), hint=CHECK_HINT)
            data = row[0]
        try:
            return decode(data)
        except (ValueError, TypeError) as error:
            raise EnvironmentProblem(
                f"A value in it is damaged: {error}.", where=str(self.path), hint=CHECK_HINT
            ) from error

    # -- rows -------------------------------------------------------------------------------------

    def one(self, query: str, *parameters: Any) -> tuple[Any, ...] | None:
        """Return the first row of a query or None."""
        row: tuple[Any, ...] | None = self.guarded(lambda: self.connection.execute(query, parameters).fetchone())
        return row

    def rows(self, query: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        found: list[tuple[Any, ...]] = self.guarded(lambda: self.connection.execute(query, parameters).fetchall())
        return found

    def stream(self, query: str, first: int, last: int, **named: Any) -> Iterator[tuple[Any, ...]]:
        """Yield rows by id, page by page, so that no transaction stays open and checkpoints can go on.

        The query has the id as first column and takes `:first` and `:last` for it.
        """
        while True:
            page = self.rows(f"{query} ORDER BY 1 LIMIT {PAGE}", {"first": first, "last": last, **named})
            yield from page
            if len(page) < PAGE:
                return
            first = page[-1][0] + 1

    def guarded(self, call: Callable[[], T]) -> T:
        """Return what `call` returns; what the machine refuses becomes an `EnvironmentProblem`."""
        try:
            return call()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            problem = problem_of(error, self.path)
            if problem is None and any(sign in str(error) for sign in _DAMAGE):
                problem = EnvironmentProblem(f"It is damaged: {error}.", where=str(self.path), hint=CHECK_HINT)
            if problem is None:
                raise
            raise problem from error

    def _migrate(self) -> None:
        """Bring an older schema up to date: in the file where it may be written, else in a private copy of it."""
        if self._copy is not None and self.one("SELECT 1 FROM sqlite_master WHERE type = 'trigger'") is not None:
            raise EnvironmentProblem(  # what a stranger wrote would be done, for ever if he likes
                "The tables of the file are not those of a trace of Ganglia Studio.", where=str(self.path)
            )
        self.connection.close()
        writing = None
        if self._copy is None and not is_recorded_example(self.path):
            with contextlib.suppress(EnvironmentProblem):  # it may only be read
                writing = connect_writer(self.path)
        path = self.path
        if writing is None:
            if self._copy is None:
                copied, self._copy = connect_foreign(self.path)
                copied.close()
            path = self._copy / COPY_NAME
            writing = connect_writer(path)
        try:
            make_current(writing, path)
        finally:
            writing.close()
        self.connection = connect_reader(path)
