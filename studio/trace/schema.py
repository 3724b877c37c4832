"""Opens a trace's schema cheaply: one number tells whether the database is ours, current, old or too new."""

from __future__ import annotations

from pathlib import Path

from studio.support.errors import EnvironmentProblem
from studio.trace.sqlite import problem_of, sqlite3

VERSION = 8
"""How many migrations an up-to-date database has seen (`PRAGMA user_version`)."""

APPLICATION_ID = 0x47534442
"""Marks a SQLite file as a trace of ours (`PRAGMA application_id`, the letters GSDB)."""


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema version, 0 for an empty database.

    Raises `EnvironmentProblem` if the file is another program's database or was written by a newer studio.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if application != APPLICATION_ID:
        if version or connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            raise EnvironmentProblem(
                "The file is a SQLite database, but no trace of Ganglia Studio.",
                where=str(path),
                hint="Give another file with --db.",
            )
        return 0
    if version > VERSION:
        raise EnvironmentProblem(
            f"The trace was written by a newer Ganglia Studio (schema {version}, this one knows {VERSION}).",
            where=str(path),
            hint="Update Ganglia Studio, or give another file with --db.",
        )
    return version


def make_current(connection: sqlite3.Connection, path: Path) -> None:
    """Create or migrate the schema if needed; an up-to-date database costs two pragmas and no import."""
    try:
        if version_of(connection, path) == VERSION:
            return
        from studio.trace.migrations import migrate

        migrate(connection, path)
    except sqlite3.Error as error:
        raise problem_of(error, path) or error from error


def require_current(connection: sqlite3.Connection, path: Path) -> None:
    """Check before reading. Raises `EnvironmentProblem` if the schema is not the current one."""
    try:
        version = version_of(connection, path)
    except sqlite3.Error as error:
        raise problem_of(error, path) or error from error
    if version == 0:
        raise EnvironmentProblem(
            "The database is empty: no run was recorded in it.", where=str(path), hint="Run a graph first."
        )
    if version < VERSION:
        raise EnvironmentProblem(
            f"The trace has the older schema {version} (this studio reads {VERSION}) and may only be read.",
            where=str(path),
            hint="Copy it to a place where it may be written and open the copy: it is then migrated.",
        )
