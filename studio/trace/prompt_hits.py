"""Which messages hold which words: asked of the full-text index, and of the newest messages one slice after another.

What the writer has not indexed yet is put into a small index in memory, so that a word is the same word everywhere.
"""

from __future__ import annotations

import secrets
from array import array
from collections.abc import Callable, Iterator
from typing import Final

from studio.trace.prompt_words import Words
from studio.trace.reader import Reader
from studio.trace.sqlite import connect_scratch, sqlite3

Piece = tuple[str, bool]
"""A part of an excerpt, and whether it is a word that was looked for."""

SLICE: Final = 200
"""Messages that are not indexed yet, looked through at a time."""

DENSE: Final = 1 << 24
"""Numbers of messages up to which a plain table of them is kept."""

FEW: Final = 2_000
"""Messages with a word, up to which only the runs that hold one of them are looked at."""

PAGE: Final = 5_000
AROUND: Final = 14
"""Words of an excerpt."""

_INDEXED = "(SELECT coalesce(max(id), 0) FROM prompt_search_docsize)"


class Hits:
    """For the words of one query: of each message, which of them it holds (as bits, in the order of `Words.all`).

    `look` finds them; `stop()` is asked now and then, and what was found so far is of no use when it is True.
    """

    def __init__(self, reader: Reader, words: Words, stop: Callable[[], bool]) -> None:
        self.reader = reader
        self.words = words
        self.wanted = sum(1 << at for at, word in enumerate(words.all) if not word.without)
        self.unwanted = sum(1 << at for at, word in enumerate(words.all) if word.without)
        self.runs: set[int] | None = None
        """Runs that can hold prompts with all words; None: any."""
        self._stop = stop
        self._table: array[int] | None = None
        self._sparse: dict[int, int] = {}
        self._ranks: dict[int, float] = {}
        self._tail: set[int] = set()
        self._any = " OR ".join(word.match for word in words.wanted)
        self._left, self._right = f"\x02{secrets.token_hex(8)}", f"\x03{secrets.token_hex(8)}"

    def look(self) -> None:
        """Find the messages of each word."""
        newest = int(self.reader.rows("SELECT coalesce(max(id), 0) FROM _message")[0][0])
        indexed = int(self.reader.rows(f"SELECT {_INDEXED}")[0][0])
        if 0 <= newest < DENSE:
            self._table = array("I", bytes(4 * (newest + 1)))
        counts = dict.fromkeys(range(len(self.words.all)), 0)
        few: dict[int, list[int]] = {at: [] for at in counts}
        for at, word in enumerate(self.words.all):
            for id in self._numbers(word.match):
                self._mark(id, 1 << at)
                counts[at] += 1
                if counts[at] <= FEW:
                    few[at].append(id)
        self._look_through(indexed, counts, few)
        wanted = [at for at, word in enumerate(self.words.all) if not word.without]
        rarest = min(wanted, key=lambda at: counts[at], default=None)
        if rarest is not None and counts[rarest] <= FEW:
            self.runs = set()
            for id in few[rarest]:
                rows = self.reader.rows("SELECT DISTINCT effect >> 32 FROM _message_use WHERE message = ?", (id,))
                self.runs.update(row[0] for row in rows)

    def of(self, message: int) -> int:
        """Return the bits of a message."""
        if self._table is not None:
            return self._table[message] if 0 <= message < len(self._table) else 0
        return self._sparse.get(message, 0)

    def rank(self, message: int) -> float:
        """Return how well a message fits, larger is better; 0.0 before `rate`, and for what is not indexed yet."""
        return self._ranks.get(message, 0.0)

    def rate(self, most: int) -> None:
        """Find how well the best messages fit."""
        if self._any:
            query = "SELECT rowid, rank FROM prompt_search WHERE prompt_search MATCH ? ORDER BY rank LIMIT ?"
            self._ranks = {id: -rank for id, rank in self.reader.rows(query, (self._any, most))}

    def excerpt(self, message: int) -> list[Piece]:
        """Return the part of a message in which the words stand; [] if it holds none."""
        if not self._any:
            return []
        query = (
            f"SELECT snippet(prompt_search, 0, ?, ?, '…', {AROUND}) FROM prompt_search "
            "WHERE prompt_search MATCH ? AND rowid = ?"
        )
        values = self._left, self._right, self._any, message
        if message not in self._tail:
            row = self.reader.one(query, *values)
        else:
            scratch = connect_scratch()
            try:
                _fill(scratch, [(message, self.reader.text(message))])
                row = scratch.execute(query, values).fetchone()
            finally:
                scratch.close()
        return [] if row is None else self._pieces(str(row[0]))

    # -- within -----------------------------------------------------------------------------------

    def _pieces(self, text: str) -> list[Piece]:
        pieces: list[Piece] = []
        for number, part in enumerate(text.split(self._left)):
            found, _, rest = part.partition(self._right) if number else ("", "", part)
            pieces += [(found, True)] if found else []
            pieces += [(rest, False)] if rest else []
        return pieces

    def _numbers(self, match: str) -> Iterator[int]:
        after = -1
        query = "SELECT rowid FROM prompt_search WHERE prompt_search MATCH ? AND rowid > ? ORDER BY rowid LIMIT ?"
        while not self._stop():
            page = self.reader.rows(query, (match, after, PAGE))
            for row in page:
                yield row[0]
            if len(page) < PAGE:
                return
            after = page[-1][0]

    def _look_through(self, after: int, counts: dict[int, int], few: dict[int, list[int]]) -> None:
        """Do the same for messages that are not indexed yet."""
        while not self._stop():
            texts = self.reader.rows("SELECT id, text FROM _message WHERE id > ? ORDER BY id LIMIT ?", (after, SLICE))
            if not texts:
                return
            self._tail.update(row[0] for row in texts)
            scratch = connect_scratch()
            try:
                _fill(scratch, texts)
                for at, word in enumerate(self.words.all):
                    query = "SELECT rowid FROM prompt_search WHERE prompt_search MATCH ?"
                    for (id,) in scratch.execute(query, (word.match,)).fetchall():
                        self._mark(id, 1 << at)
                        counts[at] += 1
                        if counts[at] <= FEW:
                            few[at].append(id)
            finally:
                scratch.close()
            after = texts[-1][0]

    def _mark(self, message: int, bit: int) -> None:
        if self._table is None:
            self._sparse[message] = self._sparse.get(message, 0) | bit
        elif message >= len(self._table):  # it came while we looked: the next search finds it
            return
        else:
            self._table[message] |= bit


def _fill(scratch: sqlite3.Connection, texts: list[tuple[int, str]]) -> None:
    scratch.execute("CREATE VIRTUAL TABLE prompt_search USING fts5(text)")
    scratch.executemany("INSERT INTO prompt_search (rowid, text) VALUES (?, ?)", texts)
