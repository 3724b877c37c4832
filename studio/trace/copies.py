"""Seals a database into one small file without side files, such as the recorded runs that ship with examples."""

from __future__ import annotations

import os
import time
from pathlib import Path

from studio.support.errors import EnvironmentProblem
from studio.trace.reader import Reader
from studio.trace.search import index_some
from studio.trace.sqlite import connect_copy, problem_of, sqlite3


def picture(db: Path, target: Path) -> None:
    """Write the database as it stands at this moment to `target`, which must not be there; `db` may be in use, here
    and elsewhere. Raises `EnvironmentProblem`."""
    reader = Reader(db)
    try:
        reader.connection.execute("PRAGMA query_only=0")  # the database itself stays `mode=ro`
        reader.connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise problem_of(error, target) or error from error
    finally:
        reader.close()


def seal(db: Path, target: Path) -> None:
    """Write a compact copy of `db` to `target`, atomically: all runs, searchable, no log beside it.

    Copying the file alone would lose what still stands in its log. Raises `EnvironmentProblem`.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        picture(db, temporary)
        copy = connect_copy(temporary)
        try:
            while index_some(copy):
                pass
            copy.execute("UPDATE _process SET ended_at = ? WHERE ended_at IS NULL", (time.time_ns(),))
            copy.execute("INSERT INTO prompt_search(prompt_search) VALUES ('optimize')")
            copy.execute("VACUUM")
        finally:
            copy.close()
        temporary.replace(target)
    except sqlite3.Error as error:
        raise problem_of(error, target) or error from error
    except OSError as error:
        raise EnvironmentProblem(f"The copy cannot be written: {error.strerror}.", where=str(target)) from error
    finally:
        temporary.unlink(missing_ok=True)
