"""Checks a trace: row sums, content hashes, references, counts. SQLite's checks find fewer than half of bit flips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from studio.support.values import content_hash
from studio.trace.admissible import MOST_RUNS, first_bad_row
from studio.trace.rows import sum_of_row
from studio.trace.sqlite import sqlite3
from studio.trace.views import ID_MASK, RUN_BITS

MOST = 1000
"""Findings reported at most."""

HASH_DIGITS = 40
"""Of a content hash as text; a graph recorded under another name has none."""

_SUMMED = ("_firing", "_effect", "_answer", "_store_op")
_WITH_LATER = ("_firing", "_answer", "_store_op")
"""Tables with one column after their sum, added by a migration."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong. `run` is empty if it concerns the file or values that several runs share."""

    run: str
    what: str


def findings(connection: sqlite3.Connection, run: int | None) -> list[Finding]:
    """Return what is wrong with one run (its physical id) or with the whole file; nothing wrong: an empty list."""
    found: list[Finding] = []
    try:
        for finding in _search(connection, run):
            found.append(finding)
            if len(found) >= MOST:
                found.append(Finding("", f"and more: the search ended after {MOST} findings"))
                break
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # names of tables and columns are texts too
        found.append(Finding("", f"the file is damaged: {error}"))
    return found


def _search(connection: sqlite3.Connection, only: int | None) -> Iterator[Finding]:
    if only is None:
        for row in connection.execute("PRAGMA integrity_check"):
            if row[0] != "ok":
                yield Finding("", f"SQLite says: {row[0]}")
        yield from _payloads(connection)
    for key, name, expected in _runs(connection, only):
        bad = first_bad_row(connection, key)
        if bad is not None:
            yield Finding(str(name), f"{bad} holds what does not belong there")
        if not 0 < key <= MOST_RUNS:
            continue  # no row of anything could be its
        yield from _rows(connection, key, name)
        yield from _links(connection, key, name)
        if expected is not None:
            counted = tuple(_count(connection, table, key) for table in ("_firing", "_effect", "_store_op"))
            if counted != expected:
                yield Finding(
                    name,
                    f"the footer counts {expected[0]} firings, {expected[1]} effects and {expected[2]} store"
                    f" operations, the file holds {counted[0]}, {counted[1]} and {counted[2]}",
                )


def _runs(connection: sqlite3.Connection, only: int | None) -> list[tuple[int, str, tuple[int, int, int] | None]]:
    rows = connection.execute(
        "SELECT r.id, r.run, z.firings, z.effects, z.store_ops FROM _run r LEFT JOIN _run_end z ON z.id = r.id"
        " WHERE ?1 IS NULL OR r.id = ?1",
        (only,),
    )
    return [(row[0], row[1], None if row[2] is None else (row[2], row[3], row[4])) for row in rows]


def _payloads(connection: sqlite3.Connection) -> Iterator[Finding]:
    for hash, data in connection.execute("SELECT hash, unpacked(data, enc, size) FROM _blob"):
        raw = data.encode() if isinstance(data, str) else data
        if not isinstance(raw, bytes) or content_hash(raw) != hash:
            name = hash.hex() if isinstance(hash, bytes) else str(hash)
            yield Finding("", f"the value {name} does not match its hash")
    # Read as bytes: flipped bits need not be UTF-8 any more.
    for id, hash, text in connection.execute("SELECT id, hash, CAST(text AS BLOB) FROM _message"):
        if not isinstance(text, bytes) or content_hash(text) != hash:
            yield Finding("", f"the message {id} does not match its hash")

    for hash, text in connection.execute("SELECT hash, CAST(text AS BLOB) FROM _graph_version"):
        if len(str(hash)) == HASH_DIGITS and (not isinstance(text, bytes) or content_hash(text).hex() != hash):
            yield Finding("", f"the graph {hash} does not match its hash")


def _rows(connection: sqlite3.Connection, key: int, name: str) -> Iterator[Finding]:
    base = key << RUN_BITS
    for table in _SUMMED:
        for row in _readable(connection, table, base):
            if isinstance(row, Finding):
                yield Finding(name, row.what)
                continue
            if not _has_its_sum(row, len(row) - (2 if table in _WITH_LATER else 1)):
                yield Finding(name, f"row {row[0] & ID_MASK} of {table} does not match its sum")


def _has_its_sum(row: Sequence[Any], place: int) -> bool:
    try:
        return bool(sum_of_row(row, place) == row[place])
    except TypeError:  # bytes where a text was
        return False


def _readable(connection: sqlite3.Connection, table: str, base: int) -> Iterator[Any]:
    """Yield rows; text that is no UTF-8 any more is a finding and not the end."""
    ids = connection.execute(f"SELECT id FROM {table} WHERE id BETWEEN ? AND ?", (base, base + ID_MASK))
    for (id,) in ids:
        try:
            row = connection.execute(f"SELECT * FROM {table} WHERE id = ?", (id,)).fetchone()
        except sqlite3.OperationalError as error:
            yield Finding("", f"row {id & ID_MASK} of {table} cannot be read: {error}")
            continue
        yield Finding("", f"row {id & ID_MASK} of {table} is listed but missing") if row is None else row


def _links(connection: sqlite3.Connection, key: int, name: str) -> Iterator[Finding]:
    span = (key << RUN_BITS, (key << RUN_BITS) + ID_MASK)
    for what, query in _LINKS:
        for row in connection.execute(query, span):
            yield Finding(name, what.format(row[0] & ID_MASK))
    for id, text in connection.execute(
        "SELECT id, CAST(outputs AS BLOB) FROM _firing WHERE id BETWEEN ? AND ? AND outputs LIKE '%{\"$ref\"%'", span
    ):
        try:
            values = orjson.loads(text)
            named = [(port, bytes.fromhex(value["$ref"])) for port, value in values.items() if _is_reference(value)]
        except (ValueError, TypeError, AttributeError):
            continue  # its sum is wrong too and was reported
        for port, digest in named:
            if connection.execute("SELECT 1 FROM _blob WHERE hash = ?", (digest,)).fetchone() is None:
                yield Finding(name, f"output `{port}` of firing {id & ID_MASK} is missing")


def _is_reference(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"$ref", "size"}


def _count(connection: sqlite3.Connection, table: str, key: int) -> int:
    base = key << RUN_BITS
    row = connection.execute(f"SELECT count(*) FROM {table} WHERE id BETWEEN ? AND ?", (base, base + ID_MASK))
    return int(row.fetchone()[0])


_LINKS = (
    (
        "firing {} has no node path",
        "SELECT f.id FROM _firing f WHERE f.id BETWEEN ? AND ? AND NOT EXISTS (SELECT 1 FROM _path WHERE id = f.path)",
    ),
    (
        "answer {} belongs to no effect",
        "SELECT a.id FROM _answer a WHERE a.id BETWEEN ? AND ? AND NOT EXISTS (SELECT 1 FROM _effect WHERE id = a.id)",
    ),
    (
        "effect {} belongs to no firing",
        # Firing 0 is the run itself.
        "SELECT e.id FROM _effect e WHERE e.id BETWEEN ? AND ? AND (e.firing & 4294967295) <> 0 AND NOT EXISTS"
        " (SELECT 1 FROM _firing WHERE id = e.firing) AND NOT EXISTS (SELECT 1 FROM _open WHERE id = e.firing)",
    ),
)
