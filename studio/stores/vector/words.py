"""Search by words: SQLite's FTS5 keeps which text has which word; the ranking is BM25 over what a store holds.

FTS5's own `bm25` counts all rows of the index. A store is often only part of them: an item of a map sees the rows of
the store before it and its own, a deleted row lies there for a while. So the occurrences are read from the index
(`fts5vocab`) and ranked here, with the formula and constants of FTS5 (k1 = 1.2, b = 0.75; Robertson and Zaragoza, The
Probabilistic Relevance Framework: BM25 and Beyond, 2009, section 3.2), the length of a text counted in words between
spaces. Then the ranking depends on the content alone.

What people type is cut into words by FTS5 itself and bound as values: there is no query language to break out of.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from studio.stores.vector.arithmetic import Rows

K1: Final = 1.2
B: Final = 0.75
LEAST: Final = 1e-6
"""Weight of a word that more than half of the texts have, as in FTS5."""
MOST_WORDS: Final = 64
"""Different words of a query that count: the first in the order of the alphabet when there are more."""
MOST_ASKED: Final = 10_000
"""Characters of a query that are read."""
_TOKENS: Final = "tokenize = 'unicode61 remove_diacritics 2'"


class Words:
    """The index over the texts of a segment's database (table `entry`), filled when it is first asked."""

    def __init__(self, connection: Any) -> None:
        self._run = connection.execute
        self._rows = 0
        self._made = False

    def asked(self, query: str) -> list[str]:
        """Return the different words of a query as the index has them."""
        self._make()
        self._run("DELETE FROM asked")
        self._run("INSERT INTO asked (text) VALUES (?)", (query[:MOST_ASKED],))
        return [row[0] for row in self._run("SELECT term FROM asked_word ORDER BY term LIMIT ?", (MOST_WORDS,))]

    def occurrences(self, word: str, rows: int) -> tuple[Rows, npt.NDArray[np.int64]]:
        """Return in which of the first so many rows a word stands, and how often."""
        self._make()
        if self._rows < rows:
            self._run("INSERT INTO word (rowid, text) SELECT row, text FROM entry WHERE row >= ?", (self._rows,))
            self._rows = self._run("SELECT coalesce(max(row), -1) + 1 FROM entry").fetchone()[0]
        # As one text: to fetch a hundred thousand rows one by one takes ten times as long.
        told = self._run("SELECT group_concat(doc) FROM word_place WHERE term = ?", (word,)).fetchone()[0]
        if told is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        places = np.fromstring(told, np.int64, sep=",")  # in order, a row as often as the word stands there
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        return places[starts], np.diff(starts, append=len(places))

    def _make(self) -> None:
        if self._made:
            return
        self._run(f"CREATE VIRTUAL TABLE word USING fts5(text, content='entry', content_rowid='row', {_TOKENS})")
        self._run("CREATE VIRTUAL TABLE word_place USING fts5vocab(word, instance)")
        self._run(f"CREATE VIRTUAL TABLE asked USING fts5(text, {_TOKENS})")
        self._run("CREATE VIRTUAL TABLE asked_word USING fts5vocab(asked, row)")
        self._made = True


def weight_of(texts: int, having: int) -> float:
    """Return what a word is worth that `having` of the texts have (inverse document frequency)."""
    return max(LEAST, math.log((texts - having + 0.5) / (having + 0.5)))


def gain(
    times: npt.NDArray[np.int64], lengths: npt.NDArray[np.int32], mean: float, weight: float
) -> npt.NDArray[np.float64]:
    """Return what a word adds to the score of texts that have it so many times and are so long."""
    norm = K1 * (1 - B + B * lengths / mean)
    made: npt.NDArray[np.float64] = weight * (times * (K1 + 1)) / (times + norm)
    return made
