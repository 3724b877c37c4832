"""The cache's file: one SQLite table of entries, and how it is opened, cleaned of what is too much, and emptied.

It may be deleted at any time, by anyone; several processes may use it at once.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from studio.support.errors import EnvironmentProblem, UsageError
from studio.trace import sqlite

APPLICATION = 0x67616E63
"""Marks the file as ours (`application_id`): no other file is written to or deleted."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,           -- chat, complete, embed, firing
  name TEXT NOT NULL,           -- of the model or the node type
  made INTEGER NOT NULL,        -- nanoseconds since 1970
  used INTEGER NOT NULL,
  hits INTEGER NOT NULL,
  duration INTEGER NOT NULL,    -- nanoseconds it took to get it
  tokens INTEGER NOT NULL,
  cost_usd REAL,                -- NULL: not known
  facts BLOB NOT NULL,
  request BLOB NOT NULL,        -- to be shown; cleaned of secrets
  response BLOB NOT NULL,
  sum BLOB NOT NULL             -- over key, facts and response
);
CREATE INDEX IF NOT EXISTS entry_used ON entry (used);
"""

ROOM = 0.9
"""How full the file is, at most, after something was dropped: not every entry shall push out another one."""


def open_file(path: Path) -> Any:
    """Open the file, made if need be. Raises `EnvironmentProblem`, also where it is another program's."""
    try:
        connection = sqlite.connect_cache(path)
    except (EnvironmentProblem, sqlite.sqlite3.Error) as error:
        cause = error.__cause__ if isinstance(error.__cause__, sqlite.sqlite3.Error) else error
        raise told(cause, path) from cause
    try:
        mark = connection.execute("PRAGMA application_id").fetchone()[0]
        if mark != APPLICATION:
            if mark or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise EnvironmentProblem(
                    "This database is no cache.", where=str(path), hint="Name another file with the setting cache.file."
                )
            connection.execute(f"PRAGMA application_id={APPLICATION}")
        connection.executescript(_SCHEMA)
    except sqlite.sqlite3.Error as error:
        connection.close()
        raise told(error, path) from error
    except BaseException:
        connection.close()
        raise
    return connection


def told(error: BaseException, path: Path) -> EnvironmentProblem:
    """Return what is wrong with the cache as a sentence with the next step."""
    code = sqlite.primary_code(error)
    another = "Mend that, or name another file with the setting cache.file."
    message, hint = f"The file cannot be used ({error}).", another
    if code in (sqlite.sqlite3.SQLITE_CORRUPT, sqlite.sqlite3.SQLITE_NOTADB):
        message, hint = "The file is damaged.", "`studio cache clear` makes a new one."
    elif code == sqlite.sqlite3.SQLITE_FULL:
        message, hint = "The disk is full.", "`studio cache clear` frees what the cache takes."
    elif isinstance(error, EnvironmentProblem):
        message = error.message
    elif (problem := sqlite.problem_of(error, path)) is not None:
        message = problem.message
    return EnvironmentProblem(message, where=str(path), hint=hint)


def taken_bytes(connection: Any) -> int:
    """Return how much of the file is in use."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def drop_oldest(connection: Any, limit: int) -> int:
    """Inside a transaction: drop what was not used for longest until the file is within `limit` bytes; how many."""
    if taken_bytes(connection) <= limit:
        return 0
    dropped = 0
    while (taken := taken_bytes(connection)) > limit * ROOM:
        entries = connection.execute("SELECT count(*) FROM entry").fetchone()[0]
        if not entries:
            break
        share = math.ceil(entries * (taken - limit * ROOM) / taken)
        dropped += connection.execute(
            "DELETE FROM entry WHERE id IN (SELECT id FROM entry ORDER BY used, id LIMIT ?)", (share,)
        ).rowcount
    return dropped


def delete_files(path: Path, usual: Path) -> None:
    """Delete a cache that cannot be opened. Raises `UsageError` where nothing shows that the file is a cache.

    `usual` is the file in the person's cache folder: whatever lies there is ours.
    """
    if path != usual:
        raise UsageError(
            "The file is damaged, and nothing shows that it is a cache.",
            where=str(path),
            hint="Delete it by hand if it is.",
        )
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        path.with_name(name).unlink(missing_ok=True)
