"""`LiveRun`: one run on the engine's thread, steered and watched from the window. Knows no Qt.

Everything it tells is appended to `events`, a deque that any one thread may take from: `("records", list)`,
`("text", node, tick, text)`, `("control", list)`, `("ask", question, open)`, and last `("end", outcome)`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.gui.live.playing.engine_thread import EngineThread
from studio.gui.live.playing.orders import Branch, Order
from studio.gui.live.watching.feed import told_problem
from studio.gui.live.watching.human import Question, WindowHuman
from studio.spec.registry import Registry
from studio.support.errors import StudioError, UsageError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.control import Breakpoint, Controller
    from studio.engine.engine import Engine
    from studio.engine.result import RunResult

_log = logging.getLogger(__name__)

USED = ("firings", "ticks", "calls", "tokens", "cost_usd", "seconds")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: with a result (also of a failed or paused run), aborted, or refused or broken off (`problem`).
    `unrecorded` says why what it did may not be in the trace."""

    result: RunResult | None = None
    aborted: bool = False
    problem: StudioError | None = None
    unrecorded: StudioError | None = None
    outputs: dict[str, Json] | None = None

    @property
    def status(self) -> str:
        """ok, failed, paused, aborted, or refused where nothing ran."""
        if self.result is not None:
            return self.result.status
        return "aborted" if self.aborted else "refused"


class LiveRun:
    """One run. Orders may be given from any thread and return at once."""

    def __init__(self, order: Order, thread: EngineThread, db: Path, registry: Registry) -> None:
        self.order = order
        self.db = db
        self.registry = registry
        self.events: deque[tuple[Any, ...]] = deque()
        self.controller, self._breakpoints = _controller(order, db, self._hear)
        self.outcome: Outcome | None = None
        self.started = time.monotonic()
        self._thread = thread
        self._done: Future[None] | None = None
        self._engine: Engine | None = None
        self._used: dict[str, float] = {}
        self._limits: dict[str, float] = {}
        self._clock = _Clock()

    # -- life ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, on the engine's thread."""
        self._done = self._thread.submit(self._play)

    @property
    def is_over(self) -> bool:
        """True once the run and its record have ended."""
        return self._done is not None and self._done.done()

    def wait(self, seconds: float) -> bool:
        """Wait for the end; False if it has not come. For closing the window only."""
        if self._done is None:
            return True
        try:
            self._done.result(seconds)
        except TimeoutError:
            return False
        return True

    def abort(self) -> Future[None]:
        """Cancel the run; what it did stays recorded."""
        return self.controller.abort()

    def leave(self) -> Future[None]:
        """End the run as paused, to be resumed another day."""
        return self.controller.leave()

    def add_breakpoint(self, path: str) -> None:
        """Have the run stop before a node fires."""
        if path not in self._breakpoints:
            made = self._breakpoints[path] = self.controller.add_breakpoint(path)
            note_refusal(self.controller, made)

    def remove_breakpoint(self, path: str) -> None:
        """Have it stop there no more."""
        made = self._breakpoints.pop(path, None)

        def remove(done: Future[Breakpoint]) -> None:
            if done.exception() is None:
                note_refusal(self.controller, self.controller.remove_breakpoint(done.result().id))

        if made is not None:
            made.add_done_callback(remove)

    # -- looking ------------------------------------------------------------------------------

    def used(self) -> dict[str, float]:
        """What the run has used of what can be limited, what it took over included. Numbers of this moment."""
        engine = self._engine
        if engine is not None:
            self._used = {
                "firings": engine.fired,
                "ticks": engine.ticks,
                "calls": engine.calls,
                "tokens": engine.tokens_in + engine.tokens_out,
                "cost_usd": engine.cost_usd,
            }
        return {**dict.fromkeys(USED, 0.0), **self._used, "seconds": self._clock.seconds()}

    def limits(self) -> dict[str, float]:
        """The limits that hold for the whole run; empty before it starts."""
        return self._limits

    # -- on the engine's thread -----------------------------------------------------------------

    async def _play(self) -> None:
        outcome = Outcome()
        try:
            outcome = Outcome(await self._run())
        except asyncio.CancelledError:
            outcome = Outcome(aborted=True)
        except StudioError as refused:
            outcome = Outcome(problem=refused)
        except Exception as fault:  # noqa: BLE001 - told to the person; the window stays
            _log.exception("a run broke off")
            outcome = Outcome(problem=told_problem(fault))
        finally:
            self._clock.stop()
            self.used()
            self._engine = None
            unrecorded = self._settle()
            if unrecorded is not None:
                outcome = Outcome(outcome.result, outcome.aborted, outcome.problem, unrecorded)
            self.outcome = outcome
            self.events.append(("end", outcome))

    async def _run(self) -> RunResult:
        from studio.engine.run import arun

        order, options = self.order, self.order.options
        watch: dict[str, Any] = {
            "listener": self._take,
            "on_text": self._say,
            "control": self.controller,
            "registry": self.registry,
            "human": None if options.answers else WindowHuman(self._ask),
            "limits": dict(options.limits) or None,
            "answers": options.answers,
            "embedder": options.embedder,
            "model": options.model,
            "approve": order.approve,
        }
        if order.kind == "run":
            return await arun(
                order.graph, order.inputs, seed=options.seed, cache=options.cache, clock=options.clock, db=self.db,
                folder=order.folder, **watch,
            )  # fmt: skip
        from studio.replay.changes import Changes
        from studio.replay.continuing import afork, aresume

        if order.kind == "resume":
            return await aresume(self.db, order.parent, **watch)
        if order.branch is not None:
            return await self._branch_off(order.branch, watch)
        changes = Changes(redo=order.redo)
        return await afork(self.db, order.parent, changes=changes, graph=order.graph, **watch)

    async def _branch_off(self, branch: Branch, watch: dict[str, Any]) -> RunResult:
        """Fork a recorded run; one that stands elsewhere is copied into the file that is written to first."""
        from studio.replay.continuing import afork

        if branch.origin is not None:
            await asyncio.to_thread(_bring, branch.origin, self.db, self.order.parent)
        return await afork(self.db, self.order.parent, at=branch.at, changes=branch.changes, seed=branch.seed, **watch)

    def _settle(self) -> StudioError | None:
        """Wait until the trace is on disk and all its records were told; return why it is not."""
        from studio.trace.runlog import flush_own

        try:
            flush_own(self.db)
        except StudioError as problem:
            return problem
        except Exception as fault:  # noqa: BLE001 - the end must be told, or the window would wait for it for good
            _log.exception("the trace could not be made durable")
            return told_problem(fault)
        return None

    def _take(self, records: list[Any]) -> None:
        self.events.append(("records", records))

    def _say(self, node: str, tick: str, text: str) -> None:
        self.events.append(("text", node, tick, text))

    def _ask(self, question: Question, is_open: bool) -> None:
        self.events.append(("ask", question, is_open))

    def _hear(self, events: list[Any]) -> None:
        if self._engine is None and self.controller.engine is not None:
            self._engine = self.controller.engine
            self._limits = dict(self._engine.limits)
            self._clock.start()
        for event in events:
            name = getattr(event, "name", "")
            if name == "paused":
                self._clock.stop()
            elif name in ("running", "stepping"):
                self._clock.start()
        self.events.append(("control", events))


def _controller(order: Order, db: Path, listener: Any) -> tuple[Controller, dict[str, Future[Breakpoint]]]:
    """The control of a run with all that was ordered before it starts, and its breakpoints by text."""
    from studio.control.controller import Controller
    from studio.trace.mailbox import may_be_steered

    elsewhere = db if may_be_steered() else None  # `studio control` steers it too
    controller = Controller(held=order.goal == "hold", listener=listener, elsewhere=elsewhere)
    breakpoints = {text: controller.add_breakpoint(text) for text in order.breakpoints}
    orders: list[Future[Any]] = [*breakpoints.values()]
    for path, outputs in order.frozen.items():
        orders += [controller.freeze(path, port, value) for port, value in outputs.items()]
    if order.goal == "to":
        orders.append(controller.to(order.target))
    elif order.goal == "only":
        orders.append(controller.only(order.target))
    for given in orders:
        note_refusal(controller, given)
    return controller, breakpoints


def _bring(origin: Path, db: Path, run: str) -> None:
    """Copy a run, with those it continues, into the file that is written to. Raises UsageError if it may not be."""
    from studio.trace.merging import merge

    report = merge(origin, db, [run])
    why = dict(report.refused).get(run) or ("it still goes on" if run in report.running else "")
    if why:
        raise UsageError(f"The run {run} cannot be copied: {why}.", where=str(origin))


def note_refusal(controller: Controller, done: Future[Any]) -> None:
    """Have a refusal of an order that nobody waits for told as a note of the run."""

    def look(future: Future[Any]) -> None:
        refused = future.exception()
        if refused is not None:
            controller.tell(str(refused))

    done.add_done_callback(look)


class _Clock:
    """Seconds that the run was not held."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._since: float | None = None

    def start(self) -> None:
        if self._since is None:
            self._since = time.monotonic()

    def stop(self) -> None:
        since, self._since = self._since, None
        if since is not None:
            self._sum += time.monotonic() - since

    def seconds(self) -> float:
        since = self._since
        return self._sum if since is None else self._sum + time.monotonic() - since
