"""Which messages hold which words: asked of the full-text index, and of the newest messages one slice after another.

What the writer has not indexed yet is put into a small index in memory, so that a word is the same word everywhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from studio.trace.prompt_words import Words
from studio.trace.reader import Reader
from studio.trace.sqlite import connect_scratch, sqlite3

Piece = tuple[str, bool]
"""A part of an excerpt, and whether it is a word that was looked for."""

SLICE: Final = 200
"""Messages that are not indexed yet, looked through at a time."""

EXACT: Final = 50_000
"""Messages with a word, up to which all of them are kept; a more common word is looked for where it matters."""

FEW: Final = 2_000
"""Messages with a word, up to which only the runs that hold one of them are looked at."""

RATED: Final = 100_000
"""Messages that are rated: the newest."""

NEAR: Final = 2_000
"""Numbers of messages that lie closer than this are asked for together."""

PAGE: Final = 5_000
LONGEST: Final = 1_000_000
"""Signs of a message that are looked at for an excerpt."""

AROUND: Final = 14
"""Words of an excerpt."""

_INDEXED = "(SELECT coalesce(max(id), 0) FROM prompt_search_docsize)"


class Hits:
    """For the words of one query: of each message, which of them it holds (as bits, in the order of `Words.all`).

    `look` begins; `prepare` is told of messages before `of` is asked about them. `stop()` is asked now and then, and
    what was found so far is of no use when it is True.
    """

    def __init__(self, reader: Reader, words: Words, stop: Callable[[], bool]) -> None:
        self.reader = reader
        self.words = words
        self.wanted = sum(1 << at for at, word in enumerate(words.all) if not word.without)
        self.unwanted = sum(1 << at for at, word in enumerate(words.all) if word.without)
        self.runs: set[int] | None = None
        """Runs that can hold prompts with all words; None: any."""
        self._stop = stop
        self._exact: dict[int, set[int]] = {}
        self._common: list[int] = []
        """Words, by their place, of which not all messages are kept."""
        self._known: dict[int, int] = {}
        """Bits for common words of messages that were asked for."""
        self._indexed = 0
        self._ranks: dict[int, float] = {}
        self._any = " OR ".join(word.match for word in words.wanted)
        self._left, self._right = f"\x02{secrets.token_hex(8)}", f"\x03{secrets.token_hex(8)}"

    def look(self) -> None:
        """Find the messages of each word that is not too common, and what is not indexed yet."""
        self._indexed = int(self.reader.rows(f"SELECT {_INDEXED}")[0][0])
        for at, word in enumerate(self.words.all):
            found = self._exact[at] = set(self._numbers(word.match, None if word.begins else EXACT + 1))
            if not word.begins and len(found) > EXACT:
                self._common.append(at)
                found.clear()
        self._look_through(self._indexed)
        wanted = [at for at, word in enumerate(self.words.all) if not word.without and at not in self._common]
        rarest = min(wanted, key=lambda at: len(self._exact[at]), default=None)
        if rarest is not None and len(self._exact[rarest]) <= FEW:
            self.runs = set()
            for id in self._exact[rarest]:
                rows = self.reader.rows("SELECT DISTINCT effect >> 32 FROM _message_use WHERE message = ?", (id,))
                self.runs.update(row[0] for row in rows)

    def prepare(self, messages: Iterable[int]) -> None:
        """Find out which common words these messages hold."""
        if not self._common:
            return
        if len(self._known) > 4 * EXACT:
            self._known.clear()
        fresh = sorted({id for id in messages if id not in self._known and id <= self._indexed})
        self._known.update(dict.fromkeys(fresh, 0))
        for first, last in _stretches(fresh):
            for at in self._common:
                query = "SELECT rowid FROM prompt_search WHERE prompt_search MATCH ? AND rowid BETWEEN ? AND ?"
                for (id,) in self.reader.rows(query, (self.words.all[at].match, first, last)):
                    if id in self._known:
                        self._known[id] |= 1 << at

    def of(self, message: int) -> int:
        """Return the bits of a message."""
        bits = self._known.get(message, 0)
        for at, found in self._exact.items():
            if message in found:
                bits |= 1 << at
        return bits

    def rank(self, message: int) -> float:
        """Return how well a message fits, larger is better; 0.0 before `rate`, and for what is not indexed yet."""
        return self._ranks.get(message, 0.0)

    def rate(self) -> None:
        """Find how well the newest messages that hold a word fit."""
        if not self._any:
            return
        match = "SELECT rowid{} FROM prompt_search WHERE prompt_search MATCH ?"
        query = f"{match.format('')} ORDER BY rowid DESC LIMIT 1 OFFSET {RATED}"
        row = self.reader.one(query, self._any)
        query = f"{match.format(', rank')} AND rowid > ?"
        self._ranks = {id: -rank for id, rank in self.reader.rows(query, (self._any, 0 if row is None else row[0]))}

    def excerpts(self, messages: Iterable[int]) -> dict[int, list[Piece]]:
        """Return of each message the part in which the words stand, unless it holds none.

        Asked of an index of these messages alone: in the large one each beginning of a word would be put together anew.
        """
        if not self._any:
            return {}
        query = (
            f"SELECT rowid, snippet(prompt_search, 0, ?, ?, '…', {AROUND}) FROM prompt_search "
            "WHERE prompt_search MATCH ?"
        )
        texts = [
            row
            for id in set(messages)
            for row in self.reader.rows(f"SELECT id, substr(text, 1, {LONGEST}) FROM _message WHERE id = ?", (id,))
        ]
        scratch = connect_scratch()
        try:
            _fill(scratch, texts)
            rows = scratch.execute(query, (self._left, self._right, self._any)).fetchall()
        finally:
            scratch.close()
        return {id: self._pieces(str(text)) for id, text in rows}

    # -- within -----------------------------------------------------------------------------------

    def _pieces(self, text: str) -> list[Piece]:
        pieces: list[Piece] = []
        for number, part in enumerate(text.split(self._left)):
            found, _, rest = part.partition(self._right) if number else ("", "", part)
            pieces += [(found, True)] if found else []
            pieces += [(rest, False)] if rest else []
        return pieces

    def _numbers(self, match: str, most: int | None) -> Iterator[int]:
        """The indexed messages that match, at most so many."""
        query = "SELECT rowid FROM prompt_search WHERE prompt_search MATCH ? LIMIT ?"
        cursor = self.reader.guarded(
            lambda: self.reader.connection.execute(query, (match, -1 if most is None else most))
        )
        try:
            while not self._stop() and (page := self.reader.guarded(lambda: cursor.fetchmany(PAGE))):
                for row in page:
                    yield row[0]
        finally:
            cursor.close()

    def _look_through(self, after: int) -> None:
        """Find the messages that are not indexed yet."""
        while not self._stop():
            texts = self.reader.rows("SELECT id, text FROM _message WHERE id > ? ORDER BY id LIMIT ?", (after, SLICE))
            if not texts:
                return
            scratch = connect_scratch()
            try:
                _fill(scratch, texts)
                for at, word in enumerate(self.words.all):
                    query = "SELECT rowid FROM prompt_search WHERE prompt_search MATCH ?"
                    self._exact[at].update(row[0] for row in scratch.execute(query, (word.match,)).fetchall())
            finally:
                scratch.close()
            after = texts[-1][0]


def _stretches(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Part numbers that are sorted into stretches without wide gaps: first and last of each."""
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = number
        elif number - last > NEAR:
            yield first, last
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last


def _fill(scratch: sqlite3.Connection, texts: list[tuple[int, str]]) -> None:
    scratch.execute("CREATE VIRTUAL TABLE prompt_search USING fts5(text)")
    scratch.executemany("INSERT INTO prompt_search (rowid, text) VALUES (?, ?)", texts)
