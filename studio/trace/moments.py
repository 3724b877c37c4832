"""Questions about one moment of a run: what each node of a region had last said by then, and what was under way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from studio.trace.assemble import effect_of
from studio.trace.decided import DECIDED, STARTED, Decided, Span
from studio.trace.found import Effect
from studio.trace.queries import EFFECT
from studio.trace.steps import Steps
from studio.trace.views import ID_MASK

PAGE = 300
"""Firings looked at together."""

MOST = 500
"""Firings under way that are told of one moment."""

_NOT_STALE = """NOT EXISTS (SELECT 1 FROM _firing d WHERE d.id = f.id AND (d.status <> 2 OR d.seq <= :seq))
 AND NOT EXISTS (SELECT 1 FROM _firing d WHERE d.path = f.path AND d.id > f.id AND d.seq <= :seq)
 AND NOT EXISTS (SELECT 1 FROM _firing d WHERE f.parent > 0 AND d.id = :base + f.parent AND d.seq <= :seq)"""
"""Of `_open f`: it is not decided yet (a skip has no start of its own, so these stand for what is skipped later), was
not cut off by a time limit, and did not end with the region around it."""


class Moments(Steps):
    """The steps of one run, with the moments between them. Made by `Trace.steps`."""

    def last_of(self, span: Span, seq: int) -> list[Decided]:
        """Return the last firing of each node path up to a step; of these the ones of this execution are wanted."""
        return self._of_paths(span, "d.seq <= :seq ORDER BY d.seq DESC", seq=seq)

    def running_of(self, span: Span, seq: int, time: int) -> list[Decided]:
        """Return the firings of these node paths that had started by `time` and were decided after a step."""
        return self._of_paths(
            span, "d.seq > :seq ORDER BY d.seq", "AND f.started_at <= :time AND f.status <> 2", seq=seq, time=time
        )

    def before(self, span: Span, tick_key: str, seq: int) -> list[Decided]:
        """Return the last firing of each node path up to a step in an earlier tick."""
        return self._of_paths(span, "d.seq <= :seq AND d.tick < :tick ORDER BY d.seq DESC", seq=seq, tick=tick_key)

    def first_tick(self, span: Span, seq: int) -> str | None:
        """Return the first tick of this execution in which a node was decided."""
        row = self.reader.one(
            "SELECT min((SELECT f.tick FROM _firing f WHERE f.path = p.id AND f.tick >= ?1 AND f.tick < ?2"
            " AND f.seq <= ?3 ORDER BY f.tick LIMIT 1)) FROM _path p WHERE p.id BETWEEN ?4 AND ?5",
            span.ticks, span.beyond, seq, self.base + span.first, self.base + span.last,
        )  # fmt: skip
        return None if row is None else row[0]

    def first_of(self, path: int, span: Span, seq: int) -> Decided | None:
        """Return the firing of a node path at the first tick of this execution, up to a step."""
        return self._decided(
            "f.path = ? AND f.tick >= ? AND f.tick < ? AND f.seq <= ? ORDER BY f.tick, f.seq DESC LIMIT 1",
            self.base + path, span.ticks, span.beyond, seq,
        )  # fmt: skip

    def last_giving(
        self, path: int, port: str, span: Span, tick_key: str, seq: int, *, failed_too: bool = False
    ) -> Decided | None:
        """Return the last firing of a node path in an earlier tick of this execution whose output `port` held
        something; `done` does where it fired, and with `failed_too` where it failed."""
        where = "f.path = ? AND f.seq <= ? AND f.tick < ? AND f.tick >= ?"
        values: tuple[Any, ...] = (self.base + path, seq, tick_key, span.ticks)
        if port == "done":
            where += " AND f.status IN (0, 1)" if failed_too else " AND f.status = 0"
        else:
            where += " AND f.outputs IS NOT NULL AND json_type(f.outputs, ?) IS NOT NULL"
            values += ('$."' + port + '"',)
        return self._decided(f"{where} ORDER BY f.seq DESC LIMIT 1", *values)

    def undecided_of(self, span: Span, seq: int, time: int) -> list[Decided]:
        """Return the firings of these node paths that had started by `time` and were never decided."""
        rows = self.reader.rows(
            f"SELECT {STARTED} FROM _path p JOIN _open f ON f.id = (SELECT max(o.id) FROM _open o WHERE o.path = p.id"
            f" AND o.started_at <= :time) WHERE p.id BETWEEN :first AND :last AND {_NOT_STALE}",
            {"first": self.base + span.first, "last": self.base + span.last, "time": time, "seq": seq,
             "base": self.base},
        )  # fmt: skip
        return [Decided._make(row) for row in rows]

    def under_way(self, seq: int, most: int = MOST, time: int | None = None) -> list[Decided]:
        """Return the firings of the whole run that had started when a step was decided (or by `time`), and had not
        ended then: at most `most`, in the order they started."""
        moment = self.step(seq)
        if moment is None:
            return []
        time = moment.ended_at if time is None else time
        row = self.reader.one(
            "SELECT top, undecided FROM _checkpoint WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
            self.base, self.base + seq,
        )  # fmt: skip
        top, waiting = (0, []) if row is None else (row[0], orjson.loads(row[1]))
        found: list[Decided] = []
        for at in range(0, len(waiting), PAGE):
            marks = ",".join(str(self.base + id) for id in waiting[at : at + PAGE])
            found += self._started(f"f.id IN ({marks})", seq, time)
        after = self.base + top
        while len(found) < most:
            page = self.reader.rows(
                # Ids are given in the order of starts. A skip of what had started tells no start: it has its own time.
                "SELECT id, CASE WHEN status = 2 AND EXISTS (SELECT 1 FROM _open o WHERE o.id = f.id) THEN 0"
                " ELSE started_at END FROM _firing f WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
                (after, self.base + ID_MASK, PAGE),
            )
            end = next((id for id, started in page if started > time), None)
            last = end if end is not None else page[-1][0] if len(page) == PAGE else self.base + ID_MASK
            found += self._started(f"f.id > {after} AND f.id <= {last}", seq, time)
            if end is not None or len(page) < PAGE:
                break
            after = last
        return sorted(found, key=lambda one: one.id)[:most]

    def open_effects(self, firing: int, time: int) -> list[Effect]:
        """Return the effects of a firing that were asked by `time` and not answered by then."""
        rows = self.reader.rows(
            f"SELECT {EFFECT} WHERE e.firing = ? AND e.asked_at <= ?"
            " AND (a.duration IS NULL OR e.asked_at + a.duration > ?) ORDER BY e.id",
            (self.base + firing, time, time),
        )
        return [effect_of(self.reader, tuple(row)) for _, *row in rows]

    # -- within -----------------------------------------------------------------------------------

    def _of_paths(self, span: Span, which: str, where: str = "", **values: int | str) -> list[Decided]:
        rows = self.reader.rows(
            f"SELECT {DECIDED} FROM _path p JOIN _firing f ON f.id = (SELECT d.id FROM _firing d"
            f" WHERE d.path = p.id AND {which} LIMIT 1) WHERE p.id BETWEEN :first AND :last {where}",
            {"first": self.base + span.first, "last": self.base + span.last, **values},
        )
        return [Decided._make(row) for row in rows]

    def _started(self, which: str, seq: int, time: int) -> Sequence[Decided]:
        values = {"seq": seq, "time": time, "base": self.base}
        rows = self.reader.rows(
            f"SELECT {DECIDED} FROM _firing f JOIN _path p ON p.id = f.path"
            f" WHERE {which} AND f.seq > :seq AND f.started_at <= :time AND f.status <> 2"
            f" UNION ALL SELECT {STARTED} FROM _open f JOIN _path p ON p.id = f.path"
            f" WHERE {which} AND f.started_at <= :time AND {_NOT_STALE}",
            values,
        )
        return [Decided._make(row) for row in rows]
