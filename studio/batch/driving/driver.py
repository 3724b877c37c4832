"""The driver of a batch: one event loop that feeds the workers and one queue into the database.

Exactly once, whatever dies: a run's records, its footer and its result enter the database through one queue, in order,
so a result that is there has its run; a second result for the same key is refused by the database; and only the attempt
that the driver waits for is let in, so that a worker that was held for dead and wakes up changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from studio.batch.driving.beginnings import Left, left_of
from studio.batch.driving.jobs import Budget, Jobs
from studio.batch.driving.progress import Progress
from studio.batch.driving.supply import Supply, Turn
from studio.batch.engines.base import Engine, Link, WorkerLost
from studio.batch.engines.local import told_later
from studio.batch.work.messages import (
    STOPPED,
    CouldNot,
    DoRun,
    DoScore,
    Ended,
    Frame,
    Hello,
    StopRun,
    Stored,
    TakeScoring,
    pack,
    unpack,
)
from studio.support.errors import EnvironmentProblem
from studio.support.ids import new_run_id
from studio.support.keys import scrubber
from studio.support.values import decode, encode, hash_bytes, sorted_encode
from studio.trace.batches import Batches, BatchLog
from studio.trace.frames import Relay
from studio.trace.log import EXECUTED, BatchResult, BatchStart
from studio.trace.writer import writer_of

ATTEMPTS: Final = 3
"""Attempts at a run whose worker dies, before it counts as lost (`reliability-notes` 5.5)."""

SILENT_S: Final = 30.0
"""A worker that has not even said that it lives for so long is held for dead."""

WAITING: Final = 2
"""Runs that wait in a worker beside those it works at, so that it need not wait for the next."""

IN_VAIN: Final = 6
"""So many workers lost, or runs refused, one after the other and none that ended: no use going on."""

LOST: Final = "lost"
"""Status of a run of which no attempt came to an end."""


@dataclass(slots=True)
class Flight:
    """A run that a worker has."""

    run: str
    turn: Turn
    judges: tuple[str, ...] = ()
    """Ids of the runs of judges."""

    @property
    def runs(self) -> list[str]:
        """All runs that records may come of."""
        return [self.run, *self.judges]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a session of a batch ended: `complete`, `paused` (a bound, a problem, or a person; `reason` says which)."""

    batch: str
    status: str
    reason: str
    progress: Progress
    problem: EnvironmentProblem | None = None


class Driver:
    """One session of a batch. `watch` is called with the progress after each thing that changes it."""

    def __init__(
        self,
        start: BatchStart,
        jobs: Jobs,
        engine: Engine,
        db: Path,
        *,
        workers: int,
        at_once: int = 1,
        budget: Budget | None = None,
        reuse: bool = True,
        settings: dict[str, Any] | None = None,
        silent_s: float = SILENT_S,
        watch: Callable[[Progress], None] | None = None,
    ) -> None:
        self._start = start
        self._jobs = jobs
        self._engine = engine
        self._db = db
        self._workers = max(1, min(workers, len(jobs) or 1))
        self._at_once = at_once
        self._budget = budget or Budget()
        self._reuse = reuse
        self._settings = settings
        self._silent_s = silent_s
        self._watch = watch
        self._clean = scrubber()
        self._scoring = "" if jobs.scoring is None else hash_bytes(sorted_encode(jobs.scoring))
        self.progress = Progress(len(jobs))
        self._flights: dict[Link, dict[str, Flight]] = {}
        self._paid: set[str] = set()
        self._reason = ""
        self._problem: EnvironmentProblem | None = None
        self._in_vain = 0

    # -- from outside -----------------------------------------------------------------------------

    def stop(self, reason: str = "as you asked", *, now: bool = False) -> None:
        """Hand out no more runs; with `now`, break off those under way. Call it in the driver's event loop."""
        self._reason = self._reason or reason
        if now:
            for link, flights in self._flights.items():
                for run in flights:
                    link.send(pack(StopRun(run)))

    async def drive(self) -> Outcome:
        """Make all runs that have no result yet. Raises `EnvironmentProblem` if the database cannot be opened."""
        existed = self._db.exists()
        writer = writer_of(self._db)
        loop = asyncio.get_running_loop()
        self._relay = Relay(writer, self._answered)
        with Batches(self._db) if existed else _Nothing() as batches:
            self._supply = Supply(self._jobs, batches, self._start.batch, self._scoring, reuse=self._reuse)
            self.progress.done = self.progress.before = len(self._supply.done)
            self._log = BatchLog(writer, self._start)
            try:
                if self.progress.left:
                    await self._engine.open()
                    await _all([loop.create_task(self._serve(loop)) for _ in range(self._workers)])
            finally:
                await self._engine.close()
                status = self._end()
        await asyncio.to_thread(self._log.flush)
        return Outcome(self._start.batch, status, self._reason, self.progress, self._problem)

    def _end(self) -> str:
        if not self.progress.left:
            status, self._reason = "complete", ""
        else:
            status = "paused"
            self._reason = self._reason or "some runs could not be made"
        self._log.end(status, self._clean(self._reason))
        return status

    # -- one worker after the other -----------------------------------------------------------------

    async def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """Keep one worker busy, and put another in its place when it is lost, until there is nothing to do."""
        while (turn := self._take()) is not None:
            self._supply.unused(turn)  # a start may take long: whoever is free meanwhile does it
            try:
                link = await self._engine.start()
            except EnvironmentProblem as problem:
                self.progress.last_error = self._clean(str(problem))
                if self._flights:
                    return  # those that stand take what this one would have had
                raise
            if (turn := self._take()) is None:
                return
            self._flights[link] = {}
            try:
                await self._feed(link, turn, loop)
                return
            except WorkerLost as lost:
                await self._lost(link, lost)
            finally:
                self._flights.pop(link, None)

    async def _feed(self, link: Link, first: Turn, loop: asyncio.AbstractEventLoop) -> None:
        flights = self._flights[link]
        link.send(pack(Hello(told_later(), self._settings, self._at_once)))
        for graph in self._jobs.graphs.values():
            link.send(pack(graph))
        if self._jobs.scoring is not None:
            link.send(pack(TakeScoring(self._jobs.scoring)))
        await self._hand_over(link, first)
        while True:
            while len(flights) < self._at_once + WAITING and (turn := self._take()) is not None:
                await self._hand_over(link, turn)
            if not flights:
                return
            try:
                async with asyncio.timeout(self._silent_s):
                    data = await link.receive()
            except TimeoutError:
                link.kill()
                raise WorkerLost(f"said nothing for {self._silent_s:g} s") from None
            self._hear(link, flights, unpack(data), loop)

    def _take(self) -> Turn | None:
        """Return what is to be done next; what needs no worker is done here."""
        while not self._reason:
            turn = self._supply.next()
            if turn is None or turn.copied is None:
                return turn
            self.progress.before += 1
            self._keep(replace(turn.copied, place=turn.job.place, attempt=0, at=time.time_ns()))
        return None

    async def _hand_over(self, link: Link, turn: Turn) -> None:
        job = turn.job
        left = Left()
        if turn.before:
            left = await asyncio.to_thread(left_of, self._db, turn.before)
        judges = tuple(new_run_id() for _ in range(self._jobs.judges))
        for judge in judges:
            self._relay.expect(judge)
        if left.outcome is not None:
            run = turn.before
            link.send(pack(DoScore(run, job.row_values, encode(left.outcome), judges)))
        else:
            run = new_run_id()
            parent = turn.before if left.past else ""
            self._relay.expect(run)
            self._log.begins(job.key, turn.attempt, run)
            files = await asyncio.to_thread(_read, job.files) if job.files else {}
            order = DoRun(
                run, job.graph_hash, job.inputs, job.row_values, dict(job.options), job.changes, files, judges, parent,
                left.past,
            )  # fmt: skip
            link.send(pack(order))
        self._flights[link][run] = Flight(run, turn, judges)
        self.progress.under_way += 1

    # -- what workers say -----------------------------------------------------------------------------

    def _hear(self, link: Link, flights: dict[str, Flight], message: Any, loop: asyncio.AbstractEventLoop) -> None:
        if isinstance(message, Frame):
            self._relay.take(message.frame)
            if message.mark:
                mark = message.mark

                def stored(problem: EnvironmentProblem | None) -> None:
                    loop.call_soon_threadsafe(self._stored, link, mark, problem)

                self._log.when_durable(stored)
        elif isinstance(message, Ended) and message.run in flights:
            flight = flights.pop(message.run)
            self.progress.under_way -= 1
            self._in_vain = 0
            judged = [run for run in flight.judges if self._relay.has_begun(run)]
            for run in flight.runs:
                self._relay.forget(run)
            outcome = decode(message.outcome)
            facts = {**outcome, "missing": dict(message.missing), "scoring": self._scoring, "judges": judged}
            error = (outcome.get("error") or {}).get("message", "")
            self._keep(_result(flight, message.status, dict(message.scores), facts, self._clean(str(error))))
        elif isinstance(message, CouldNot) and message.run in flights:
            self._could_not(flights.pop(message.run), message)

    def _stored(self, link: Link, mark: int, problem: EnvironmentProblem | None) -> None:
        told = None if problem is None else (problem.message, problem.where, problem.hint)
        link.send(pack(Stored(mark, told)))
        if problem is not None:
            self._give_up(problem)

    def _keep(self, result: BatchResult) -> None:
        """Put a result down; its run went before."""
        self._supply.done.add(result.key)
        self._log.result(result)
        self.progress.ended(ok=result.status == "ok")
        self._told()

    def _could_not(self, flight: Flight, message: CouldNot) -> None:
        """A run came to nothing: it was stopped, it cannot be made, or something of ours or of the machine failed."""
        self.progress.under_way -= 1
        stopped = message.message == STOPPED
        self._close(flight, "aborted" if stopped else "interrupted", message.message)
        if stopped:
            return
        said = self._clean(message.message)
        self.progress.last_error = said
        if message.stops:
            self._give_up(EnvironmentProblem(message.message, where=message.where, hint=message.hint))
        elif message.is_fault:
            self._repeat(flight.turn, said)
        else:
            self.progress.refused += 1
            self._in_vain += 1
            if self._in_vain >= IN_VAIN or self.progress.done == self.progress.before:
                self._reason = self._reason or said + (f" {message.hint}" if message.hint else "")
        self._told()

    async def _lost(self, link: Link, lost: WorkerLost) -> None:
        """A worker is gone: what it worked at is repeated by another, what waited in it just goes elsewhere."""
        flights = list(self._flights[link].values())
        self.progress.under_way -= len(flights)
        self._in_vain += 1
        for place, flight in enumerate(flights):
            begun = self._relay.has_begun(flight.run)
            self._close(flight, "interrupted", f"its worker {lost}")
            if place < self._at_once or begun:
                self._repeat(flight.turn, f"{link.name} {lost}")
            else:
                self._supply.back(flight.turn)
        if self._in_vain >= IN_VAIN:
            self._give_up(EnvironmentProblem(f"Workers end before they get anywhere: the last one {lost}."))
        self._told()

    def _repeat(self, turn: Turn, why: str) -> None:
        turn.failures += 1
        turn.attempt += 1
        self.progress.last_error = self._clean(why)
        if turn.failures < ATTEMPTS:
            self.progress.repeated += 1
            self._supply.back(turn)
        else:
            facts = {"missing": {}, "scoring": self._scoring}
            self._keep(_result(Flight(turn.before, turn), LOST, {}, facts, self._clean(why)))

    def _close(self, flight: Flight, status: str, why: str) -> None:
        """Write the end of a run that its worker did not write. What is there of it will be scored, or gone on from."""
        run, relay = flight.run, self._relay
        if relay.has_ended(run) or (relay.has_begun(run) and run in self._paid):
            flight.turn.before = run
        error = encode({"code": "worker", "message": self._clean(why), "node": "", "tick": ""})
        for one in flight.runs:
            relay.end(one, status, "abort" if status == "aborted" else "error", error, time.time_ns())

    def _answered(self, run: str, record: list[Any]) -> None:
        """An effect was answered: count what it cost, and stop where a bound is reached."""
        origin, reply = record[14], record[6]
        if origin != EXECUTED:
            return
        self._paid.add(run)
        self.progress.tokens += (record[9] or 0) + (record[10] or 0)
        self.progress.cost_usd += record[11] or 0.0
        self.progress.calls += reply is not None
        self._require_budget()

    def _require_budget(self) -> None:
        name = self._budget.reached(self.progress.used())
        if name and not self._reason:
            self.stop(f"limit:{name}", now=name != "runs")

    def _give_up(self, problem: EnvironmentProblem) -> None:
        self._problem = self._problem or problem
        self.stop(problem.message, now=True)

    def _told(self) -> None:
        self._require_budget()
        if self._watch is not None:
            self._watch(self.progress)


def _result(
    flight: Flight, status: str, scores: dict[str, float | None], facts: dict[str, Any], error: str
) -> BatchResult:
    job = flight.turn.job
    return BatchResult(
        key=job.key, place=job.place, graph=job.graph, variant=job.variant, row=job.row, seed=job.seed,
        run=flight.run, status=status, scores=encode(scores), facts=encode(facts), error=error,
        attempt=flight.turn.attempt, at=time.time_ns(),
    )  # fmt: skip


def _read(files: Mapping[str, str]) -> dict[str, bytes]:
    """Read the files that stand for inputs. Raises `EnvironmentProblem`."""
    found = {}
    for name, file in files.items():
        try:
            found[name] = Path(file).read_bytes()
        except OSError as error:
            raise EnvironmentProblem(f"A file of the data cannot be read: {error.strerror}.", where=file) from None
    return found


async def _all(tasks: list[asyncio.Task[None]]) -> None:
    """Wait for all tasks; where one fails, or whoever waits is cancelled, end the others first."""
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Nothing:
    """Stands for the batches of a database that is not there yet."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        """Nothing was opened."""
