"""The driver of a batch: one event loop that feeds the workers and one queue into the database.

Exactly once, whatever dies: a run's records, its footer and its result enter the database through one queue, in order,
so a result that is there has its run; a second result for the same key is refused by the database; and only the attempt
that the driver waits for is let in, so that a worker that was held for dead and wakes up changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from studio.batch.driving.beginnings import Left, left_of
from studio.batch.driving.flights import Flight, outcome_told, result_of
from studio.batch.driving.holding_back import HoldingBack
from studio.batch.driving.jobs import Budget, Jobs
from studio.batch.driving.progress import Progress
from studio.batch.driving.silence import Silence
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
    Ready,
    StopRun,
    Stored,
    TakeScoring,
    pack,
    unpack,
)
from studio.support.errors import EnvironmentProblem, StudioError
from studio.support.ids import new_run_id
from studio.support.keys import scrubber
from studio.support.values import encode, hash_bytes, sorted_encode
from studio.trace.batches import Batches, BatchLog
from studio.trace.frames import Relay
from studio.trace.log import EXECUTED, BatchResult, BatchStart
from studio.trace.seats import Seat
from studio.trace.writer import Writer, writer_of

ATTEMPTS: Final = 3
"""Attempts at a run whose worker dies, before it counts as lost (`reliability-notes` 5.5)."""

SILENT_S: Final = 30.0
"""A worker that has not even said that it lives for so long is held for dead."""

WAITING: Final = 2
"""Runs that wait in a worker beside those it works at, so that it need not wait for the next."""

SHORT_S: Final = 1.0
"""Only runs shorter than this wait in a worker: behind a long one, another worker would have done them."""

AHEAD_S: Final = 0.06
"""Of very short runs, as many wait as take about so long: what is handed over at once wakes the worker up once."""

MOST_WAITING: Final = 16

IN_VAIN: Final = 6
"""So many workers lost (or three for each that there are), or runs refused, one after the other and none that ended:
no use going on."""

STOP_S: Final = 10.0
"""How long runs may take to break off when they are told to; then their workers are ended."""

LOST: Final = "lost"
"""Status of a run of which no attempt came to an end."""


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
        self._ready: set[Link] = set()
        self._silence = Silence(silent_s)
        self._paid: set[str] = set()
        self._run_s: float | None = None
        self._reason = ""
        self._breaking_off: asyncio.TimerHandle | None = None
        self._problem: EnvironmentProblem | None = None
        self._in_vain = 0
        self._patience = max(IN_VAIN, 3 * self._workers)

    # -- from outside -----------------------------------------------------------------------------

    def stop(self, reason: str = "as you asked", *, now: bool = False) -> None:
        """Hand out no more runs; with `now`, break off those under way. Call it in the driver's event loop."""
        self._reason = self._reason or reason
        if now and self._breaking_off is None:
            for link, flights in self._flights.items():
                for run in flights:
                    link.send(pack(StopRun(run)))
            self._breaking_off = asyncio.get_running_loop().call_later(STOP_S, self._end_workers)

    @property
    def refused(self) -> int:
        """Records that came of runs which had been given to another worker."""
        return self._relay.refused

    async def drive(self) -> Outcome:
        """Make all runs that have no result yet. Raises `EnvironmentProblem` if the database cannot be opened or no
        worker starts, `UsageError` if another driver is at this batch."""
        existed = self._db.exists()
        writer = writer_of(self._db)
        seat = Seat(writer.path, self._start.batch)
        try:
            with Batches(self._db) if existed else _Nothing() as batches:
                return await self._session(writer, batches)
        finally:
            seat.leave()

    async def _session(self, writer: Writer, batches: Batches | None) -> Outcome:
        self._supply = Supply(self._jobs, batches, self._start.batch, self._scoring, reuse=self._reuse)
        self.progress.done = self.progress.before = len(self._supply.done)
        self.progress.failed = self._supply.failed
        self._relay = Relay(writer, self._answered)
        self._log = BatchLog(writer, self._start)
        self._holding_back = HoldingBack(self._log)
        loop = asyncio.get_running_loop()
        watching = loop.create_task(self._silence.watch())
        try:
            if self.progress.left:
                await self._engine.open()
                await _all([loop.create_task(self._serve(loop)) for _ in range(self._workers)])
        except BaseException as error:
            self._reason = self._reason or _why(error)
            raise
        finally:
            watching.cancel()
            if self._breaking_off is not None:
                self._breaking_off.cancel()
            try:
                await self._engine.close()
            finally:
                status = await self._end()
        return Outcome(self._start.batch, status, self._reason, self.progress, self._problem)

    async def _end(self) -> str:
        """Write down how this session ends; only what is on disk is complete."""
        if self.progress.left:
            status, self._reason = "paused", self._reason or "some runs could not be made"
        else:
            status, self._reason = "complete", ""
        self._log.end(status, self._clean(self._reason))
        try:
            await asyncio.to_thread(self._log.flush)
        except EnvironmentProblem as problem:
            self._problem = self._problem or problem
            status, self._reason = "paused", self._reason or problem.message
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
                if self._flights or (turn := self._take()) is None:
                    return  # those that stand take what this one would have had, or have done it
                self._supply.unused(turn)
                raise
            if (turn := self._take()) is None:
                return
            self._flights[link] = {}
            try:
                await self._feed(link, turn, loop)
                return
            except WorkerLost as lost:
                self._lost(link, lost)
            except EnvironmentProblem as problem:
                self._give_up(problem)
            finally:
                self._ready.discard(link)
                for flight in self._flights.pop(link).values():  # what breaks off here is nobody's failure
                    self.progress.under_way -= 1
                    self._close(flight, "aborted", "the batch was stopped")

    async def _feed(self, link: Link, first: Turn, loop: asyncio.AbstractEventLoop) -> None:
        flights = self._flights[link]
        link.send(pack(Hello(told_later(), self._settings, self._at_once)))
        for graph in self._jobs.graphs.values():
            link.send(pack(graph))
        if self._jobs.scoring is not None:
            link.send(pack(TakeScoring(self._jobs.scoring)))
        await self._hand_over(link, first)
        while True:
            await self._top_up(link, flights)
            if not flights:
                return
            self._hear(link, flights, await self._next(link), loop)
            await self._holding_back.room()

    async def _top_up(self, link: Link, flights: Mapping[str, Flight]) -> None:
        while (room := self._room(flights)) > 0:
            for _ in range(room):
                if (turn := self._take()) is None:
                    return
                if turn.alone and len(flights) >= self._at_once:
                    self._supply.unused(turn)
                    return
                await self._hand_over(link, turn)
                if turn.alone:
                    break

    def _room(self, flights: Mapping[str, Flight]) -> int:
        """Return how many more runs a worker is to have: as many as it works at, and some more if they are short and
        there are enough for all. Those that wait are topped up when half of them are gone. Where what runs use has a
        bound few wait, as all that were handed over are made."""
        idle = max(0, self._at_once - len(flights))
        if self._run_s is None or self._run_s >= SHORT_S or any(one.turn.alone for one in flights.values()):
            return idle
        most = WAITING if self._budget.counts_use else MOST_WAITING
        waiting = min(most, max(WAITING, int(AHEAD_S / max(self._run_s, 1e-6))))
        room = self._at_once + waiting - len(flights)
        at_hand = self.progress.left - self.progress.under_way - self.progress.refused
        return max(idle, min(room, at_hand // self._workers)) if room >= (waiting + 1) // 2 else idle

    async def _next(self, link: Link) -> bytes:
        self._silence.begin(link)
        try:
            return await link.receive()
        except WorkerLost:
            if self._silence.ended(link):
                raise WorkerLost(f"said nothing for {self._silent_s:g} s") from None
            raise
        finally:
            self._silence.end(link)

    def _take(self) -> Turn | None:
        """Return what is to be done next; what needs no worker is done here."""
        while not self._reason and not self._budget.is_given_out(self._handed_out()):
            turn = self._supply.next()
            if turn is None or turn.copied is None:
                return turn
            self.progress.before += 1
            job = turn.job  # another batch may call the variant otherwise, and have its rows in another order
            own = replace(turn.copied, graph=job.graph, variant=job.variant, row=job.row, seed=job.seed)
            self._keep(replace(own, place=job.place, attempt=0, at=time.time_ns()))
        return None

    def _handed_out(self) -> int:
        return self.progress.done - self.progress.before + self.progress.under_way

    async def _hand_over(self, link: Link, turn: Turn) -> None:
        self.progress.under_way += 1  # before anything else: whoever takes the next turn counts this one
        try:
            await self._give(link, turn)
        except BaseException:
            self.progress.under_way -= 1
            raise

    async def _give(self, link: Link, turn: Turn) -> None:
        job = turn.job
        left = await asyncio.to_thread(left_of, self._db, turn.before) if turn.before else Left()
        is_made = left.outcome is None
        files = await asyncio.to_thread(_read, job.files) if job.files and is_made else {}
        if self._reason:  # the batch was stopped meanwhile
            self.progress.under_way -= 1
            self._supply.unused(turn)
            return
        judges = tuple(new_run_id() for _ in range(self._jobs.judges))
        for judge in judges:
            self._relay.expect(judge)
        run = new_run_id() if is_made else turn.before
        if is_made:
            self._relay.expect(run)
            self._log.begins(job.key, turn.attempt, run)
            order: DoRun | DoScore = DoRun(
                run, job.graph_hash, job.inputs, job.row_values, dict(job.options), job.changes, files, judges,
                left.parent, left.past,
            )  # fmt: skip
        else:
            order = DoScore(run, job.row_values, encode(left.outcome), judges)
        message = pack(order)
        self._flights[link][run] = Flight(run, turn, judges, is_made)
        link.send(message)

    # -- what workers say -----------------------------------------------------------------------------

    def _hear(self, link: Link, flights: dict[str, Flight], data: bytes, loop: asyncio.AbstractEventLoop) -> None:
        """Do what a message asks for. One that makes no sense ends the worker, not the batch: raises `WorkerLost`."""
        try:
            message = unpack(data)
            if isinstance(message, Frame):
                self._relay.take(message.frame)
                self._holding_back.take(len(message.frame))
            elif isinstance(message, Ended):
                outcome = outcome_told(message)
                if message.run in flights and flights[message.run].is_made and not self._relay.has_ended(message.run):
                    raise ValueError("a run ended, and its record did not")
        except ValueError as error:
            link.kill()
            raise WorkerLost(f"said what makes no sense: {error}") from None
        if isinstance(message, Frame) and message.mark:
            self._ask_for(link, message.mark, loop)
        elif isinstance(message, Ended) and message.run in flights:
            self._ended(flights.pop(message.run), message, outcome)
        elif isinstance(message, CouldNot) and message.run in flights:
            self._could_not(flights.pop(message.run), message)
        elif isinstance(message, Ready):
            self._ready.add(link)
        self._require_budget()
        self._require_disk()

    def _ask_for(self, link: Link, mark: int, loop: asyncio.AbstractEventLoop) -> None:
        """Tell the worker when everything it has said so far is durable."""

        def stored(problem: EnvironmentProblem | None) -> None:
            with suppress(RuntimeError):  # the loop is closed: the worker is gone as well
                loop.call_soon_threadsafe(self._stored, link, mark, problem)

        self._log.when_durable(stored)

    def _stored(self, link: Link, mark: int, problem: EnvironmentProblem | None) -> None:
        if problem is None:
            try:
                self._log.raise_if_broken()
            except RuntimeError as fault:  # our bug, raised by whatever comes next; the worker must not go on
                problem = EnvironmentProblem(str(fault))
            except EnvironmentProblem:
                pass  # of what came later
        told = None if problem is None else (problem.message, problem.where, problem.hint)
        link.send(pack(Stored(mark, told)))
        if problem is not None:
            self._give_up(problem)

    def _ended(self, flight: Flight, message: Ended, outcome: dict[str, Any]) -> None:
        self.progress.under_way -= 1
        self._in_vain = 0
        judged = [run for run in flight.judges if self._relay.has_begun(run)]
        self._close(flight, "interrupted", "its worker says no more of it")
        took = float(outcome.get("seconds", 0.0))
        self._run_s = took if self._run_s is None else self._run_s + 0.2 * (took - self._run_s)
        facts = {**outcome, "missing": dict(message.missing), "scoring": self._scoring, "judges": judged}
        told = self._clean(encode(facts).decode()).encode()  # reasons may tell what outputs hold
        error = str((outcome.get("error") or {}).get("message", ""))
        self._keep(result_of(flight, message.status, message.scores, told, self._clean(error)))

    def _keep(self, result: BatchResult) -> None:
        """Put a result down; its run went before."""
        self._supply.done.add(result.key)
        self._log.result(result)
        self.progress.ended(ok=result.status == "ok")
        self._told()

    def _could_not(self, flight: Flight, message: CouldNot) -> None:
        """A run came to nothing: it was stopped, it cannot be made, or something of ours or of the machine failed."""
        self.progress.under_way -= 1
        stopped = message.message == STOPPED and self._breaking_off is not None
        self._close(flight, "aborted" if stopped else "interrupted", message.message)
        if stopped:
            return
        said = self._clean(message.message)
        self.progress.last_error = said
        if message.stops:
            self._give_up(EnvironmentProblem(message.message, where=message.where, hint=message.hint))
        elif message.is_fault or message.message == STOPPED:  # nobody has asked it to stop
            self._repeat(flight.turn, said)
        else:
            self.progress.refused += 1
            self._in_vain += 1
            if self._in_vain >= self._patience or self.progress.done == self.progress.before:
                self._reason = self._reason or said + (f" {message.hint}" if message.hint else "")
        self._told()

    def _lost(self, link: Link, lost: WorkerLost) -> None:
        """A worker is gone: what it worked at is repeated by another, what waited in it just goes elsewhere. One that
        never came to work says nothing about its runs."""
        flights = list(self._flights[link].values())
        self._flights[link].clear()
        self.progress.under_way -= len(flights)
        if self._breaking_off is not None:
            for flight in flights:
                self._close(flight, "aborted", "the batch was stopped")
            return
        self._in_vain += 1
        for place, flight in enumerate(flights):
            flight.turn.alone = link in self._ready
            was_begun = link in self._ready and (place < self._at_once or self._relay.has_begun(flight.run))
            self._close(flight, "interrupted", f"its worker {lost}")
            if was_begun:
                self._repeat(flight.turn, f"{link.name} {lost}")
            else:
                self.progress.last_error = self._clean(f"{link.name} {lost}")
                self._supply.back(flight.turn)
        if self._in_vain >= self._patience:
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
            facts = encode({"missing": {}, "scoring": self._scoring})
            self._keep(result_of(Flight(turn.before, turn), LOST, {}, facts, self._clean(why)))

    def _close(self, flight: Flight, status: str, why: str) -> None:
        """Let nothing more of a run in, and write the end that its worker did not write. What is there of it will be
        scored, or gone on from, should it come again."""
        run, relay = flight.run, self._relay
        if relay.has_ended(run) or (relay.has_begun(run) and run in self._paid):
            flight.turn.before = run
        error = encode({"code": "worker", "message": self._clean(why), "node": "", "tick": ""})
        for one in flight.runs:
            relay.end(one, status, "abort" if status == "aborted" else "error", error, time.time_ns())
            self._paid.discard(one)

    # -- bounds and problems ------------------------------------------------------------------------

    def _answered(self, run: str, record: list[Any]) -> None:
        """An effect was answered: count what it cost. Whether a bound is reached is asked once for all of a frame."""
        origin, reply = record[14], record[6]
        if origin != EXECUTED:
            return
        self._paid.add(run)
        self.progress.tokens += (record[9] or 0) + (record[10] or 0)
        self.progress.cost_usd += record[11] or 0.0
        self.progress.calls += reply is not None

    def _require_budget(self) -> None:
        name = self._budget.reached(self.progress.used())
        if name and not self._reason:
            self.stop(f"limit:{name}", now=name != "runs")

    def _require_disk(self) -> None:
        """Stop where the machine refuses to write, even if no run waits for what it has told to be durable. Raises
        `RuntimeError` for a fault of ours."""
        try:
            self._log.raise_if_broken()
        except EnvironmentProblem as problem:
            self._give_up(problem)

    def _give_up(self, problem: EnvironmentProblem) -> None:
        self._problem = self._problem or problem
        self.stop(problem.message, now=True)

    def _end_workers(self) -> None:
        """Runs were told to break off, and some do not: blocking code, say."""
        for link, flights in self._flights.items():
            if flights:
                link.kill()

    def _told(self) -> None:
        self._require_budget()
        if self._watch is not None:
            self._watch(self.progress)


def _why(error: BaseException) -> str:
    """Return what is noted of a session that ends by an exception."""
    if isinstance(error, asyncio.CancelledError | KeyboardInterrupt):
        return "interrupted"
    return error.message if isinstance(error, StudioError) else f"a fault of the studio: {error!r}"


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
