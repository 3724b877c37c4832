"""`Content`: what a vector store holds: parts of segments, in the order the entries came.

A store has one part. The view that an item of a map has of a store outside (`view`) begins with the parts that are
there, and puts what it adds into a segment of its own; a deletion only marks a row as gone, in a copy of the marks if
somebody else looks at them. Once more than half of a store's rows are gone, it moves to a fresh segment, which costs
as much as the deletions before it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np

from studio.stores.vector.cells import FROM, SAMPLES, Cells, cells_for
from studio.stores.vector.entry import Entry
from studio.stores.vector.segment import Segment
from studio.support.errors import NodeError

if TYPE_CHECKING:
    from studio.stores.vector.arithmetic import Floats, Mask, Metric

MOST: int = 2_000_000
"""Entries of one store."""
WASTE = 1_000
"""So many deleted rows are not worth moving."""


class Part:
    """The first `length` rows of a segment, of which those are there that `alive` marks."""

    __slots__ = ("_marks", "_shared", "count", "length", "segment")

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.length = 0
        self.count = 0
        self._marks = np.zeros(16, bool)
        self._shared = False

    @property
    def alive(self) -> Mask:
        """Which rows are there; not to be changed."""
        made: Mask = self._marks[: self.length]
        return made

    def view(self) -> Part:
        """The same part for somebody else: neither sees what the other marks."""
        made = Part(self.segment)
        made.length, made.count, made._marks = self.length, self.count, self._marks
        made._shared = self._shared = True
        return made

    def add(self, entries: Sequence[Entry]) -> None:
        self.segment.add(entries)
        end = self.length + len(entries)
        if end > len(self._marks):
            grown = np.zeros(max(end, 2 * len(self._marks)), bool)
            grown[: self.length] = self.alive
            self._marks, self._shared = grown, False
        # Behind the end nobody else looks, so this needs no copy.
        self._marks[self.length : end] = True
        self.length = end
        self.count += len(entries)

    def remove(self, row: int) -> None:
        if self._shared:
            self._marks, self._shared = self._marks.copy(), False
        self._marks[row] = False
        self.count -= 1

    def entries(self, start: int, end: int) -> Iterator[Entry]:
        """Yield the entries that are there from a row on up to another, without that."""
        alive, matrix, lengths = self.alive, self.segment.matrix, self.segment.lengths
        for row, key, text, meta in self.segment.all_told(start, min(end, self.length)):
            if alive[row]:
                yield Entry(key, text, meta.encode(), matrix[row], lengths[row].item())


class Content:
    """The entries of one store. Everything is to be done while `lock` is held: views share segments."""

    def __init__(self, metric: Metric) -> None:
        self.metric: Metric = metric
        self.parts: list[Part] = []
        self.cells: Cells | None = None
        self.lock = RLock()
        self._own = 0
        """How many of the first parts belong to others, so that nothing is added there."""

    def __len__(self) -> int:
        return sum(part.count for part in self.parts)

    @property
    def dims(self) -> int:
        """How many numbers each vector has; 0 as long as nothing is there."""
        return self.parts[-1].segment.dims if len(self) else 0

    def view(self) -> Content:
        """What somebody else sees, who may go on to change it for himself."""
        made = Content(self.metric)
        made.parts = [part.view() for part in self.parts]
        made.cells, made.lock, made._own = self.cells, self.lock, len(self.parts)
        return made

    # -- changing -----------------------------------------------------------------------------------

    def add(self, entries: Sequence[Entry]) -> list[str]:
        """Put entries with different keys at the end; where a key is there already, the old entry goes. Returns the
        keys of those that went. All must have as many numbers as what is there."""
        if len(self) + len(entries) > MOST:
            raise NodeError(
                f"a vector store holds at most {MOST} entries.", hint="Delete old ones first.", code="store"
            )
        gone = [entry.key for entry in entries if self.remove(entry.key)]
        if not len(self):
            self.clear()
        self._put(entries)
        self._tidy()
        self._index()
        return gone

    def fill(self, entries: Sequence[Entry], cells: Cells | None) -> None:
        """Begin with these entries and the index that a content like this had, if it had one."""
        if entries:
            self._put(entries)
        self.cells = cells
        self._index()

    def _put(self, entries: Sequence[Entry]) -> None:
        if len(self.parts) <= self._own:
            self.parts.append(Part(Segment(len(entries[0].vector))))
        self.parts[-1].add(entries)

    def remove(self, key: str) -> bool:
        """Forget an entry; returns whether it was there."""
        place = self.find(key)
        if place is None:
            return False
        place[0].remove(place[1])
        return True

    def removed(self) -> None:
        """Put in order what deletions left."""
        self._tidy()
        self._index()

    def clear(self) -> None:
        """Forget everything."""
        self.parts, self._own, self.cells = [], 0, None

    def _tidy(self) -> None:
        if self._own or not self.parts:
            return
        part = self.parts[0]
        if part.length - part.count > max(WASTE, part.count):
            entries = list(self.entries())
            self.parts = []
            if entries:
                self.parts = [Part(Segment(part.segment.dims))]
                self.parts[0].add(entries)

    def _index(self) -> None:
        if self._own:
            return  # a view keeps the index of the store before it: to make one for each item of a map takes too long
        count = len(self)
        if count <= FROM or self.metric != "cosine":
            self.cells = None
        elif self.cells is None or count >= 2 * self.cells.trained:
            self.cells = Cells(count, sample=self._sample(SAMPLES * cells_for(count)))

    def _sample(self, count: int) -> Floats:
        """So many vectors, evenly taken from all of them, in their order."""
        wanted = np.linspace(0, len(self) - 1, count).astype(np.int64)
        made, first = [], 0
        for part in self.parts:
            here = wanted[(wanted >= first) & (wanted < first + part.count)] - first
            made.append(part.segment.matrix[np.flatnonzero(part.alive)[here]])
            first += part.count
        return np.concatenate(made)

    # -- reading ------------------------------------------------------------------------------------

    def find(self, key: str) -> tuple[Part, int] | None:
        """Return where the entry with a key lies."""
        for part in reversed(self.parts):
            for row in part.segment.rows_of(key):
                if row < part.length and part.alive[row]:
                    return part, row
        return None

    def at(self, place: int) -> tuple[Part, int]:
        """Return where an entry lies that has this place: rows are counted over all parts."""
        for part in self.parts:
            if place < part.length:
                return part, place
            place -= part.length
        raise IndexError(place)

    def entries(self) -> Iterator[Entry]:
        """Yield everything that is there, in order."""
        for part in self.parts:
            yield from part.entries(0, part.length)
