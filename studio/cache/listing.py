"""What `studio cache` shows of the file, and how it is emptied. Reading never makes a file."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from studio.cache.file import delete_files, open_file, told
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.values import Json, decode
from studio.trace import sqlite

FIRING = "firing"
"""The kind of entries that are outputs of nodes; all others are answers of models."""


class Group(NamedTuple):
    """Entries of one kind and name: how many, their bytes, how often they were used, and what that saved.

    `cost_usd` is None where a price is not known. Times in seconds since 1970.
    """

    kind: str
    name: str
    entries: int
    bytes: int
    hits: int
    tokens: int
    cost_usd: float | None
    seconds: float
    made: float
    used: float


class Found(NamedTuple):
    """One entry. `request` is what was asked, cleaned of secrets and cut where it was long; text if it was cut."""

    key: str
    kind: str
    name: str
    made: float
    used: float
    hits: int
    seconds: float
    tokens: int
    cost_usd: float | None
    bytes: int
    request: Json
    response: Json


def groups(path: Path) -> list[Group]:
    """Return what the file holds, most used first. Raises `EnvironmentProblem` if it cannot be read."""
    rows = _read(
        path,
        "SELECT kind, name, count(*), sum(length(request) + length(response)), sum(hits), sum(hits * tokens),"
        " CASE WHEN sum(hits > 0 AND cost_usd IS NULL) THEN NULL ELSE coalesce(sum(hits * cost_usd), 0.0) END,"
        " sum(hits * duration) / 1e9, min(made) / 1e9, max(used) / 1e9"
        " FROM entry GROUP BY kind, name ORDER BY sum(hits) DESC, kind, name",
    )
    return [Group(*row) for row in rows]


def find(path: Path, key: str) -> Found:
    """Return the entry whose key begins like this, the last used one for "". Raises `UsageError` if it is not one."""
    rows = _read(
        path,
        "SELECT key, kind, name, made / 1e9, used / 1e9, hits, duration / 1e9, tokens, cost_usd,"
        " length(request) + length(response), request, response"
        f" FROM entry WHERE key GLOB ? ORDER BY used DESC, id DESC LIMIT {2 if key else 1}",
        (f"{key}*",),
    )
    if not rows or not all(sign in "0123456789abcdef" for sign in key):
        raise UsageError(
            f"Nothing is kept under the key `{key}`." if key else "The cache is empty.",
            hint="`studio cache show --last` shows the entry that was used last.",
        )
    if len(rows) > 1:
        raise UsageError(f"Several keys begin with `{key}`.", hint="Give more of it.")
    found = Found(*rows[0])
    return found._replace(request=_value(found.request), response=_value(found.response))


def clear(
    path: Path, usual: Path, *, unused_s: float | None = None, models: Sequence[str] = (), nodes: Sequence[str] = ()
) -> int:
    """Drop entries and return how many: all, or those not used for `unused_s` seconds; of these models and node types.

    A damaged file is deleted if all is to go, and counts as one entry. `usual` is where the cache is if no setting says
    otherwise. Raises `EnvironmentProblem` or `UsageError`.
    """
    if not path.exists():
        return 0
    everything = unused_s is None and not models and not nodes
    try:
        with closing(open_file(path)) as connection:
            count = _drop(connection, unused_s, models, nodes)
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return count
    except sqlite.sqlite3.Error as error:
        problem = told(error, path)
    except EnvironmentProblem as raised:
        problem = raised
    if not (everything and _is_damaged(problem)):
        raise problem
    delete_files(path, usual)
    return 1


def _drop(connection: Any, unused_s: float | None, models: Sequence[str], nodes: Sequence[str]) -> int:
    conditions: list[str] = []
    values: list[Any] = []
    if unused_s is not None:
        conditions.append("used < ?")
        values.append(time.time_ns() - int(unused_s * 1e9))
    if models or nodes:
        places = [",".join("?" * len(names)) for names in (models, nodes)]
        conditions.append(
            f"((kind <> '{FIRING}' AND name IN ({places[0]})) OR (kind = '{FIRING}' AND name IN ({places[1]})))"
        )
        values += [*models, *nodes]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return int(connection.execute(f"DELETE FROM entry{where}", values).rowcount)


def _is_damaged(problem: EnvironmentProblem) -> bool:
    cause = problem.__cause__
    codes = (sqlite.sqlite3.SQLITE_CORRUPT, sqlite.sqlite3.SQLITE_NOTADB)
    return cause is not None and sqlite.primary_code(cause) in codes


def _read(path: Path, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    if not path.exists():
        return []
    try:
        with closing(open_file(path)) as connection:
            found: list[tuple[Any, ...]] = connection.execute(query, values).fetchall()
    except sqlite.sqlite3.Error as error:
        raise told(error, path) from error
    return found


def _value(data: bytes) -> Json:
    """The value of stored bytes, or their text if that is no whole JSON."""
    try:
        return decode(data)
    except ValueError:
        return data.decode("utf-8", "replace")
