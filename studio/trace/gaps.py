"""Values and messages that rows name and that are gone: something that says so is put in their place.

Without it no reader could show the rest of a firing or a call. Its hash matches nothing, so that checks go on to find
it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from studio.trace.rows import sum_of_row
from studio.trace.sqlite import sqlite3
from studio.trace.views import RUN_BITS

WHY = "it could not be read in the damaged file"

LOST = f"(lost: {WHY})"
"""What stands for a text that is gone."""

_LOST_VALUE = orjson.dumps({"lost": WHY})
"""What stands for a value that is gone; an object, because most of what stands apart is one."""

_BLOBS = (
    ("_run", "options"), ("_effect", "request"), ("_answer", "response"), ("_store_op", "args"),
    ("_store_op", "result"), ("_alarm", "evidence"), ("_memory_content", "content"), ("_reading", "reading"),
)  # fmt: skip
"""Columns that hold JSON, or the id of a blob."""

_REFERRING = (("_firing", "outputs"), ("_run", "inputs"), ("_run_end", "outputs"))
"""Columns with objects of values in which `$ref` names a blob by its hash."""


def fill_gaps(writing: sqlite3.Connection) -> Counter[int]:
    """Put something in the place of everything that is named and gone; return how much each run (physical id) lacks."""
    lacking: Counter[int] = Counter()
    blobs: set[int] = set()
    messages: set[int] = set()
    rewritten: list[tuple[str, str, int, str]] = []
    for run, id in _missing_blobs(writing):
        lacking[run] += 1
        blobs.add(id)
    for run, one, missing in _missing_references(writing):
        lacking[run] += missing
        rewritten.append(one)
    for run, id in _missing_messages(writing):
        lacking[run] += 1
        messages.add(id)
    writing.execute("BEGIN IMMEDIATE")
    try:
        for id in sorted(blobs):
            _put_blob(writing, id, _no_hash(b"blob", id))
        for table, column, row, values in rewritten:
            _rewrite(writing, table, column, row, values)
        for id in sorted(messages):
            writing.execute("INSERT INTO _message (id, hash, text) VALUES (?, ?, ?)", (id, _no_hash(b"text", id), LOST))
        writing.execute("COMMIT")
    except BaseException:
        writing.execute("ROLLBACK")
        raise
    return lacking


def _no_hash(what: bytes, id: int) -> bytes:
    """Bytes that are no hash of anything: they are too short."""
    return b"lost " + what + id.to_bytes(8, "big", signed=True)


def _put_blob(writing: sqlite3.Connection, id: int, hash: bytes) -> None:
    writing.execute(
        "INSERT INTO _blob (id, hash, type, size, data) VALUES (?, ?, 'application/json', ?, ?)",
        (id, hash, len(_LOST_VALUE), _LOST_VALUE),
    )


def _missing_blobs(writing: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    for table, column in _BLOBS:
        yield from writing.execute(
            f"SELECT {_run_of(table)}, {column} FROM {table} t WHERE typeof({column}) = 'integer'"
            f" AND NOT EXISTS (SELECT 1 FROM _blob b WHERE b.id = t.{column})"
        )


def _missing_references(writing: sqlite3.Connection) -> Iterator[tuple[int, tuple[str, str, int, str], int]]:
    """Yield run, where the values are to be others (table, column, row, values), and how many of them are missing."""
    there = {row[0] for row in writing.execute("SELECT hash FROM _blob")}
    for table, column in _REFERRING:
        query = f"SELECT {_run_of(table)}, id, {column} FROM {table} t WHERE {column} LIKE '%{{\"$ref\"%'"
        for run, id, text in writing.execute(query):
            values = orjson.loads(text)
            gone = [name for name, value in values.items() if _names_missing(value, there)]
            if gone:
                values.update((name, {"lost": WHY}) for name in gone)
                yield run, (table, column, id, orjson.dumps(values).decode()), len(gone)


def _names_missing(value: Any, there: set[bytes]) -> bool:
    if not isinstance(value, dict) or set(value) != {"$ref", "size"}:
        return False
    try:
        return bytes.fromhex(value["$ref"]) not in there
    except (ValueError, TypeError):
        return True  # it names nothing that could be there


def _rewrite(writing: sqlite3.Connection, table: str, column: str, id: int, values: str) -> None:
    """Give a row other values, and the sum that goes with them: a reference whose bytes are gone cannot be kept, as
    readers compare the bytes with it."""
    writing.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (values, id))
    names = [row[1] for row in writing.execute(f"PRAGMA table_info({table})")]
    if "sum" in names:
        row = writing.execute(f"SELECT * FROM {table} WHERE id = ?", (id,)).fetchone()
        writing.execute(f"UPDATE {table} SET sum = ? WHERE id = ?", (sum_of_row(row, names.index("sum")), id))


def _missing_messages(writing: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    there = {row[0] for row in writing.execute("SELECT id FROM _message")}
    for run, reply in writing.execute(f"SELECT id >> {RUN_BITS}, reply FROM _answer WHERE reply IS NOT NULL"):
        if reply not in there:
            yield run, reply
    for run, text in writing.execute(f"SELECT id >> {RUN_BITS}, messages FROM _effect WHERE messages IS NOT NULL"):
        for one in orjson.loads(text):
            for part in one if isinstance(one, list) and len(one) == 2 else ():
                if type(part) is int and part not in there:
                    yield run, part


def _run_of(table: str) -> str:
    return "t.id" if table in ("_run", "_run_end") else f"t.id >> {RUN_BITS}"
