"""Reads the pages of a SQLite file by themselves, whatever is damaged around them.

SQLite opens no table whose schema stands on a missing page, and ends at the first page that is wrong. This reader walks
each table's tree past what cannot be read, and finds leaves that no tree leads to any more. It follows "Database File
Format" (sqlite.org/fileformat2.html): section 1.6 for trees, 2.1 for records; only what a trace uses (UTF-8, no
auto-vacuum map) is read. Nothing in the file is trusted: each length is checked against what is there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE = 2, 5, 10, 13
HEADER_BYTES = 100
MOST_COLUMNS = 200
MOST_PAYLOAD = 1 << 30
LEAST_CELL = 4
"""Bytes that a record takes beyond its own: of the list of cells, its length, its id."""

MOST_READ = 2
"""How often its own size is read of a file: each byte belongs to one record, unless somebody meant to keep us busy."""

Values = tuple[Any, ...]


class Row(NamedTuple):
    """A row as it is stored: `id` is its row id (None in a table without), `values` its columns as far as it has them;
    text that is no UTF-8 is left as bytes."""

    id: int | None
    values: Values


class Broken(Exception):
    """A page or a record is not what it should be."""


class Pages:
    """The pages of one file held in memory. Raises `Broken` if it does not begin like a SQLite file."""

    def __init__(self, data: bytes) -> None:
        if len(data) < HEADER_BYTES or not data.startswith(b"SQLite format 3\0"):
            raise Broken("it does not begin like a SQLite file")
        size = int.from_bytes(data[16:18], "big")
        self.size = 65536 if size == 1 else size
        if self.size < 512 or self.size & (self.size - 1):
            raise Broken("its size of a page is none")
        self._data = data
        self._usable = self.size - data[20]
        self.version = int.from_bytes(data[60:64], "big")
        self.missing = 0
        """Pages that were led to and are not there or not what they should be."""
        self._seen: set[int] = set()
        self._left = MOST_READ * max(len(data), 1 << 16)
        """Bytes of records that may still be read."""

    def __len__(self) -> int:
        """How many pages there are, the last one perhaps cut off."""
        return -(-len(self._data) // self.size)

    # -- trees ------------------------------------------------------------------------------------

    def schema(self) -> Iterator[Values]:
        """Yield `(type, name, table, root page, sql)` of what the file says it holds, as far as it can be read."""
        for row in self.tree(1):
            if len(row.values) >= 5:
                yield row.values[:5]

    def tree(self, root: int) -> Iterator[Row]:
        """Yield the rows of a table from its root page; pages that cannot be read are passed over and counted."""
        for page, kind, cells in self._pages_below(root):
            if kind != INTERIOR_TABLE:
                yield from self._rows(page, kind, cells)

    def pass_over(self, root: int) -> None:
        """Count the pages of a tree (an index) as led to; nobody asks for its rows."""
        missing = self.missing
        for _ in self._pages_below(root):
            pass
        self.missing = missing

    def _pages_below(self, root: int) -> Iterator[tuple[bytes, int, list[int]]]:
        """Yield the pages of a tree that can be read, with their kinds and where their cells begin."""
        waiting = [root]
        while waiting:
            number = waiting.pop()
            if number in self._seen:
                continue  # a circle, or a page that two trees claim
            self._seen.add(number)
            try:
                page = self._page(number)
                kind = self._kind(number, page)
                cells = self._cells(number, page, kind)
                below = []
                if kind in (INTERIOR_INDEX, INTERIOR_TABLE):
                    below = [int.from_bytes(page[at : at + 4], "big") for at in cells]
                    start = self._start(number)
                    below.append(int.from_bytes(page[start + 8 : start + 12], "big"))
            except Broken:
                self.missing += 1
                continue
            waiting.extend(reversed(below))
            yield page, kind, cells

    def stray(self) -> Iterator[tuple[bool, Row]]:
        """Yield the rows of leaves that no tree has led to, with whether they have row ids."""
        for number in range(2, len(self) + 1):
            if number in self._seen:
                continue
            try:
                page = self._page(number)
                kind = self._kind(number, page)
                if kind not in (LEAF_TABLE, LEAF_INDEX):
                    continue
                cells = self._cells(number, page, kind)
            except Broken:
                continue
            for row in self._rows(page, kind, cells):
                yield kind == LEAF_TABLE, row

    # -- pages ------------------------------------------------------------------------------------

    def _page(self, number: int) -> bytes:
        if not 1 <= number <= len(self):
            raise Broken(f"there is no page {number}")
        page = self._data[(number - 1) * self.size : number * self.size]
        return page + bytes(self.size - len(page))  # of a file that was cut off within a page

    @staticmethod
    def _start(number: int) -> int:
        return HEADER_BYTES if number == 1 else 0

    def _kind(self, number: int, page: bytes) -> int:
        kind = page[self._start(number)]
        if kind not in (INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE):
            raise Broken(f"page {number} is no page of a table")
        return kind

    def _cells(self, number: int, page: bytes, kind: int) -> list[int]:
        """Return where the cells of a page begin."""
        start = self._start(number)
        count = int.from_bytes(page[start + 3 : start + 5], "big")
        first = start + (12 if kind in (INTERIOR_INDEX, INTERIOR_TABLE) else 8)
        if first + 2 * count > self._usable:
            raise Broken(f"page {number} has too many cells")
        found = struct.unpack(f">{count}H", page[first : first + 2 * count])
        return [at for at in dict.fromkeys(found) if first + 2 * count <= at < self._usable - 3]

    def _rows(self, page: bytes, kind: int, cells: list[int]) -> Iterator[Row]:
        for at in cells:
            try:
                start = at + 4 if kind == INTERIOR_INDEX else at
                length, start = _varint(page, start)
                id = None
                if kind == LEAF_TABLE:
                    id, start = _varint(page, start)
                yield Row(id, _record(self._payload(page, start, length, is_table=kind == LEAF_TABLE)))
            except (Broken, IndexError, struct.error):
                self.missing += 1

    def _payload(self, page: bytes, start: int, length: int, *, is_table: bool) -> bytes:
        """Return all bytes of a cell's record, those on further pages included (section 1.6, "overflow")."""
        if not 0 < length <= min(MOST_PAYLOAD, len(self._data)):
            raise Broken("a record is longer than the file")
        self._left -= length + LEAST_CELL
        if self._left < 0:
            raise Broken("its records share their bytes")
        usable = self._usable
        most = usable - 35 if is_table else (usable - 12) * 64 // 255 - 23
        if length <= most:
            if start + length > usable:
                raise Broken("a record ends outside of its page")
            return page[start : start + length]
        least = (usable - 12) * 32 // 255 - 23
        local = least + (length - least) % (usable - 4)
        local = local if local <= most else least
        if start + local + 4 > usable:
            raise Broken("a record ends outside of its page")
        parts = [page[start : start + local]]
        left = length - local
        number = int.from_bytes(page[start + local : start + local + 4], "big")
        passed: set[int] = set()
        while left > 0:
            if number in passed:
                raise Broken("a record goes round in a circle")
            passed.add(number)
            more = self._page(number)
            parts.append(more[4 : min(usable, 4 + left)])
            left -= len(parts[-1])
            number = int.from_bytes(more[:4], "big")
        return b"".join(parts)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length integer and where it ends (section 1.6, "varint")."""
    value = 0
    for count in range(8):
        byte = data[at + count]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + count + 1
    value = value << 8 | data[at + 8]
    return value - (1 << 64) if value >= 1 << 63 else value, at + 9


_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


def _record(payload: bytes) -> Values:
    """Return the columns of a record (section 2.1)."""
    end, at = _varint(payload, 0)
    if not 0 < end <= len(payload):
        raise Broken("a record's header is longer than it")
    kinds: list[int] = []
    if end - at <= MOST_COLUMNS and payload[at:end].isascii():  # as nearly always: a byte each
        kinds, at = list(payload[at:end]), end
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
        if len(kinds) > MOST_COLUMNS:
            raise Broken("a record has too many columns")
    values: list[Any] = []
    for kind in kinds:
        value, size = _value(payload, at, kind)
        values.append(value)
        at += size
    if at > len(payload):
        raise Broken("a record's columns are longer than it")
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind == 0:
        return None, 0
    if kind in _INTEGERS:
        size = _INTEGERS[kind]
        return int.from_bytes(payload[at : at + size], "big", signed=True), size
    if kind == 7:
        return struct.unpack(">d", payload[at : at + 8])[0], 8
    if kind in (8, 9):
        return kind - 8, 0
    if kind < 12:
        raise Broken("a column is of a kind that there is not")
    size = (kind - 12) // 2
    data = payload[at : at + size]
    if kind % 2 == 0:
        return data, size
    try:
        return data.decode(), size
    except UnicodeDecodeError:
        return data, size
