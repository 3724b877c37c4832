"""A person's own SQL queries, kept by name in one small TOML file in the data folder.

A file that cannot be read, or holds something else, is told and never written over.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studio.settings.folders import data_folder
from studio.settings.toml_text import dumps
from studio.support.errors import EnvironmentProblem, UsageError

FILE_NAME: Final = "queries.toml"
LARGEST: Final = 4_000_000
"""Bytes of a file that is read."""

LONGEST_NAME: Final = 80
LONGEST_HELP: Final = 500
LONGEST_SQL: Final = 100_000
MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query a person has kept."""

    name: str
    sql: str
    help: str = ""


class SavedQueries:
    """The queries of one file. Each call reads it anew: another window may have written.

    All methods raise UsageError for a file that holds no queries, EnvironmentProblem for one that cannot be read or
    written; the file is left as it is then.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """The file, which need not be there."""
        return self._path or data_folder() / FILE_NAME

    def all(self) -> list[SavedQuery]:
        """Return the queries by name."""
        return sorted(read_queries(self.path), key=lambda one: one.name.casefold())

    def save(self, query: SavedQuery, *, replace: bool = False) -> None:
        """Keep a query. One of the same name is only replaced if that is said."""
        query = _checked(query)
        known = {one.name: one for one in self.all()}
        if query.name in known and not replace:
            raise UsageError(f"There is a query {query.name!r} already.", hint="Choose another name, or replace it.")
        if len(known) >= MOST and query.name not in known:
            raise UsageError(f"There are {MOST} queries already.", hint="Delete some first.")
        known[query.name] = query
        self._write(known)

    def rename(self, name: str, new: str) -> None:
        """Give a query another name."""
        known = {one.name: one for one in self.all()}
        old = _of(known, name)
        made = _checked(SavedQuery(new, old.sql, old.help))
        if made.name != name and made.name in known:
            raise UsageError(f"There is a query {made.name!r} already.", hint="Choose another name.")
        del known[name]
        known[made.name] = made
        self._write(known)

    def delete(self, name: str) -> SavedQuery:
        """Forget a query, and return it."""
        known = {one.name: one for one in self.all()}
        gone = _of(known, name)
        del known[name]
        self._write(known)
        return gone

    def take_in(self, path: Path) -> list[str]:
        """Take in the queries of another such file; names that are taken get a number. Returns the names."""
        known = {one.name: one for one in self.all()}
        same = {(one.sql, one.help) for one in known.values()}
        names = []
        for one in read_queries(path):
            if (one.sql, one.help) in same:
                continue
            name, number = one.name, 2
            while name in known:
                end = f" ({number})"
                name, number = one.name[: LONGEST_NAME - len(end)].rstrip() + end, number + 1
            known[name] = SavedQuery(name, one.sql, one.help)
            names.append(name)
        if len(known) > MOST:
            raise UsageError(f"There would be more than {MOST} queries.", hint="Delete some first.", where=str(path))
        if names:
            self._write(known)
        return names

    def give_out(self, path: Path) -> int:
        """Write all queries into another file, and return how many."""
        known = {one.name: one for one in self.all()}
        _write(path, known)
        return len(known)

    def _write(self, known: Mapping[str, SavedQuery]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(self.path, "written", error) from error
        _write(self.path, known)


def read_queries(path: Path) -> list[SavedQuery]:
    """Return the queries of a file; none if it is not there."""
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError("The file is too large to be one of queries.", where=str(path), hint=_LEFT)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _refused(path, "read", error) from error
    except UnicodeDecodeError as error:
        raise UsageError("The file is no text.", where=str(path), hint=_LEFT) from error
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also numbers of very many digits
        raise UsageError(f"The file of queries is damaged: {error}.", where=str(path), hint=_LEFT) from error
    queries = table.get("query", {})
    if not isinstance(queries, dict) or set(table) - {"query"}:
        raise UsageError("The file holds no queries.", where=str(path), hint=_LEFT)
    return [_read(name, entry, path) for name, entry in queries.items()]


_LEFT = "It is left as it is: mend it or move it away."


def _read(name: str, entry: Any, path: Path) -> SavedQuery:
    if isinstance(entry, dict) and all(isinstance(entry.get(key, ""), str) for key in ("sql", "help")):
        try:
            return _checked(SavedQuery(name, entry.get("sql", ""), entry.get("help", "")))
        except UsageError as error:
            raise UsageError(f"{error.message}", where=str(path), hint=_LEFT) from error
    raise UsageError(f"The query {name[:LONGEST_NAME]!r} in it is none.", where=str(path), hint=_LEFT)


def _checked(query: SavedQuery) -> SavedQuery:
    name = " ".join(query.name.split())
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise UsageError(f"A query needs a name of at most {LONGEST_NAME} signs on one line.")
    if not query.sql.strip():
        raise UsageError(f"The query {name!r} is empty.")
    if len(query.sql) > LONGEST_SQL or len(query.help) > LONGEST_HELP:
        raise UsageError(f"The query {name!r} is too long.", hint=f"{LONGEST_SQL:,} signs are kept.")
    for text in (name, query.sql, query.help):
        try:
            text.encode()
        except UnicodeEncodeError:
            raise UsageError(f"In the query {name!r} is half a character.") from None
    return SavedQuery(name, query.sql, query.help)


def _of(known: Mapping[str, SavedQuery], name: str) -> SavedQuery:
    if name not in known:
        raise UsageError(f"There is no query {name!r} any more.")
    return known[name]


def _write(path: Path, known: Mapping[str, SavedQuery]) -> None:
    table = {one.name: {"help": one.help, "sql": one.sql} for one in known.values()}
    data = dumps({"query": table}).encode()
    if len(data) > LARGEST:  # it could not be read again
        raise UsageError(f"All queries together would be larger than {LARGEST // 1_000_000} MB.", hint="Delete some.")
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{secrets.token_hex(4)}.queries.new")
    try:
        try:
            beside.write_bytes(data)
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _refused(path, "written", error) from error


def _refused(path: Path, what: str, error: OSError) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"The file of queries cannot be {what}: {error.strerror or error}.",
        where=str(path),
        hint="Nothing was changed.",
    )
