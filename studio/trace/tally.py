"""What the writer adds up while it records a run, so that any step of a long run is told from a few rows.

Two private tables, both by `run << 32 | seq`. `_spent` has a row for each decided firing that asked a model or paid for
something: what it used itself (or, taken over from another run, what it had used there) and the sums so far.
`_checkpoint` comes every few hundred steps: how many were skipped, failed or taken over, and which firings had started
and were not decided yet. Both can be made anew from the other tables at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from studio.trace.log import CALLS, ERROR, REPLAYED, SKIPPED
from studio.trace.runlog import ANSWER, BATCH, FINISH, FIRING, OPEN, START
from studio.trace.sqlite import sqlite3
from studio.trace.views import ID_MASK, RUN_BITS

EVERY = 256
"""Steps from one checkpoint to the next, at least; where more firings are under way, as many as these."""

GAP = 1_000_000
"""Firings that may be under way at once; where more ids are missing, it is damage."""

_SUMS = ("calls", "tokens_in", "tokens_out", "cost_usd", "unpriced")

_SPENT_SUMS = (*(f"sum_{one}" for one in _SUMS), *(f"taken_{one}" for one in _SUMS))

PAID = "coalesce(a.origin, 0) = 0 AND coalesce(a.finish_reason, '') <> 'cached'"
"""Of an answer `a`: it was really asked for. What came from a memory or another run cost nothing."""

_USED = f"""SELECT
 coalesce(sum(e.kind IN {CALLS}), 0),
 coalesce(sum(e.kind IN {CALLS} AND {PAID}), 0),
 coalesce(sum(CASE WHEN {PAID} THEN a.tokens_in END), 0),
 coalesce(sum(CASE WHEN {PAID} THEN a.tokens_out END), 0),
 coalesce(sum(CASE WHEN {PAID} THEN a.cost_usd END), 0.0),
 coalesce(sum(e.kind IN {CALLS} AND a.status = 'ok' AND {PAID} AND a.cost_usd IS NULL), 0)
 FROM _effect e LEFT JOIN _answer a ON a.id = e.id WHERE e.firing = ?"""

_SOURCE = f"""SELECT s.source, s.asked, s.calls, s.tokens_in, s.tokens_out, s.cost_usd, s.unpriced
 FROM _firing f JOIN _spent s ON s.id = (f.id >> {RUN_BITS} << {RUN_BITS}) + f.seq
 WHERE f.path = ? AND f.tick = ? AND f.attempt = ? ORDER BY f.seq DESC LIMIT 1"""


class Tally:
    """The counts of one run so far. `base` is its physical id shifted left."""

    __slots__ = (
        "asking", "base", "counts", "decided", "due", "errors", "parent", "paths", "skipped", "sums", "taken", "top",
        "undecided",
    )  # fmt: skip

    def __init__(self, base: int, *, counts: bool = True) -> None:
        self.base = base
        self.counts = counts
        self.decided = self.skipped = self.errors = self.taken = 0
        self.top = 0
        """The highest firing id seen."""
        self.undecided: set[int] = set()
        """Ids below it that were not decided yet."""
        self.asking: set[int] = set()
        """Undecided firings that have asked something which may count."""
        self.due = EVERY
        self.sums: list[Any] = [0, 0, 0, 0.0, 0] * 2
        """What was used here, and what was taken over."""
        self.parent = 0
        """Physical id (shifted) of the run this one continues, if it has anything to take over."""
        self.paths: dict[int, int | None] = {}
        """Path ids here, and the same paths' in the parent."""

    def started(self, id: int) -> None:
        """A firing is under way."""
        if id > self.top:
            if id - self.top + len(self.undecided) <= GAP:
                self.undecided.update(range(self.top + 1, id + 1))
            self.top = id

    def ended(self, id: int) -> None:
        """A firing is decided."""
        if id == self.top + 1:
            self.top = id
        elif id > self.top:
            self.started(id)
            self.undecided.discard(id)
        else:
            self.undecided.discard(id)


class Tallies:
    """Keeps the tallies of the runs that one connection writes. Forgets and finds again what a rollback undid."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._known: dict[int, Tally] = {}
        self._read: set[int] = set()
        """Runs whose tally must be read anew, the batch at hand included."""
        self._over: set[int] = set()
        """Runs that end in the batch at hand."""

    def forget(self) -> None:
        """Forget everything: it is read anew when it is needed."""
        for remembered in (self._known, self._read, self._over):
            remembered.clear()

    def note(self, batch: Iterable[tuple[Any, ...]]) -> None:
        """Take in records whose rows were just written."""
        told: Any = None
        tally = _NOBODY
        for record in batch:
            kind = record[1]
            if kind >= BATCH:
                continue
            if record[0] is not told:
                told = record[0]
                tally = self._begun(told.base, record)
            if kind == FIRING:
                _, _, id, seq, path, tick, _, _, status, _, origin, _, _, _, _, attempt, _ = record
                self._decided(tally, id, seq, path, tick, status, origin, attempt)
            elif kind == OPEN:
                tally.started(record[2])
            elif kind == ANSWER:
                tally.asking.add(record[3])
            elif kind == FINISH:
                self._over.add(told.base)
        for base in self._read:
            self._known[base] = tally = self._of(base)
            self._catch_up(tally)
        self._read.clear()
        for base in self._over:
            self._known.pop(base, None)
        self._over.clear()

    def rebuild(self, base: int) -> None:
        """Make the rows of a run anew from its firings and effects."""
        for table in ("_spent", "_checkpoint"):
            self._execute(f"DELETE FROM {table} WHERE id BETWEEN ? AND ?", (base, base + ID_MASK))
        self._known.pop(base, None)
        self._catch_up(self._of(base))

    # -- within -----------------------------------------------------------------------------------

    def _begun(self, base: int, record: tuple[Any, ...]) -> Tally:
        """Return the tally that a record counts into."""
        known = self._known.get(base)
        if known is not None:
            return known
        if record[1] == START:
            tally = self._known[base] = Tally(base)
            tally.parent = self._parent(base) if record[2].parent_run else 0
            return tally
        # Its rows are written already: what is read from them must not be counted again.
        self._read.add(base)
        return Tally(base, counts=False)

    def _of(self, base: int) -> Tally:
        """Return the tally of a run as its last checkpoint has it."""
        tally = Tally(base)
        span = (base, base + ID_MASK)
        row = self._execute(
            "SELECT id, decided, skipped, errors, taken, top, undecided FROM _checkpoint"
            " WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1", span,
        ).fetchone()  # fmt: skip
        if row is not None:
            id, tally.decided, tally.skipped, tally.errors, tally.taken, tally.top, undecided = row
            tally.undecided = set(orjson.loads(undecided))
            tally.due = (id & ID_MASK) + max(EVERY, len(tally.undecided))
        tally.parent = self._parent(base)
        return tally

    def _parent(self, base: int) -> int:
        row = self._execute(
            "SELECT p.id FROM _run r JOIN _run p ON p.run = r.parent_run WHERE r.id = ?", (base >> RUN_BITS,)
        ).fetchone()
        if row is None:
            return 0
        first = int(row[0]) << RUN_BITS
        some = self._execute("SELECT 1 FROM _spent WHERE id BETWEEN ? AND ? LIMIT 1", (first, first + ID_MASK))
        return first if some.fetchone() else 0

    def _catch_up(self, tally: Tally) -> None:
        """Take in what the tables have beyond the last checkpoint."""
        base = tally.base
        span = (base, base + ID_MASK)
        last = self._execute(
            "SELECT id FROM _checkpoint WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1", span
        ).fetchone()
        after = (last[0] & ID_MASK) if last else 0
        spent = self._execute(
            f"SELECT {', '.join(_SPENT_SUMS)}, id FROM _spent WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1", span
        ).fetchone()
        if spent is not None:
            tally.sums = list(spent[:-1])
        spent_to = (spent[-1] & ID_MASK) if spent is not None else 0
        # Those known to be decided at the checkpoint have been counted.
        for first, end in [(tally.top + 1, ID_MASK), *((id, id) for id in tally.undecided)]:
            rows = self._execute(
                "SELECT DISTINCT e.firing FROM _effect e JOIN _answer a ON a.id = e.id"
                " WHERE e.firing BETWEEN ? AND ?", (base + first, base + end),
            )  # fmt: skip
            tally.asking.update(id & ID_MASK for (id,) in rows)
        for id, seq, path, tick, status, origin, attempt in self._steps(base, after):
            self._decided(tally, id, seq, path, tick, status, origin, attempt, spent=seq <= spent_to)
        row = self._execute("SELECT max(id) FROM _open WHERE id BETWEEN ? AND ?", span).fetchone()
        if row[0] is not None:
            tally.started(row[0] & ID_MASK)

    def _steps(self, base: int, after: int) -> Iterator[tuple[Any, ...]]:
        """The run's decided firings after a step, page by page: rows are written while they are read."""
        while True:
            rows = self._execute(
                "SELECT id & ?2, seq, path & ?2, tick, status, origin, attempt FROM _firing"
                " WHERE id / 4294967296 = ?1 AND seq > ?3 ORDER BY seq LIMIT 500",
                (base >> RUN_BITS, ID_MASK, after),
            ).fetchall()
            yield from rows
            if len(rows) < 500:
                return
            after = rows[-1][1]

    def _decided(
        self, tally: Tally, id: int, seq: int, path: int, tick: str, status: int, origin: int, attempt: int,
        spent: bool = False,
    ) -> None:  # fmt: skip
        if not tally.counts:
            return
        tally.ended(id)
        tally.decided += 1
        if status == SKIPPED:
            tally.skipped += 1
        elif status == ERROR:
            tally.errors += 1
        if origin == REPLAYED:
            tally.taken += 1
            if tally.parent and not spent and status != SKIPPED:
                self._take_over(tally, seq, path, tick, attempt)
        elif id in tally.asking:
            tally.asking.discard(id)
            if not spent:
                source = tally.base + id
                asked, *used = self._execute(_USED, (source,)).fetchone()
                self._spend(tally, seq, source, False, asked, used)
        if seq >= tally.due:
            self._execute(
                "INSERT OR REPLACE INTO _checkpoint VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    tally.base + seq, tally.decided, tally.skipped, tally.errors, tally.taken, tally.top,
                    orjson.dumps(sorted(tally.undecided)).decode(),
                ),
            )  # fmt: skip
            tally.due = seq + max(EVERY, len(tally.undecided))

    def _take_over(self, tally: Tally, seq: int, path: int, tick: str, attempt: int) -> None:
        """A firing of the run that this one continues: what it used there."""
        if path not in tally.paths:
            row = self._execute(
                "SELECT p.id FROM _path c JOIN _path p ON p.path = c.path AND p.id BETWEEN ?2 AND ?2 + ?3"
                " WHERE c.id = ?1",
                (tally.base + path, tally.parent, ID_MASK),
            ).fetchone()
            tally.paths[path] = None if row is None else int(row[0])
        there = tally.paths[path]
        row = None if there is None else self._execute(_SOURCE, (there, tick, attempt)).fetchone()
        if row is not None:
            source, asked, *used = row
            self._spend(tally, seq, source, True, asked, used)

    def _spend(self, tally: Tally, seq: int, source: int, taken: bool, asked: int, used: list[Any]) -> None:
        if not asked and not any(used):
            return
        first = 5 if taken else 0
        for place, amount in enumerate(used):
            tally.sums[first + place] += amount
        row = (tally.base + seq, source, int(taken), asked, *used, *tally.sums)
        self._execute(f"INSERT OR REPLACE INTO _spent VALUES ({', '.join('?' * len(row))})", row)


_NOBODY = Tally(0, counts=False)
