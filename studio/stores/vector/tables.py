"""The tables of a project's file that keep the entries of vector stores, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from studio.stores.vector.arithmetic import Floats
    from studio.stores.vector.cells import Cells
    from studio.stores.vector.entry import Entry

TABLES: Final = """
CREATE TABLE IF NOT EXISTS vector_entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT, store TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, meta TEXT NOT NULL,
  vector BLOB NOT NULL, UNIQUE (store, key)
);
CREATE INDEX IF NOT EXISTS vector_entry_store ON vector_entry (store, id);
CREATE TABLE IF NOT EXISTS vector_cells (store TEXT PRIMARY KEY, trained INTEGER NOT NULL, centres BLOB NOT NULL);
"""

Change = tuple[list["Entry"], list[str]]
"""Entries that came, and the keys of those that went before."""


def write(connection: Any, store: str, changes: Sequence[Change | None]) -> None:
    """Bring the tables up to changes, in order; None: everything went."""
    run, many = connection.execute, connection.executemany
    for change in changes:
        if change is None:
            run("DELETE FROM vector_entry WHERE store = ?", (store,))
            continue
        added, gone = change
        many("DELETE FROM vector_entry WHERE store = ? AND key = ?", [(store, key) for key in gone])
        many(
            "INSERT INTO vector_entry (store, key, text, meta, vector) VALUES (?, ?, ?, ?, ?)",
            [(store, one.key, one.text, one.meta.decode(), _bytes(one.vector)) for one in added],
        )


def write_cells(connection: Any, store: str, cells: Cells | None) -> None:
    """Keep the index of a store, or none."""
    connection.execute("DELETE FROM vector_cells WHERE store = ?", (store,))
    if cells is not None:
        told = (store, cells.trained, _bytes(cells.centres))
        connection.execute("INSERT INTO vector_cells VALUES (?, ?, ?)", told)


def read(connection: Any, store: str) -> tuple[list[Entry], int, Floats | None]:
    """Return the entries of a store in order, and of its index how many entries it was made for and the centres."""
    import numpy as np

    from studio.stores.vector.entry import Entry, checked

    rows = connection.execute(
        "SELECT key, text, meta, vector FROM vector_entry WHERE store = ? ORDER BY id", (store,)
    ).fetchall()
    vectors = checked([np.frombuffer(row[3], "<f4").astype(np.float32, copy=False) for row in rows])
    entries = [
        Entry(key, text, meta.encode(), *vector) for (key, text, meta, _), vector in zip(rows, vectors, strict=True)
    ]
    told = connection.execute("SELECT trained, centres FROM vector_cells WHERE store = ?", (store,)).fetchone()
    if told is None or not entries:
        return entries, 0, None
    return entries, told[0], np.frombuffer(told[1], "<f4").reshape(-1, len(entries[0].vector))


def _bytes(vectors: Floats) -> bytes:
    made: bytes = vectors.astype("<f4", copy=False).tobytes()
    return made
