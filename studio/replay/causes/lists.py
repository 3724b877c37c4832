"""Lists and queues played again: which operations made what one of them met (design rule 2.9)."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Self

from studio.replay.causes.ops import LENGTHS, READS, Op
from studio.replay.turns import GiveWay, on_and_on

if TYPE_CHECKING:
    from studio.graph.model import StoreDecl

SPACING = 256
"""Operations between two saved contents, or as many as the content has values if these are more."""


class Row:
    """A list or queue played again, each value known by the operation that put it in (None: the declaration)."""

    def __init__(self, declared: StoreDecl) -> None:
        first = declared.params.get("items")
        most = declared.params.get("max_items")
        self.values: deque[Op | None] = deque([None] * len(first if isinstance(first, list) else ()), maxlen=most)
        self.taken: Op | None = None
        """Who took a value last."""
        self.reset: Op | None = None
        self.changes: list[Op] = []
        """What changed the length, back to one that was told it."""

    def copy(self) -> Self:
        """Return one like this, to go on from."""
        made = type(self).__new__(type(self))
        made.values, made.changes = self.values.copy(), self.changes.copy()
        made.taken, made.reset = self.taken, self.reset
        return made

    def play(self, op: Op) -> None:
        """Do a write again; reading changes nothing."""
        if op.op in READS:
            return
        if op.op in ("clear", "set"):
            self.values.clear()
            self.changes.clear()
            self.taken, self.reset = None, op
        if op.op == "pop":
            if self.values:
                self.values.popleft()
                self.taken = op
                self.changes.append(op)
            return
        if op.front:
            self.values.extendleft([op] * op.count)
        else:
            self.values.extend([op] * op.count)
        if op is not self.reset and op.count:
            if op.op in LENGTHS:
                self.changes.clear()  # it was told the length: what came before leads to it
            self.changes.append(op)

    def made(self, op: Op) -> list[Op]:
        """Return what made what an operation meets here."""
        if op.op in ("pop", "peek"):  # the first value; if there is none, what emptied the row
            return _there([self.values[0] if self.values else None, self.taken, self.reset])
        if op.op == "items":
            shown = list(self.values) if op.last is None else list(self.values)[max(0, len(self.values) - op.last) :]
            return _there([*shown, self.taken, self.reset])
        if op.op in LENGTHS:
            told = bool(self.changes) and self.changes[0].op in LENGTHS
            return _there([*self.changes, None if told else self.reset])
        return []

    def knows(self, ids: set[int]) -> bool:
        """True if one of these operations can still make a difference."""
        known = (self.taken, self.reset, *self.changes, *self.values)
        return any(op is not None and op.id in ids for op in known)


class Course:
    """The operations on one list or queue in order, played to any of them from a saved content near it."""

    def __init__(self, declared: StoreDecl, ops: Sequence[Op], give_way: GiveWay = on_and_on) -> None:
        self._ops = ops
        self._give_way = give_way
        self._ids = [op.id for op in ops]
        self._saved: list[tuple[int, Row]] = [(0, Row(declared))]
        self._at, self._row = 0, Row(declared)

    def before(self, op: Op) -> Row:
        """Return the content that an operation met; not to be changed."""
        return self._played_to(bisect_left(self._ids, op.id))

    def after(self, op: Op) -> Iterator[tuple[Op, Row]]:
        """Yield the operations after one, each with the content it met."""
        start = bisect_left(self._ids, op.id)
        row = self._played_to(start).copy()
        for nth in range(start, len(self._ops)):
            if nth > start:
                yield self._ops[nth], row
            row.play(self._ops[nth])

    def _played_to(self, index: int) -> Row:
        if not self._at <= index or index - self._at > SPACING:
            place = bisect_left(self._saved, index, key=lambda one: one[0])
            if place == len(self._saved) or self._saved[place][0] > index:
                place -= 1
            at, saved = self._saved[place]
            if not self._at <= index or at > self._at:
                self._at, self._row = at, saved.copy()
        while self._at < index:
            self._row.play(self._ops[self._at])
            self._at += 1
            last = self._saved[-1][0]
            if self._at - last >= max(SPACING, len(self._row.values)):
                self._saved.append((self._at, self._row.copy()))
                self._give_way()
        return self._row


def _there(ops: Iterable[Op | None]) -> list[Op]:
    return list(dict.fromkeys(op for op in ops if op is not None))
