"""Batches in a trace: how they are written, beside the runs themselves, and read."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from studio.support.errors import UsageError
from studio.support.values import Json
from studio.trace.log import BatchResult, BatchStart
from studio.trace.reader import Reader
from studio.trace.runlog import BATCH, BATCH_END, SCORED, TRY, Durable, Listener, Writing

AT_ONCE = 400
"""Keys in one query."""


class BatchLog:
    """Writes what belongs to a batch into the queue of the file's writer, in order with the records of its runs: a
    result is durable only if its run is."""

    def __init__(self, writer: Writing, start: BatchStart) -> None:
        self._writer = writer
        self.run_id = start.batch
        self.base = 0
        """Physical id of the batch, set by the writer."""
        self.session = 0
        """Physical id of this time that it is driven, set by the writer."""
        self.listener: Listener | None = None
        self._put((self, BATCH, start))

    def begins(self, key: str, attempt: int, run: str) -> None:
        """A run of the batch is handed to a worker."""
        self._put((self, TRY, key, attempt, run, time.time_ns()))

    def result(self, result: BatchResult) -> None:
        """A run has ended and was scored. A key that has a result keeps it."""
        self._put((self, SCORED, result))

    def end(self, status: str, reason: str = "") -> None:
        """The batch is complete, or stops for now: status `complete`, `paused` or `aborted`."""
        self._put((self, BATCH_END, status, reason, time.time_ns()))

    def when_durable(self, call: Durable) -> None:
        """Have `call` called, by the writer's thread, when everything put so far is durable or was refused."""
        self._writer.mark(call)

    def flush(self) -> None:
        """Block until everything put so far is durable. Raises `EnvironmentProblem`."""
        self._writer.flush()

    def raise_if_broken(self) -> None:
        """Raise `EnvironmentProblem` if the machine refuses to write, `RuntimeError` for a fault of ours."""
        self._writer.raise_if_broken()

    def _put(self, record: tuple[Any, ...]) -> None:
        self._writer.queue.append(record)
        if self._writer.asleep:
            self._writer.attend()


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it stands. `status` is running, complete, paused, aborted or interrupted; times are seconds since
    1970."""

    id: str
    name: str
    status: str
    reason: str
    planned: int
    done: int
    failed: int
    started_at: float
    last_at: float | None


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt at a run that has no result yet."""

    key: str
    attempt: int
    run: str


class Batches:
    """Reads the batches of a database; they are named by id, unique prefix or `last`. Raises `EnvironmentProblem` for a
    file that cannot be read, `UsageError` for a batch that is not there."""

    def __init__(self, db: str | Path, *, foreign: bool = False) -> None:
        self.path = Path(db)
        self._reader = Reader(self.path, foreign=foreign)

    def __enter__(self) -> Batches:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def batches(self) -> list[Batch]:
        """Return all batches, newest first."""
        self._reader.settle()
        return [Batch(*row) for row in self._reader.rows(f"{_BATCH} ORDER BY started_at DESC, id DESC")]

    def batch(self, name: str = "last") -> Batch:
        """Return one batch."""
        self._reader.settle()
        key = self._id(name)
        return Batch(*self._reader.rows(f"{_BATCH} WHERE id = ?", (key,))[0])

    def experiment(self, name: str = "last") -> Json:
        """Return what a batch runs, as it was begun."""
        row = self._reader.one("SELECT experiment FROM _batch WHERE batch = ?", self._id(name))
        assert row is not None
        return self._reader.column(row[0])

    def data(self, name: str = "last") -> bytes | None:
        """Return the data set as it was when the batch began, None if it was too large to be kept."""
        row = self._reader.one(
            "SELECT unpacked(b.data, b.enc, b.size) FROM _batch c JOIN _blob b ON b.id = c.data WHERE c.batch = ?",
            self._id(name),
        )
        return None if row is None else bytes(row[0])

    def results(self, name: str = "last") -> Iterator[BatchResult]:
        """Yield what came of the runs, in the order of the plan."""
        yield from self._results("b.batch = ? ORDER BY o.place, o.id", (self._id(name),))

    def done_keys(self, name: str) -> set[str]:
        """Return the keys of runs that have a result."""
        query = "SELECT key FROM _batch_result WHERE batch = (SELECT id FROM _batch WHERE batch = ?)"
        return {row[0] for row in self._reader.rows(query, (self._id(name),))}

    def open_tries(self, name: str) -> dict[str, Try]:
        """Return, by key, the last attempt at each run that was begun and has no result."""
        query = (
            "SELECT t.key, t.attempt, t.run FROM _batch_try t JOIN _batch b ON b.id = t.batch WHERE b.batch = ?"
            " AND NOT EXISTS (SELECT 1 FROM _batch_result o WHERE o.batch = t.batch AND o.key = t.key) ORDER BY t.id"
        )
        return {row[0]: Try(*row) for row in self._reader.rows(query, (self._id(name),))}

    def known(self, keys: Collection[str]) -> dict[str, BatchResult]:
        """Return, by key, what came of these runs in any batch, the newest of each whose run went well."""
        found: dict[str, BatchResult] = {}
        wanted = list(keys)
        for at in range(0, len(wanted), AT_ONCE):
            part = wanted[at : at + AT_ONCE]
            marks = ",".join("?" * len(part))
            for one in self._results(f"o.key IN ({marks}) AND o.status = 'ok' ORDER BY o.id", tuple(part)):
                found[one.key] = one
        return found

    def last_driver(self, name: str) -> int:
        """Return the number, where it ran or runs, of the process that drove the batch last; 0 if none has yet."""
        query = (
            "SELECT w.pid FROM _batch b JOIN _batch_session s ON s.batch = b.id JOIN _process w ON w.id = s.process"
            " WHERE b.batch = ? ORDER BY s.id DESC LIMIT 1"
        )
        row = self._reader.one(query, name)
        return 0 if row is None else int(row[0])

    def _results(self, where: str, parameters: tuple[Any, ...]) -> Iterator[BatchResult]:
        query = (
            "SELECT o.key, o.place, o.graph, o.variant, o.row, o.seed, o.run, o.status, o.scores, o.facts, o.error,"
            f" o.attempt, o.at FROM _batch_result o JOIN _batch b ON b.id = o.batch WHERE {where}"
        )
        for row in self._reader.rows(query, parameters):
            told = list(row)
            told[8:11] = row[8].encode(), orjson.dumps(self._reader.column(row[9])), row[10] or ""
            yield BatchResult(*told)

    def _id(self, name: str) -> str:
        """Return the whole id of a batch. Raises `UsageError`."""
        if name == "last":
            row = self._reader.one("SELECT batch FROM _batch ORDER BY started_at DESC, id DESC LIMIT 1")
            if row is None:
                raise UsageError(
                    "No batch is recorded yet.",
                    where=str(self.path),
                    hint="`studio batch GRAPH --data FILE` makes one.",
                )
            return str(row[0])
        for start in dict.fromkeys((name, name.upper())) if name else ():
            rows = self._reader.rows(
                "SELECT batch FROM _batch WHERE batch >= ?1 AND batch < ?1 || char(1114111) ORDER BY batch LIMIT 4",
                (start,),
            )
            if len(rows) == 1 or (rows and rows[0][0] == start):
                return str(rows[0][0])
            if rows:
                shown = ", ".join(row[0] for row in rows[:3]) + (" …" if len(rows) > 3 else "")
                raise UsageError(f"{name!r} is the beginning of several batches: {shown}.", hint="Give more of the id.")
        raise UsageError(f"There is no batch {name!r}.", where=str(self.path), hint="`studio batch --list` lists them.")


_BATCH = (
    "SELECT id, name, status, reason, planned, coalesce(done, 0), coalesce(failed, 0), started_at, last_at FROM batch"
)


def scores_of(result: BatchResult) -> Mapping[str, float | None]:
    """Return the scores of a run by name; None where there is none."""
    scores: Mapping[str, float | None] = orjson.loads(result.scores)
    return scores


def facts_of(result: BatchResult) -> Mapping[str, Any]:
    """Return what else was told of a run."""
    facts: Mapping[str, Any] = orjson.loads(result.facts)
    return facts
