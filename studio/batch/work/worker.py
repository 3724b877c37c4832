"""A worker: takes runs from the driver, several at a time, and tells all that happens in them.

It keeps the graphs it was given and compiles each once. It has no database of its own: records leave as frames, and
where a run must know that something is on disk (before it pays for a call), it waits until the driver says so.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studio.batch.work.messages import (
    STOPPED,
    Alive,
    CouldNot,
    DoRun,
    DoScore,
    Ended,
    Frame,
    FromWorker,
    Hello,
    Ready,
    StopRun,
    Stored,
    TakeGraph,
    TakeScoring,
    pack,
    unpack,
)
from studio.support.errors import EnvironmentProblem, StudioError
from studio.support.values import Blob, Json, decode, encode
from studio.trace.frames import FrameWriter, WorkerLog
from studio.trace.log import RunLog, RunStart

if TYPE_CHECKING:
    from studio.batch.design.scores import Scoring
    from studio.engine.result import RunResult
    from studio.graph.model import Graph

ALIVE_EVERY_S: Final = 2.0

GATHER_S: Final = 0.02
"""The ends of very short runs are told together, those of about so long: what is told wakes the driver up."""

WAITS_S: Final = 0.1
"""How long the end of a run may wait for that of the next, if that takes longer than was thought."""

KEPT: Final = 256
"""Variants of graphs that a worker keeps compiled."""


class Worker:
    """Make it inside the event loop that its runs shall use. `send` takes lists of messages from any thread, in order;
    `fail` is called, in any thread, when it cannot work, or cannot tell what it does: then it is of no use any more."""

    def __init__(self, send: Callable[[list[bytes]], None], fail: Callable[[BaseException], None]) -> None:
        self._send = send
        self._fail = fail
        self._loop = asyncio.get_running_loop()
        self._writer = FrameWriter(lambda frame, mark: self._tell(Frame(frame, mark)), fail)
        self._graphs: dict[str, tuple[Graph, TakeGraph]] = {}
        self._varied: OrderedDict[tuple[str, bytes], Graph] = OrderedDict()
        self._scoring: Scoring | None = None
        self._judge_ids: dict[str, list[str]] = {}
        self._tasks: dict[str, asyncio.Task[Ended]] = {}
        self._ends: list[FromWorker] = []
        self._telling: asyncio.TimerHandle | None = None
        """Tells the ends that wait, should no other come."""
        self._room = asyncio.Semaphore(1)
        self._is_ready = False
        self._over = threading.Event()
        threading.Thread(target=self._say_alive, name="alive", daemon=True).start()

    def take(self, data: list[bytes]) -> None:
        """Take messages of the driver, in any thread. What is durable is noted at once: the loop may wait for it.
        Raises `ValueError` for what is no message."""
        orders = []
        for one in data:
            message = unpack(one)
            if isinstance(message, Stored):
                self._writer.durable(message.mark, _problem(message.problem))
            else:
                orders.append(message)
        if orders:
            self._loop.call_soon_threadsafe(self._do, orders)

    async def close(self) -> None:
        """Abort what is under way and tell what it came to."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tell_ends()
        self._over.set()

    def _do(self, orders: list[Any]) -> None:
        try:
            for order in orders:
                self._obey(order)
        except Exception as error:  # noqa: BLE001 - without this graph, or these scores, its runs would be others
            self._fail(error)

    def _obey(self, message: Any) -> None:
        if isinstance(message, DoRun):
            self._begin(message.run, self._run(message))
        elif isinstance(message, DoScore):
            self._begin(message.run, self._score(message))
        elif isinstance(message, StopRun):
            if message.run in self._tasks:
                self._tasks[message.run].cancel()
        elif isinstance(message, TakeGraph):
            self._take_graph(message)
        elif isinstance(message, TakeScoring):
            from studio.batch.design.scores import Scoring

            self._scoring = Scoring.from_json(message.spec, self._judge)
        elif isinstance(message, Hello):
            self._settle(message)

    def _settle(self, hello: Hello) -> None:
        self._room = asyncio.Semaphore(hello.at_once)
        for name, value in hello.environment.items():
            os.environ.setdefault(name, value)
        if hello.settings is not None:
            from studio.settings.settings import use_settings

            use_settings(hello.settings)

    def _take_graph(self, given: TakeGraph) -> None:
        from studio.graph.model import Graph

        base = Path(given.base) if given.base else None
        self._graphs[given.hash] = Graph.from_text(given.text, name=given.name, base=base), given

    def _begin(self, run: str, work: Coroutine[Any, Any, Ended]) -> None:
        if not self._is_ready:  # with the first run: all that it needs came before
            self._is_ready = True
            self._tell(Ready(os.getpid()))
        task = self._tasks[run] = self._loop.create_task(work)

        def over(task: asyncio.Task[Ended]) -> None:
            self._tasks.pop(run, None)
            came = _what_came_of(run, task)
            self._ends.append(came)
            if not self._tasks or not isinstance(came, Ended):
                self._tell_ends()
            elif self._telling is None:
                self._telling = self._loop.call_later(WAITS_S, self._tell_ends)
            elif self._telling.when() - self._loop.time() < WAITS_S - GATHER_S:
                self._tell_ends()

        task.add_done_callback(over)

    def _tell_ends(self) -> None:
        """Tell which runs have ended, after all records of theirs."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        ends, self._ends = self._ends, []
        try:
            self._writer.send_now()
            if ends:
                self._send([pack(one) for one in ends])
        except Exception as error:  # noqa: BLE001 - a run that nobody hears of would be waited for for ever
            self._fail(error)

    async def _run(self, order: DoRun) -> Ended:
        async with self._room:
            result = await self._played(order)
            outcome = outcome_of(result)
            scores, missing = await self._scored(outcome | {"outputs": result.outputs}, order)
            return Ended(order.run, result.status, encode(outcome), scores, missing)

    async def _played(self, order: DoRun) -> RunResult:
        from studio.engine.run import arun

        graph, given = self._graph_for(order)
        keywords: dict[str, Any] = {
            **order.options, "run_id": order.run, "approve": given.approve, "open_log": self._open_log(),
        }  # fmt: skip
        if not order.parent:
            inputs = decode(order.inputs) | {name: Blob(data) for name, data in order.files.items()}
            return await arun(graph, inputs, **keywords)
        from studio.replay.continuing import aresume

        with tempfile.TemporaryDirectory(prefix="studio-past-") as folder:
            past = Path(folder) / "past.db"
            await asyncio.to_thread(past.write_bytes, order.past)
            return await aresume(past, order.parent, **keywords)

    def _graph_for(self, order: DoRun) -> tuple[Graph, TakeGraph]:
        """Return the graph under the variant, and how it was given. A variant is made once, and kept for a while."""
        graph, given = self._graphs[order.graph]
        if not order.variant:
            return graph, given
        key = order.graph, order.variant
        made = self._varied.get(key)
        if made is None:
            from studio.batch.design.variants import Variant, varied
            from studio.plugins.registries import require_own_types

            told = decode(order.variant)
            variant = Variant(settings=told.get("set", {}), knockouts=tuple(told.get("knockouts", ())))
            made = self._varied[key] = varied(graph, variant, require_own_types(graph, given.approve))
            while len(self._varied) > KEPT:
                self._varied.popitem(last=False)
        self._varied.move_to_end(key)
        return made, given

    def _open_log(self) -> Callable[[RunStart], RunLog]:
        from studio.support.keys import scrubber

        return partial(_open, self._writer, scrubber())

    async def _score(self, order: DoScore) -> Ended:
        async with self._room:
            outcome = decode(order.outcome)
            scores, missing = await self._scored(outcome, order)
            told = {name: value for name, value in outcome.items() if name != "outputs"}
            return Ended(order.run, outcome["status"], encode(told), scores, missing)

    async def _scored(
        self, outcome: dict[str, Json], order: DoRun | DoScore
    ) -> tuple[dict[str, float | None], dict[str, str]]:
        if self._scoring is None:
            return {}, {}
        self._judge_ids[order.run] = list(order.judges)
        try:
            return await self._scoring.scores(outcome, decode(order.row)["values"], order.run)
        finally:
            del self._judge_ids[order.run]

    async def _judge(self, run: str, graph: Graph, inputs: Mapping[str, Json], options: Mapping[str, Any]) -> RunResult:
        """Run a judge, recorded like any run, under the next of the ids that the driver gave for this run."""
        from studio.engine.run import arun

        judge = self._judge_ids[run].pop(0)
        return await arun(graph, inputs, run_id=judge, open_log=self._open_log(), **options)

    def _tell(self, message: FromWorker) -> None:
        self._send([pack(message)])

    def _say_alive(self) -> None:
        while not self._over.wait(ALIVE_EVERY_S):
            self._tell(Alive())


def _what_came_of(run: str, task: asyncio.Task[Ended]) -> Ended | CouldNot:
    if task.cancelled():
        return CouldNot(run, STOPPED)
    error = task.exception()
    if error is None:
        return task.result()
    if isinstance(error, EnvironmentProblem):
        return CouldNot(run, error.message, error.where, error.hint, stops=True)
    if isinstance(error, StudioError):
        return CouldNot(run, error.message, error.where, error.hint)
    return CouldNot(run, f"a fault of the studio: {type(error).__name__}: {error}", is_fault=True)


def outcome_of(result: RunResult) -> dict[str, Json]:
    """Return what is kept of how a run ended, beside its record."""
    return {
        "status": result.status, "ended": result.ended, "error": result.error, "firings": result.firings,
        "ticks": result.ticks, "calls": result.calls, "tokens_in": result.tokens_in, "tokens_out": result.tokens_out,
        "cost_usd": result.cost_usd, "seconds": round(result.duration_s, 4), **result.behaviour,
    }  # fmt: skip


def _open(writer: FrameWriter, scrub: Callable[[str], str], start: RunStart) -> RunLog:
    return WorkerLog(writer, start, scrub)


def _problem(told: tuple[str, str, str] | None) -> EnvironmentProblem | None:
    return None if told is None else EnvironmentProblem(told[0], where=told[1], hint=told[2])
