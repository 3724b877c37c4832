"""The `control` table: orders from other processes to a run that is going, and its answers.

The run's process reads it in a thread of its own, so that neither its event loop nor the writer of the trace wait for
it. Looking costs one pragma while nobody has written to the file, else one look into an index of what waits.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from studio.support.errors import EnvironmentProblem
from studio.trace.schema import require_current
from studio.trace.sqlite import connect_reader, connect_writer, problem_of, sqlite3, sqlite_is_safe

AT_MOST = 100
"""Orders taken at one look; more wait for the next."""

LONGEST = 1 << 20
"""Characters of an order; what is longer is cut off, and so is none."""

ASK_EVERY_S = 0.02
"""Time between two looks for an answer."""

Order = tuple[int, Any]
"""Number and text of an order; what a stranger wrote may be of any type."""


class Mailbox:
    """The orders to one run, as its own process sees them. For one thread. Raises `EnvironmentProblem`."""

    def __init__(self, path: Path, run: str) -> None:
        self.path = path
        self.run = run
        self._version = -1
        self._connection = connect_reader(path)

    def take(self) -> list[Order]:
        """Return what waits, oldest first."""
        try:
            version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            if version == self._version:
                return []
            found = self._connection.execute(
                "SELECT id, CASE typeof(command) WHEN 'text' THEN substr(command, 1, ?) END FROM control"
                " WHERE run = ? AND taken_at IS NULL ORDER BY id LIMIT ?",
                (LONGEST, self.run, AT_MOST),
            ).fetchall()
        except sqlite3.Error as error:
            raise problem_of(error, self.path) or error from error
        if len(found) < AT_MOST:
            self._version = version
        return [(int(id), text) for id, text in found]

    def answer(self, answers: list[tuple[int, str]]) -> None:
        """Note that orders were taken, and what came of them."""
        connection = connect_writer(self.path)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "UPDATE control SET taken_at = ?, answer = ? WHERE id = ?",
                [(time.time(), text, id) for id, text in answers],
            )
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise problem_of(error, self.path) or error from error
        finally:
            connection.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def may_be_steered() -> bool:
    """True if this SQLite lets another process write into the file of a run that is going."""
    return sqlite_is_safe()


def post(path: Path, run: str, command: str) -> int:
    """Write an order to a run, known by its whole id, and return the order's number. Raises `EnvironmentProblem`."""
    if not may_be_steered():
        raise EnvironmentProblem(
            f"SQLite {sqlite3.sqlite_version} is too old for two processes to write one file, so a run can only be "
            "steered from its own terminal.",
            where=str(path),
            hint="Install pysqlite3.",
        )
    connection = connect_writer(path)
    try:
        require_current(connection, path)
        made = connection.execute("INSERT INTO control (run, command) VALUES (?, ?)", (run, command))
        assert made.lastrowid is not None
        return made.lastrowid
    except sqlite3.Error as error:
        raise problem_of(error, path) or error from error
    finally:
        connection.close()


def wait_for_answer(path: Path, id: int, within_s: float) -> str | None:
    """Return the answer to an order, None if none came within that time. Raises `EnvironmentProblem`."""
    until = time.monotonic() + within_s
    connection = connect_reader(path)
    try:
        while True:
            row = connection.execute("SELECT answer FROM control WHERE id = ? AND taken_at IS NOT NULL", (id,))
            found = row.fetchone()
            if found is not None:
                return str(found[0])
            if time.monotonic() > until:
                return None
            time.sleep(ASK_EVERY_S)
    except sqlite3.Error as error:
        raise problem_of(error, path) or error from error
    finally:
        connection.close()
