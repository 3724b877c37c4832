"""Questions of somebody who goes through a run step by step; each is answered from an index, however long the run is.

A step is a decided firing, known by its `seq`. Node paths are asked for by their number within the run (`path`), the
nodes of one region as a `Span` of those numbers and of ticks. Undecided firings are no steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from studio.trace.decided import DECIDED, RUN_OF, STARTED, Counts, Decided, PathRow, Span, Spent
from studio.trace.reader import Reader
from studio.trace.tally import EVERY
from studio.trace.views import ID_MASK, RUN_BITS

CHUNK = 2000
"""Steps looked through at a time where there is no index (search, the same node in other items)."""

_USED = """(EXISTS (SELECT 1 FROM _firing f WHERE f.path = _path.id)
 OR EXISTS (SELECT 1 FROM _open o WHERE o.path = _path.id))"""


class Steps:
    """The steps of one run. Made by `Trace.steps`."""

    def __init__(self, reader: Reader, key: int) -> None:
        self.reader = reader
        self.key = key
        self.base = key << RUN_BITS

    # -- single steps -----------------------------------------------------------------------------

    def first(self) -> int | None:
        """Return the first step, None if nothing was decided."""
        return self._number(f"SELECT min(seq) FROM _firing WHERE id {RUN_OF} = ?", self.key)

    def last(self) -> int | None:
        """Return the last step so far, None if nothing was decided."""
        return self._number(f"SELECT max(seq) FROM _firing WHERE id {RUN_OF} = ?", self.key)

    def step(self, seq: int) -> Decided | None:
        """Return the firing of a step, None if there is none (a damaged run has gaps)."""
        return self._decided(f"f.id {RUN_OF} = ? AND f.seq = ?", self.key, seq)

    def near(self, seq: int, before: int, count: int) -> list[Decided]:
        """Return `count` steps in a row, up to `before` of them before this one (more, if there are too few after)."""
        earlier = self._row(f"f.seq <= ? ORDER BY f.seq DESC LIMIT {count}", seq)[::-1]
        later = self._row(f"f.seq > ? ORDER BY f.seq LIMIT {count}", seq)
        first = max(0, len(earlier) - 1 - before, 0)
        first = max(0, min(first, len(earlier) + len(later) - count))
        return [*earlier, *later][first : first + count]

    def firing(self, id: int) -> Decided | None:
        """Return a firing by its id, also one that was not decided."""
        found = self._decided("f.id = ?", self.base + id)
        if found is not None or not 0 < id <= ID_MASK:
            return found
        row = self.reader.one(
            f"SELECT {STARTED} FROM _open f JOIN _path p ON p.id = f.path WHERE f.id = ?", self.base + id
        )
        return None if row is None else Decided._make(row)

    # -- moves ------------------------------------------------------------------------------------
    # Where a tick is given, `+f.seq` keeps the planner from going by step through all ticks of a node.

    def next(self, seq: int, *, back: bool = False) -> int | None:
        """Return the step after (or before) a number."""
        return self._next("_firing", f"id {RUN_OF} = ?", (self.key,), seq, back)

    def next_error(self, seq: int, *, back: bool = False) -> int | None:
        """Return the next step that failed."""
        return self._next("_firing", f"id {RUN_OF} = ? AND status = 1", (self.key,), seq, back)

    def next_call(self, seq: int, *, back: bool = False) -> int | None:
        """Return the next step that asked a model, or that was taken over from a run in which it did."""
        here = self.base + max(0, min(seq, ID_MASK))
        query = (
            "SELECT max(id) FROM _spent WHERE id >= ? AND id < ? AND asked > 0"
            if back
            else "SELECT min(id) FROM _spent WHERE id > ? AND id <= ? AND asked > 0"
        )
        low, high = (self.base, here) if back else (here, self.base + ID_MASK)
        found = self._number(query, low, high)
        return None if found is None else found & ID_MASK

    def next_of_path(self, path: int, seq: int, *, back: bool = False) -> int | None:
        """Return the next step of this node path."""
        return self._next("_firing", "path = ?", (self.base + path,), seq, back)

    def next_within(self, span: Span, seq: int, *, back: bool = False) -> int | None:
        """Return the next step inside the same execution of a region."""
        best, compare, order = ("max", "<", "DESC") if back else ("min", ">", "ASC")
        return self._number(
            # Executions of one path follow each other: if the next firing is of another one, there is none in this.
            f"SELECT {best}((SELECT CASE WHEN f.tick >= ?2 AND f.tick < ?3 THEN f.seq END FROM _firing f"
            f" WHERE f.path = p.id AND f.seq {compare} ?1 ORDER BY f.seq {order} LIMIT 1))"
            " FROM _path p WHERE p.id BETWEEN ?4 AND ?5",
            seq, span.ticks, span.beyond, self.base + span.first, self.base + span.last,
        )  # fmt: skip

    def next_tick(self, span: Span, tick_key: str, seq: int, *, back: bool = False) -> int | None:
        """Return the first step of the region's next (or last) tick, seen from a step in its tick `tick_key`."""
        paths = (self.base + span.first, self.base + span.last)
        if not back:
            return self._number(
                "SELECT min((SELECT f.seq FROM _firing f WHERE f.path = p.id AND f.tick > ?1 AND f.tick < ?2"
                " AND +f.seq > ?3 ORDER BY f.tick LIMIT 1)) FROM _path p WHERE p.id BETWEEN ?4 AND ?5",
                tick_key, span.beyond, seq, *paths,
            )  # fmt: skip
        row = self.reader.one(
            "SELECT max((SELECT f.tick FROM _firing f WHERE f.path = p.id AND f.tick >= ?1 AND f.tick < ?2"
            " AND +f.seq < ?3 ORDER BY f.tick DESC LIMIT 1)) FROM _path p WHERE p.id BETWEEN ?4 AND ?5",
            span.ticks, tick_key, seq, *paths,
        )  # fmt: skip
        if row is None or row[0] is None:
            return None
        return self._number(
            "SELECT min((SELECT min(+f.seq) FROM _firing f WHERE f.path = p.id AND f.tick = ?1 AND +f.seq < ?2))"
            " FROM _path p WHERE p.id BETWEEN ?3 AND ?4",
            row[0], seq, *paths,
        )  # fmt: skip

    def first_at(self, span: Span, tick_key: str) -> int | None:
        """Return the first step of a region at one of its ticks."""
        return self._number(
            "SELECT min((SELECT min(+f.seq) FROM _firing f WHERE f.path = p.id AND f.tick = ?1))"
            " FROM _path p WHERE p.id BETWEEN ?2 AND ?3",
            tick_key, self.base + span.first, self.base + span.last,
        )  # fmt: skip

    def next_like(self, pattern: str, plan_index: int, seq: int, *, back: bool = False) -> int | None:
        """Return the next step of a node whose path is like `pattern` (GLOB), a segment per `*`: the same node in any
        item of the maps around it."""
        depth = pattern.count("/")
        like = f"p.path GLOB ? AND p.plan_index = ? AND length(p.path) - length(replace(p.path, '/', '')) = {depth}"
        near = self._next(
            "_firing f JOIN _path p ON p.id = f.path", f"f.id {RUN_OF} = ? AND f.seq BETWEEN ? AND ? AND {like}",
            (self.key, seq - CHUNK, seq + CHUNK, pattern, plan_index), seq, back, column="f.seq",
        )  # fmt: skip
        if near is not None:
            return near
        best, compare, order = ("max", "<", "DESC") if back else ("min", ">", "ASC")
        return self._number(
            f"SELECT {best}((SELECT f.seq FROM _firing f WHERE f.path = p.id AND f.seq {compare} ?1"
            f" ORDER BY f.seq {order} LIMIT 1)) FROM _path p WHERE p.id BETWEEN ?2 AND ?3"
            f" AND {like.replace('?', '?4', 1).replace('= ?', '= ?5', 1)}",
            seq, self.base, self.base + ID_MASK, pattern, plan_index,
        )  # fmt: skip

    def next_alarm(self, seq: int, *, back: bool = False) -> int | None:
        """Return the next step that an alarm concerns; one of the whole run counts where the run had got to."""
        best, compare = ("max", "<") if back else ("min", ">")
        one = self._number(
            f"SELECT {best}(f.seq) FROM _alarm a JOIN _firing f ON f.id = a.firing"
            f" WHERE a.id BETWEEN ? AND ? AND f.seq {compare} ?",
            self.base, self.base + ID_MASK, seq,
        )  # fmt: skip
        rows = self.reader.rows(
            "SELECT at FROM _alarm WHERE id BETWEEN ? AND ? AND firing = ?",
            (self.base, self.base + ID_MASK, self.base),
        )
        places = [place for (at,) in rows if (place := self.step_at(at)) is not None]
        found = [place for place in (one, *places) if place is not None and (place < seq if back else place > seq)]
        return (max if back else min)(found, default=None)

    def step_at(self, time: int) -> int | None:
        """Return the last step decided by then (the first one if none was), in nanoseconds since 1970."""
        low, high = self.first(), self.last()
        if low is None or high is None:
            return None
        while low < high:
            middle = (low + high + 1) // 2
            row = self.reader.one(
                f"SELECT seq, started_at + duration FROM _firing WHERE id {RUN_OF} = ? AND seq <= ?"
                " ORDER BY seq DESC LIMIT 1",
                self.key, middle,
            )  # fmt: skip
            assert row is not None, "the first step is one"
            if row[1] <= time:
                low = middle
            else:
                high = min(middle, row[0]) - 1
                high = max(high, low)
        return low

    def first_inside(self, region: Decided) -> Decided | None:
        """Return the firing inside a region node's firing that started first, None if it had none."""
        after = self.base + region.id
        while True:
            page = self.reader.rows(
                f"SELECT {DECIDED} FROM _firing f JOIN _path p ON p.id = f.path WHERE f.id > ? AND f.id <= ?"
                f" ORDER BY f.id LIMIT {EVERY}",
                (after, self.base + ID_MASK),
            )
            for row in map(Decided._make, page):
                if row.parent == region.id:
                    return row
                if region.seq is not None and row.started_at > region.ended_at:
                    return None
            if len(page) < EVERY:
                return None
            after = self.base + page[-1][0]

    # -- paths ------------------------------------------------------------------------------------

    def path(self, path: int) -> PathRow | None:
        """Return a node path by its number."""
        rows = self._paths("id = ?", self.base + path)
        return rows[0] if rows else None

    def path_named(self, node: str) -> PathRow | None:
        """Return a node path."""
        rows = self._paths("path = ? AND id BETWEEN ? AND ?", node, self.base, self.base + ID_MASK)
        return rows[0] if rows else None

    def paths_below(self, parent: int, limit: int = -1) -> list[PathRow]:
        """Return the first node path of each body of a region node's path (0: of the top region), in the order in
        which the bodies first began."""
        return self._paths(
            "parent = ? AND id BETWEEN ? AND ? AND plan_index = 0 ORDER BY id LIMIT ?",
            parent, self.base, self.base + ID_MASK, limit,
        )  # fmt: skip

    def body_beside(self, first: PathRow, *, back: bool = False) -> PathRow | None:
        """Return the first node path of the body that began next after (or before) the one with this first node path,
        of the same region node's path: the next item of a map."""
        compare, order = ("<", "DESC") if back else (">", "ASC")
        rows = self._paths(
            f"parent = ? AND id BETWEEN ? AND ? AND plan_index = 0 AND id {compare} ? ORDER BY id {order} LIMIT 1",
            first.parent, self.base, self.base + ID_MASK, self.base + first.path,
        )  # fmt: skip
        return rows[0] if rows else None

    def count_bodies(self, parent: int, before: int = ID_MASK + 1) -> int:
        """Return how many bodies a region node's path has had (the items of a map), of those that began before the one
        with this first node path, if it is given."""
        return self._number(
            "SELECT count(*) FROM _path WHERE parent = ? AND id BETWEEN ? AND ? AND plan_index = 0",
            parent, self.base, self.base + before - 1,
        ) or 0  # fmt: skip

    def body_at(self, parent: int, place: int) -> PathRow | None:
        """Return the first node path of the body that began at this place, from 0, among those of a region node's
        path."""
        rows = self._paths(
            "parent = ? AND id BETWEEN ? AND ? AND plan_index = 0 ORDER BY id LIMIT 1 OFFSET ?",
            parent, self.base, self.base + ID_MASK, place,
        )  # fmt: skip
        return rows[0] if rows else None

    def paths_ending(self, name: str) -> list[str]:
        """Return the node paths that are this name or end with it, of which something was decided or had started."""
        return [row.node for row in self._paths(
            f"id BETWEEN ?1 AND ?2 AND (path = ?3 OR substr(path, ?4) = '/' || ?3) AND {_USED} ORDER BY id",
            self.base, self.base + ID_MASK, name, -len(name) - 1,
        )]  # fmt: skip

    def used_paths(self) -> list[str]:
        """Return all node paths of which something was decided or had started."""
        return [row.node for row in self._paths(
            f"id BETWEEN ? AND ? AND {_USED} ORDER BY id", self.base, self.base + ID_MASK
        )]  # fmt: skip

    def paths_between(self, first: int, last: int) -> list[PathRow]:
        """Return the node paths with these numbers, in order."""
        return self._paths("id BETWEEN ? AND ? ORDER BY id", self.base + first, self.base + last)

    # -- counting ---------------------------------------------------------------------------------

    def counts(self, seq: int) -> Counts:
        """Return how many firings were decided up to a step, and what they used."""
        here = self.base + max(0, min(seq, ID_MASK))
        row = self.reader.one(
            "SELECT id, decided, skipped, errors, taken FROM _checkpoint WHERE id BETWEEN ? AND ?"
            " ORDER BY id DESC LIMIT 1",
            self.base, here,
        )  # fmt: skip
        before = row or (self.base, 0, 0, 0, 0)
        since = self.reader.one(
            "SELECT count(*), coalesce(sum(status = 2), 0), coalesce(sum(status = 1), 0), coalesce(sum(origin = 3), 0)"
            f" FROM _firing WHERE id {RUN_OF} = ? AND seq > ? AND seq <= ?",
            self.key, before[0] & ID_MASK, seq,
        )  # fmt: skip
        assert since is not None
        decided, skipped, errors, taken = (a + b for a, b in zip(before[1:], since, strict=True))
        spent = self.reader.one(
            "SELECT sum_calls, sum_tokens_in, sum_tokens_out, sum_cost_usd, sum_unpriced, taken_calls, taken_tokens_in,"
            " taken_tokens_out, taken_cost_usd, taken_unpriced FROM _spent WHERE id BETWEEN ? AND ?"
            " ORDER BY id DESC LIMIT 1",
            self.base, here,
        )  # fmt: skip
        sums = spent or Spent() + Spent()
        return Counts(decided, skipped, errors, taken, Spent(*sums[:5]), Spent(*sums[5:]))

    def asked(self, seq: int) -> int:
        """Return how many model calls a step made, or had made where it was taken over from."""
        return self._number("SELECT asked FROM _spent WHERE id = ?", self.base + seq) or 0

    def used_at(self, seqs: Sequence[int]) -> dict[int, Spent]:
        """Return what each of these steps itself used for model calls, of those that asked."""
        found: dict[int, Spent] = {}
        for at in range(0, len(seqs), CHUNK):
            marks = ",".join(str(self.base + seq) for seq in seqs[at : at + CHUNK])
            rows = self.reader.rows(
                "SELECT id, calls, tokens_in, tokens_out, cost_usd, unpriced FROM _spent"
                f" WHERE id IN ({marks}) AND asked > 0"
            )
            found.update((id & ID_MASK, Spent(*used)) for id, *used in rows)
        return found

    # -- within -----------------------------------------------------------------------------------

    def _next(
        self, table: str, where: str, values: tuple[Any, ...], seq: int, back: bool, *, column: str = "seq"
    ) -> int | None:
        compare, order = ("<", "DESC") if back else (">", "ASC")
        return self._number(
            f"SELECT {column} FROM {table} WHERE {where} AND {column} {compare} ? ORDER BY {column} {order} LIMIT 1",
            *values, seq,
        )  # fmt: skip

    def _number(self, query: str, *values: Any) -> int | None:
        row = self.reader.one(query, *values)
        return None if row is None or row[0] is None else int(row[0])

    def _decided(self, where: str, *values: Any) -> Decided | None:
        row = self.reader.one(f"SELECT {DECIDED} FROM _firing f JOIN _path p ON p.id = f.path WHERE {where}", *values)
        return None if row is None else Decided._make(row)

    def _row(self, where: str, *values: Any) -> list[Decided]:
        rows = self.reader.rows(
            f"SELECT {DECIDED} FROM _firing f JOIN _path p ON p.id = f.path WHERE f.id {RUN_OF} = ? AND {where}",
            (self.key, *values),
        )
        return [Decided._make(row) for row in rows]

    def _paths(self, where: str, *values: Any) -> list[PathRow]:
        rows = self.reader.rows(
            f"SELECT id & {ID_MASK}, path, type, version, plan_index, parent FROM _path WHERE {where}", values
        )
        return [PathRow._make(row) for row in rows]
