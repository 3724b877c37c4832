"""`Segment`: entries that are only ever added to: texts and metadata in SQLite, vectors in a matrix beside it.

Which of them a store holds is `content`'s to know. So several stores can share a segment: the items of a map see the
entries of the store before it, though each has its own view of them.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from studio.stores.vector.arithmetic import approximate, exact
from studio.stores.vector.columns import Columns
from studio.stores.vector.entry import Entry
from studio.stores.vector.words import Words
from studio.trace import sqlite

if TYPE_CHECKING:
    from studio.stores.vector.arithmetic import Doubles, Floats, Metric, Rows

_SCHEMA = """
CREATE TABLE entry (row INTEGER PRIMARY KEY, key TEXT NOT NULL, text TEXT NOT NULL, meta TEXT NOT NULL);
CREATE INDEX entry_key ON entry (key);
"""
GATHERED = 8192
"""Rows that are brought together at once when only some are compared."""


class Segment:
    """Entries by row, from 0 on. All vectors have `dims` numbers; `longest` is the length of the longest."""

    def __init__(self, dims: int) -> None:
        self.dims = dims
        self.rows = 0
        self.longest = 0.0
        self.matrix: Floats = np.empty((0, dims), np.float32)
        self.lengths: Doubles = np.empty(0)
        self.inverse: Floats = np.empty(0, np.float32)
        self.short_lengths: Floats = np.empty(0, np.float32)
        self.words_in = np.empty(0, np.int32)
        self._db: Any = sqlite.connect_scratch()
        self._db.executescript(_SCHEMA)
        weakref.finalize(self, self._db.close)
        self.columns = Columns(self._db)
        self.words = Words(self._db)

    def add(self, entries: Sequence[Entry]) -> None:
        """Put entries at the end; costs the same however many there are."""
        end = self.rows + len(entries)
        if end > len(self.matrix):
            self._grow(end)
        new = slice(self.rows, end)
        self.matrix[new] = [entry.vector for entry in entries] if len(entries) > 1 else entries[0].vector
        lengths = np.array([entry.length for entry in entries])
        self.lengths[new] = lengths
        self.short_lengths[new] = lengths
        self.inverse[new] = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        self.longest = max(self.longest, float(lengths.max()))
        self.words_in[new] = [len(entry.text.split()) for entry in entries]
        insert = "INSERT INTO entry VALUES (?, ?, ?, ?)"
        rows = [(row, one.key, one.text, one.meta.decode()) for row, one in enumerate(entries, self.rows)]
        if len(rows) == 1:
            self._db.execute(insert, rows[0])
        else:
            self._db.execute("BEGIN")
            self._db.executemany(insert, rows)
            self._db.execute("COMMIT")
        self.rows = end

    def _grow(self, least: int) -> None:
        size = max(least, 16, len(self.matrix) * 2)
        for name in ("matrix", "lengths", "inverse", "short_lengths", "words_in"):
            old = getattr(self, name)
            new = np.empty((size, *old.shape[1:]), old.dtype)
            new[: self.rows] = old[: self.rows]
            setattr(self, name, new)

    # -- texts and metadata -------------------------------------------------------------------------

    def rows_of(self, key: str) -> list[int]:
        """Return the rows with a key, newest first: all but one of them were deleted, or are not everybody's."""
        found = self._db.execute("SELECT row FROM entry WHERE key = ? ORDER BY row DESC", (key,))
        return [row for (row,) in found]

    def told(self, row: int) -> tuple[str, str, str]:
        """Return key, text and metadata (encoded) of a row."""
        made: tuple[str, str, str] = self._db.execute(
            "SELECT key, text, meta FROM entry WHERE row = ?", (row,)
        ).fetchone()
        return made

    def all_told(self, start: int, end: int) -> Iterator[tuple[int, str, str, str]]:
        """Yield row, key, text and metadata of the rows from one on up to another, without that."""
        yield from self._db.execute(
            "SELECT row, key, text, meta FROM entry WHERE row >= ? AND row < ? ORDER BY row", (start, end)
        ).fetchall()

    # -- vectors ------------------------------------------------------------------------------------

    def near_all(self, count: int, query: Floats, metric: Metric) -> Floats:
        """Return the approximate score of each of the first rows."""
        products: Floats = np.vecdot(self.matrix[:count], query)
        return approximate(products, self.short_lengths[:count], self.inverse[:count], metric)

    def near(self, rows: Rows, query: Floats, metric: Metric) -> Floats:
        """Return the approximate scores of some rows."""
        products = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), GATHERED):
            part = rows[start : start + GATHERED]
            products[start : start + GATHERED] = np.vecdot(self.matrix[part], query)
        return approximate(products, self.short_lengths[rows], self.inverse[rows], metric)

    def exact(self, rows: Rows, query: Doubles, length: float, metric: Metric) -> Doubles:
        """Return the scores of some rows."""
        return exact(self.matrix[rows], self.lengths[rows], query, length, metric)
