"""The store operations of a run by the memory they concern: what a store held at a step is told from a few of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from studio.support.errors import EnvironmentProblem
from studio.support.values import Json, content_hash
from studio.trace.decided import RUN_OF
from studio.trace.parts import PARTS, whole
from studio.trace.reader import CHECK_HINT, Reader
from studio.trace.views import ID_MASK, RUN_BITS


class MemoryRow(NamedTuple):
    """A store as the firings of one region, or of one item of a map (`base` > 0), see it. See `RunLog.memory`."""

    number: int
    store: str
    kind: str
    prefix: str
    tick: str
    firing: int
    item: int
    attempt: int
    base: int
    after: int


class Content(NamedTuple):
    """What a memory held with all operations before `number`; `after` is the last step before."""

    number: int
    after: int
    content: Json


class Operation(NamedTuple):
    """One operation; `after` is the last step before it."""

    number: int
    after: int
    op: str
    args: dict[str, Json]


class Applied(NamedTuple):
    """The writes of one item of a map, made on what is around the map when the map ended, at step `seq`."""

    seq: int
    item: int
    memory: MemoryRow


_MEMORY = f"""m.id & {ID_MASK}, m.store, m.kind, m.prefix, m.tick, m.firing, m.item, m.attempt, m.base, m.after
 FROM _memory m"""


class Memories:
    """The memories of one run."""

    def __init__(self, reader: Reader, key: int) -> None:
        self.reader = reader
        self.key = key
        self.base = key << RUN_BITS

    def numbered(self, number: int) -> MemoryRow | None:
        """Return a memory by its number."""
        return self._memory("m.id = ?", self.base + number)

    def of_region(self, store: str, prefix: str, tick: str, seq: int) -> MemoryRow | None:
        """Return the memory of a store in an execution of a region, the newest that was used before a step ended."""
        return self._memory(
            f"m.id {RUN_OF} = ? AND m.store = ? AND m.prefix = ? AND m.tick = ? AND m.after < ? AND m.base = 0"
            " ORDER BY m.id DESC LIMIT 1",
            self.key, store, prefix, tick, seq,
        )  # fmt: skip

    def of_item(self, base: int, firing: int, item: int, seq: int) -> MemoryRow | None:
        """Return what an item of a map sees in front of a memory, the newest attempt's."""
        return self._memory(
            f"m.id {RUN_OF} = ? AND m.base = ? AND m.firing = ? AND m.item = ? AND m.after < ? AND m.base > 0"
            " ORDER BY m.id DESC LIMIT 1",
            self.key, base, firing, item, seq,
        )  # fmt: skip

    def used_until(self, seq: int, limit: int) -> list[MemoryRow]:
        """Return the memories that were used before a step ended, views of maps' items left out, the newest first."""
        rows = self.reader.rows(
            f"SELECT {_MEMORY} WHERE m.id BETWEEN ? AND ? AND m.after < ? AND m.base = 0 ORDER BY m.id DESC LIMIT ?",
            (self.base, self.base + ID_MASK, seq, limit),
        )
        return [MemoryRow._make(row) for row in rows]

    def user_of(self, memory: int) -> int | None:
        """Return the id of a firing that used a memory, or a view of it."""
        row = self.reader.one(
            f"SELECT firing & {ID_MASK} FROM _store_op WHERE id {RUN_OF} = ? AND place >= ? AND place < ?"
            " AND place IS NOT NULL LIMIT 1",
            self.key, memory << RUN_BITS, (memory + 1) << RUN_BITS,
        )  # fmt: skip
        if row is None:
            view = self._memory(f"m.id {RUN_OF} = ? AND m.base = ? ORDER BY m.id LIMIT 1", self.key, memory)
            return None if view is None or view.number <= memory else self.user_of(view.number)
        return int(row[0])

    def last_operation(self, memory: int, seq: int) -> int:
        """Return the number of the last operation on a memory begun before a step ended, 0 if there is none."""
        row = self.reader.one(
            f"SELECT max(id) & {ID_MASK} FROM _store_op WHERE id {RUN_OF} = ? AND place >= ? AND place < ?"
            " AND place IS NOT NULL",
            self.key, memory << RUN_BITS, (memory << RUN_BITS) + seq,
        )  # fmt: skip
        return 0 if row is None or row[0] is None else int(row[0])

    def content(self, memory: int, seq: int, before: int) -> Content | None:
        """Return the last content written down before a step ended and before an operation."""
        row = self.reader.one(
            f"SELECT id & {ID_MASK}, place & {ID_MASK}, content FROM _memory_content WHERE id {RUN_OF} = ?"
            " AND place >= ? AND place < ? AND id < ? ORDER BY place DESC, id DESC LIMIT 1",
            self.key, memory << RUN_BITS, (memory << RUN_BITS) + seq, self.base + before,
        )  # fmt: skip
        return None if row is None else Content(row[0], row[1], self._whole(self.reader.column(row[2])))

    def _whole(self, content: Json) -> Json:
        """A content with its parts. Raises `EnvironmentProblem` if one is missing or damaged."""
        if type(content) is not dict or not any(type(one) is dict and PARTS in one for one in content.values()):
            return content
        try:
            return whole(content, self._read)
        except ValueError as error:
            raise EnvironmentProblem(
                f"What a store held cannot be read: {error}.", where=str(self.reader.path), hint=CHECK_HINT
            ) from error

    def _read(self, hash: str) -> bytes | None:
        digest = bytes.fromhex(hash)
        row = self.reader.one("SELECT unpacked(data, enc, size) FROM _blob WHERE hash = ?", digest)
        data = row[0].encode() if row is not None and isinstance(row[0], str) else None if row is None else row[0]
        return data if isinstance(data, bytes) and content_hash(data) == digest else None

    def operations(self, memory: int, since: int, after: int, seq: int, before: int) -> Iterator[Operation]:
        """Yield operations numbered from `since` to `before` (without), begun after step `after` and before `seq`
        ended, in order."""
        rows = self.reader.rows(
            f"SELECT id & {ID_MASK}, place & {ID_MASK}, op, args FROM _store_op WHERE id {RUN_OF} = ? AND place >= ?"
            " AND place < ? AND place IS NOT NULL AND id > ? AND id < ? ORDER BY id",
            (
                self.key, (memory << RUN_BITS) + after, (memory << RUN_BITS) + seq, self.base + since,
                self.base + before,
            ),
        )  # fmt: skip
        for number, at, op, args in rows:
            yield Operation(number, at, op, self.reader.column(args))

    def applied(self, memory: int, since: int, seq: int) -> list[Applied]:
        """Return which items' writes maps have made on a memory up to a step, by map and item, begun after `since`."""
        rows = self.reader.rows(
            f"SELECT f.seq, {_MEMORY} JOIN _firing f ON f.id = ? + m.firing WHERE m.id {RUN_OF} = ? AND m.base = ?"
            " AND m.id > ? AND m.base > 0 AND m.after < ? AND f.seq <= ? AND f.status = 0 AND f.attempt = m.attempt"
            " ORDER BY f.seq, m.item, m.id",
            (self.base, self.key, memory, self.base + since, seq, seq),
        )
        last = {(row[0], row[7]): Applied(row[0], row[7], MemoryRow._make(row[1:])) for row in rows}
        return list(last.values())

    def _memory(self, where: str, *values: Json) -> MemoryRow | None:
        row = self.reader.one(f"SELECT {_MEMORY} WHERE {where}", *values)
        return None if row is None else MemoryRow._make(row)
