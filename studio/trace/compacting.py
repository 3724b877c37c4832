"""Makes a database smaller: packs the values of old runs, drops values nobody names, gives free pages back.

Messages and replies of models are never packed, so that any SQLite tool can go on reading prompts; rows are not touched
either, so sums and views stay. A value that a newer run names too is left as it is. Packing is done in small
transactions: a kill leaves some values packed and the others not, and the next attempt goes on.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.support.errors import EnvironmentProblem
from studio.support.values import content_hash
from studio.trace.locks import SOLE_WRITER, LockFile
from studio.trace.packing import WORTH_BYTES, ZLIB, packed, unpacked
from studio.trace.schema import make_current
from studio.trace.sqlite import connect_writer, prepare_for_writing, problem_of, sqlite3, sqlite_is_safe
from studio.trace.views import RUN_BITS

BATCH = 200
"""Values packed per transaction."""

_HASH = re.compile(r"[0-9a-f]{40}")

Told = Callable[[int, int], None]
"""Hears how many values are done, of how many."""


@dataclass(slots=True)
class CompactReport:
    """What was done, or would be. Sizes are bytes."""

    runs: int = 0
    """Runs older than asked."""
    packed: int = 0
    packed_from: int = 0
    packed_to: int = 0
    removed: int = 0
    """Values that no run names."""
    removed_bytes: int = 0
    before: int = 0
    """The file with its log, before."""
    after: int = 0
    """And after; an estimate where nothing was done."""


def compact(db: Path, *, older_than_s: float, dry: bool = False, told: Told | None = None) -> CompactReport:
    """Pack the values of runs that started longer ago than `older_than_s` seconds, and shrink the file.

    `dry` reports what that would save and changes nothing. Not while this or another process records a run, nor while
    this process keeps its writer for the file (`close_writer`). Raises `EnvironmentProblem` then, and if the file
    cannot be read or written.
    """
    report = CompactReport()
    with _alone(db) as connection:
        report.before = _size(db)
        newest = time.time_ns() - int(older_than_s * 1e9)
        old = {row[0] for row in connection.execute("SELECT id FROM _run WHERE started_at < ?", (newest,))}
        report.runs = len(old)
        # A writer that starts meanwhile may name a value which nobody named: it waits until those are gone.
        connection.execute("BEGIN IMMEDIATE")
        by_old, by_new = _named(connection, old)
        _remove(connection, by_old | by_new, report, dry)
        connection.execute("COMMIT")
        _pack(connection, sorted(by_old - by_new), report, dry, told)
        if dry:
            report.after = _estimate(connection, report)
            return report
        connection.execute("INSERT INTO prompt_search(prompt_search) VALUES ('optimize')")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        report.after = _size(db)
    return report


def _size(db: Path) -> int:
    return sum(path.stat().st_size for path in (db, db.with_name(db.name + "-wal")) if path.exists())


def _estimate(connection: sqlite3.Connection, report: CompactReport) -> int:
    facts = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count")]
    page = int(connection.execute("PRAGMA page_size").fetchone()[0])
    used = (int(facts[0]) - int(facts[1])) * page
    return max(page, used - (report.packed_from - report.packed_to) - report.removed_bytes)


# -- who names which value ------------------------------------------------------------------------

_OF_NO_RUN = ("_process", "_flaw", "_graph_version", "_message", "control")
"""Tables whose rows belong to no run, or to several: what they name is kept as it is."""

_SILENT = ("_blob", "_sqlite_migrations", "_message_use")


def _named(connection: sqlite3.Connection, old: set[int]) -> tuple[set[int], set[int]]:
    """Return the ids of values that old runs name and of those that others name.

    A value is named by its hash anywhere in a text, or by its id in a column without a type. Both are looked for in
    every table, so that a table which a later version adds is not forgotten; too much found is only kept.
    """
    ids = {hash.hex(): id for id, hash in connection.execute("SELECT id, hash FROM _blob")}
    known = set(ids.values())
    by_old: set[int] = set()
    by_new: set[int] = set()
    for table, owner, columns in _places(connection):
        worth = " OR ".join(f"typeof({one}) = 'integer' OR length({one}) >= 40" for one in columns)
        for run, *values in connection.execute(f"SELECT {owner}, {', '.join(columns)} FROM {table} WHERE {worth}"):
            names = by_old if run in old else by_new
            for value in values:
                if isinstance(value, str):
                    names.update(ids[hash] for hash in _HASH.findall(value) if hash in ids)
                elif value in known:
                    names.add(value)
    for names in (by_old, by_new):
        _follow(connection, names, ids)
    return by_old, by_new


def _places(connection: sqlite3.Connection) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each table with the SQL that tells a row's run, and its columns that may name values."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'prompt\\_search%' ESCAPE '\\'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    ).fetchall()
    for (table,) in tables:
        if table in _SILENT:
            continue
        typed = [(row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({table})")]
        columns = [f'"{name}"' for name, type in typed if type in ("", "TEXT")]
        if not columns:
            continue
        owner = "id" if table in ("_run", "_run_end") else "0" if table in _OF_NO_RUN else f"id >> {RUN_BITS}"
        yield table, owner, columns


def _follow(connection: sqlite3.Connection, names: set[int], ids: dict[str, int]) -> None:
    """Add what named values name in turn (a picture within an answer)."""
    waiting = list(names)
    while waiting:
        row = connection.execute("SELECT type, data, enc, size FROM _blob WHERE id = ?", (waiting.pop(),)).fetchone()
        if row is None or row[0] != "json":
            continue
        data = unpacked(*row[1:])
        text = data.decode(errors="replace") if isinstance(data, bytes) else data or ""
        found = {ids[hash] for hash in _HASH.findall(text) if hash in ids} - names
        names |= found
        waiting += found


# -- packing and removing -------------------------------------------------------------------------


def _remove(connection: sqlite3.Connection, named: set[int], report: CompactReport, dry: bool) -> None:
    for id, size in connection.execute("SELECT id, length(data) FROM _blob").fetchall():
        if id not in named:
            report.removed += 1
            report.removed_bytes += size or 0
            if not dry:
                connection.execute("DELETE FROM _blob WHERE id = ?", (id,))


def _pack(
    connection: sqlite3.Connection, wanted: list[int], report: CompactReport, dry: bool, told: Told | None
) -> None:
    for at in range(0, len(wanted), BATCH):
        if told is not None:
            told(at, len(wanted))
        ids = wanted[at : at + BATCH]
        rows = connection.execute(
            f"SELECT id, hash, data FROM _blob WHERE enc IS NULL AND size >= {WORTH_BYTES}"
            f" AND id IN ({', '.join('?' * len(ids))})",
            ids,
        ).fetchall()
        done = []
        for id, hash, data in rows:
            plain = data.encode() if isinstance(data, str) else data
            if not isinstance(plain, bytes) or content_hash(plain) != hash:
                continue  # damaged: left for the check to find
            small = packed(plain)
            if small is None:
                continue
            report.packed += 1
            report.packed_from += len(plain)
            report.packed_to += len(small)
            done.append((small, ZLIB, id))
        if done and not dry:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("UPDATE _blob SET data = ?, enc = ? WHERE id = ?", done)
            connection.execute("COMMIT")
    if told is not None:
        told(len(wanted), len(wanted))


@contextmanager
def _alone(db: Path) -> Iterator[sqlite3.Connection]:
    """Open the database for writing while nobody records a run in it."""
    if not db.exists():
        raise EnvironmentProblem(
            "There is no such trace database.", where=str(db), hint="Run a graph first, or give the file with --db."
        )
    prepare_for_writing(db)
    lock = LockFile.of(db)
    busy = EnvironmentProblem(
        "A run is being recorded in the database, or may be at any moment.",
        where=str(db),
        hint="Compact it when no run is going on.",
    )
    if lock is None:
        raise busy
    alone = not sqlite_is_safe()
    try:
        if alone and not lock.hold(SOLE_WRITER):
            raise busy
        connection = connect_writer(db)
        try:
            make_current(connection, db)
            living = connection.execute("SELECT id FROM _process WHERE ended_at IS NULL").fetchall()
            if any(lock.is_held(id) for (id,) in living):
                raise busy
            yield connection
        except sqlite3.Error as error:
            raise problem_of(error, db) or error from error
        finally:
            connection.close()  # rolls back what was begun
            if alone:
                lock.release(SOLE_WRITER)
    finally:
        lock.close()
