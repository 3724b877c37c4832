"""Notes the end of writing processes that were killed and could not say goodbye."""

from __future__ import annotations

import time
from pathlib import Path

from studio.support.errors import EnvironmentProblem
from studio.trace.locks import SOLE_WRITER, LockFile
from studio.trace.sqlite import connect_writer, problem_of, sqlite3, sqlite_is_safe

PATIENCE_MS = 100
"""A reader does not wait long for a writer; the next one tries again."""


def note_deaths(path: Path, processes: list[int]) -> None:
    """Write down that these processes ended, so that every tool reads their runs as interrupted.

    Nothing happens where the file may only be read, or where an old SQLite allows no second writer: the reader
    that asked knows it anyway.
    """
    lock = LockFile.of(path)
    if lock is None:
        return
    try:
        if sqlite_is_safe():
            _write(path, processes)
        elif lock.hold(SOLE_WRITER):
            try:
                _write(path, processes)
            finally:
                lock.release(SOLE_WRITER)
    finally:
        lock.close()


def _write(path: Path, processes: list[int]) -> None:
    try:
        connection = connect_writer(path)
    except EnvironmentProblem:
        return
    try:
        connection.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "UPDATE _process SET ended_at = ? WHERE id = ? AND ended_at IS NULL",
            [(time.time_ns(), process) for process in processes],
        )
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if problem_of(error, path) is None:
            raise
    finally:
        connection.close()
