"""Free queries over a trace: read-only, over the public views, bounded in rows and time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from studio.support.errors import UsageError
from studio.support.values import Json
from studio.trace.found import Table
from studio.trace.sqlite import bound_memory, problem_of, sqlite3
from studio.trace.views import VIEWS

SEARCH = "prompt_search"
"""The public full-text table beside the views."""

CONTROL = "control"
"""The public table by which a run that is going is steered (`mailbox`)."""

_STEPS = 2_000
"""Steps of SQLite after which it is looked whether a query may go on; one of them may make a large value."""

MOST_SIGNS = 64_000_000
"""Signs and bytes of an answer, all cells together: the row that goes beyond is the last one."""

_NOWHERE = Path()

_ALLOWED = (
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
)


def ask(
    connection: sqlite3.Connection,
    query: str,
    parameters: tuple[Json, ...],
    *,
    limit: int,
    seconds: float,
    stop: Callable[[], bool] = lambda: False,
) -> Table:
    """Run one query. Raises `UsageError` if it is wrong, not allowed, too slow, too large or stopped; SQLite's error if
    the machine is at fault."""
    until = time.monotonic() + seconds

    def allow(action: int, first: str | None, second: str | None, schema: str | None, view: str | None) -> int:
        if action in _ALLOWED:
            return sqlite3.SQLITE_OK
        # FTS5 asks for its own data version; nothing else needs a pragma.
        if action == sqlite3.SQLITE_PRAGMA and first == "data_version":
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    # Older SQLites ask the authorizer while they load a virtual table: load it before.
    connection.execute(f"SELECT 1 FROM {SEARCH} LIMIT 0")
    bound_memory(connection)
    connection.set_authorizer(allow)
    connection.set_progress_handler(lambda: int(time.monotonic() > until or stop()), _STEPS)
    try:
        cursor = connection.execute(query, parameters)
        if cursor.description is None:
            raise UsageError("The query gives no rows.", hint="Only SELECT is possible.")
        columns = tuple(column[0] for column in cursor.description)
        rows, more = _fetched(cursor, limit)
        cursor.close()
    except MemoryError as error:
        raise UsageError(
            "The query takes too much memory.", hint="Ask for one run: `WHERE run = '…'`, or for less of each text."
        ) from error
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:  # a ValueError is a null character in the query
        if "interrupt" in str(error) and stop():
            raise UsageError("The query was stopped.") from error
        if time.monotonic() > until and "interrupt" in str(error):
            raise UsageError(
                f"The query took longer than {seconds:g} s.", hint="Ask for one run: `WHERE run = '…'`."
            ) from error
        if any(word in str(error) for word in ("not authorized", "authorization denied", "prohibited")):
            raise UsageError("The query does more than read this trace.", hint="Only SELECT is possible.") from error
        if problem_of(error, _NOWHERE) is not None:
            raise
        raise UsageError(
            f"The query is wrong: {error}.", hint=f"There are {', '.join((*VIEWS, SEARCH, CONTROL))}."
        ) from error
    finally:
        connection.set_authorizer(None)
        connection.set_progress_handler(None, 0)
    return Table(columns, rows, more)


def _fetched(cursor: sqlite3.Cursor, limit: int) -> tuple[list[tuple[Json, ...]], bool]:
    """The first rows, and whether there may be more."""
    rows: list[tuple[Json, ...]] = []
    signs = 0
    for row in cursor:
        if len(rows) == limit or signs > MOST_SIGNS:
            return rows, True
        rows.append(row)
        signs += sum(len(cell) for cell in row if isinstance(cell, str | bytes))
    return rows, False


def public_schema(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the columns of each public view and of the two public tables."""
    from sqlite_utils import Database

    database = Database(connection, execute_plugins=False)
    names = [*database.view_names(), SEARCH, CONTROL]
    return {name: list(database[name].columns_dict) for name in names}
