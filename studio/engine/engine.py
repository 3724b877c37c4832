"""The state of one run that all its regions share: ids, counters, limits, services, the log.

`Engine` decides nothing about order (that is `region`); it is what a firing reaches for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cached_property
from pathlib import Path
from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING, Any

from studio.engine.firing import RunHalted
from studio.engine.limits import Meter
from studio.engine.plan import UNWRITTEN_MAX_TICKS
from studio.engine.recorded import Divergence, Spent, error_json
from studio.graph.model import Graph, StoreDecl
from studio.graph.scope import project_folder
from studio.spec.calls import EmbedProvider, Human, ModelInfo, ModelProvider, Script
from studio.spec.registry import Registry, default_registry
from studio.support.errors import EnvironmentProblem, NodeError, StudioError
from studio.support.values import Json
from studio.trace.log import RunLog

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.engine.control import Control
    from studio.engine.effects import Memo
    from studio.engine.guard import Guard
    from studio.engine.past import Past
    from studio.engine.plan import NodePlan, RegionPlan
    from studio.engine.project_stores import ProjectFile
    from studio.engine.recorded import Answer, RecordedEffects
    from studio.engine.region import Region
    from studio.engine.reuse import Reuse
    from studio.models.catalog import Catalog
    from studio.stores.base import Store
    from studio.tools.outside import RunOutside

CALLS_AT_ONCE = 16
"""Calls to one remote model that may be under way at the same time."""

CALLS_AT_ONCE_LOCAL = 256
"""The same for a model on this machine. Its slots are few, but the queue before them is its own: it must see who waits
in order to answer prompts that begin alike one after another, which saves reading the beginning again."""


class Engine:
    """One run. `sequential` runs one firing at a time in outline order (rule 2.10)."""

    def __init__(
        self,
        *,
        run_id: str,
        log: RunLog,
        catalog: Catalog | None,
        limits: Mapping[str, float],
        base: Path,
        seed: int = 0,
        scripts: Sequence[Script] = (),
        patience: int = UNWRITTEN_MAX_TICKS,
        sequential: bool = False,
        no_waiting: bool = False,
        clock_start: datetime | None = None,
        recorded: RecordedEffects | None = None,
        past: Past | None = None,
        control: Control | None = None,
        reuse: Reuse | None = None,
        human: Callable[[], Human],
        read_blob: Callable[[str], bytes],
        on_text: Callable[[str, str, str], None] | None = None,
        make_outside: Callable[[Path], RunOutside] | None = None,
        registry: Registry | None = None,
    ) -> None:
        self.run_id = run_id
        self.log = log
        self.catalog = catalog
        self.base = base
        self.seed = seed
        self.scripts = scripts
        self.patience = patience
        """Ticks after which a region whose graph names no bound pauses the run (rule 2.5)."""
        self.sequential = sequential
        self.no_waiting = no_waiting
        self.clock_start = clock_start
        self.recorded = recorded
        self.past = past
        if past is not None:
            past.on_trouble = self.break_off
        self.control = control
        self.reuse = reuse
        self.knows_outputs = bool(
            past is not None or (reuse is not None and reuse.firings) or (recorded is not None and recorded.set_aside)
        )
        """True if what a node gives may be known before it fires: from the run this one repeats or continues, or the
        cache."""
        self.intervenes = self.knows_outputs
        """True if something may come between a node that is ready and its code (`intervening`)."""
        self.watched = False
        """True while `control` wants to know of every node that is decided."""
        self.deadlines: set[asyncio.Timeout] = set()
        """Time limits of firings under way (`timeout_s`)."""
        self.human = human
        self._read_blob = read_blob
        self._blobs: dict[str, bytes] = {}
        self.on_text = on_text
        self.loop = asyncio.get_running_loop()
        self.epoch = time_ns() - perf_counter_ns()
        self.root: Region | None = None
        # Counters.
        self.last_id = 0
        self.seq = 0
        self.fired = 0
        self.decided = 0
        self.ticks = 0
        self.calls = 0
        self.tokens_in = 0
        self.tokens_out = 0
        self.cost_usd = 0.0
        self.cost_known = True
        self.taken_over = Spent(0, 0, 0, 0.0)
        """What the run that this one continues had spent on what is taken over: counted for limits, not paid again."""
        # Limits.
        self.limits: dict[str, float] = dict(limits)
        self.max_firings = float(limits.get("firings", float("inf")))
        self._node_meters: dict[str, Meter] = {}
        self.paused: tuple[str, str] | None = None
        self.fails = False
        """True if what paused the run is to be its failure."""
        self.guard: Guard | None = None
        self.behaviour: dict[str, Json] = {}
        """What the guard says of the run at its end."""
        self.broken: EnvironmentProblem | None = None
        self.diverged: tuple[Divergence, str, str] | None = None
        self.aborted = False
        """True once the run is being cancelled from outside."""
        self.turn = 0
        self.now = 0
        self._timer: asyncio.TimerHandle | None = None
        self._start_timer(limits.get("seconds"))
        # Shared things.
        self.memo: dict[str, Memo] = {}
        self._apart: set[asyncio.Task[Any]] = set()
        self._refused: dict[tuple[str, str], StudioError] = {}
        self._providers: dict[str, ModelProvider] = {}
        self._embedders: dict[str, EmbedProvider] = {}
        self._notes = 0
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._wide_stores: dict[tuple[str, int], Store] = {}
        self._project_file: ProjectFile | None = None
        self._paths: dict[str, int] = {}
        self._last_path = 0
        self.registry = registry or default_registry()
        """The node types that a firing can use as tools."""
        self._make_outside = make_outside
        self._outside: RunOutside | None = None

    @property
    def outside(self) -> RunOutside:
        """Sandbox, web, tool servers and secrets of this run, made when a firing first asks for them."""
        if self._outside is None:
            assert self._make_outside is not None, "a replay touches nothing outside"
            self._outside = self._make_outside(self.project)
        return self._outside

    @cached_property
    def project(self) -> Path:
        """The folder that files and project stores of this run belong to."""
        return project_folder(self.base)

    # -- paths -------------------------------------------------------------------------------

    def path_base(self, prefix: str, plan: RegionPlan, parent: int) -> int:
        """Declare the node paths of a region and return the first's id; the others follow in plan order.

        All executions of one region share them.
        """
        known = self._paths.get(prefix)
        if known is None:
            known = self._paths[prefix] = self._last_path + 1
            self._last_path += len(plan.nodes)
            self.log.paths(known, prefix, plan.node_paths, parent)
        return known

    # -- limits ------------------------------------------------------------------------------

    def meter_of(self, region: Region, node: NodePlan) -> Meter | None:
        """The innermost meter that counts what this node does: its own, its region's, or none but the run's.

        A node's own limits hold for its path over the whole run, and for all that goes on inside a region node.
        """
        if not node.limits:
            return region.meter
        path = region.prefix + node.name
        own = self._node_meters.get(path)
        if own is None:
            own = self._node_meters[path] = Meter(node.limits, region.meter, f"node `{path}`")
        own.parent = region.meter
        return own

    def pause(self, limit: str, why: str, *, fails: bool = False) -> None:
        """Stop starting anything, in all regions; what is in flight finishes. The run can be resumed, also where it
        counts as failed (`fails`)."""
        if self.paused is None:
            self.paused = (limit, why)
            self.fails = fails
        self.halt()

    def halt(self) -> None:
        """Start nothing more, anywhere; who is held is let go to see it."""
        if self.root is not None:
            self.root.halt()

    def diverge(self, difference: Divergence, node: str, tick: str) -> None:
        """A replay asks something else than was recorded: start nothing more and say where."""
        self.diverged = self.diverged or (difference, node, tick)
        self.halt()

    def agrees(self, context: Context) -> bool:
        """In a replay: True if a firing that ends has asked all that it asked when it was recorded."""
        record = context.record
        if record.last <= context.number:
            return True
        left = record.effects.get(context.number + 1)
        what = f"{left.kind} {left.name}" if left is not None else "a store"
        difference = Divergence(
            f"`{context.node}` at tick {context.tick} no longer asks for {what}, which the recorded run did.",
            expected=what,
            got="nothing more",
        )
        self.diverge(difference, context.node, context.tick)
        return False

    def _start_timer(self, seconds: float | None) -> None:
        if seconds is not None:
            why = f"the run took its {self.limits['seconds']:g} seconds"
            self._timer = self.loop.call_later(seconds, self.pause, "seconds", why)

    def stop_clock(self) -> Callable[[], None]:
        """A person holds the run and nothing is under way: its time limits stand still until the returned function is
        called: of the run, its regions and nodes, and of firings around what is held."""
        since, timer = self.loop.time(), self._timer
        left = None if timer is None else timer.when() - since
        if timer is not None:
            timer.cancel()
            self._timer = None
        stopped = [(limit, when) for limit in self.deadlines if (when := limit.when()) is not None and when > since]
        for limit, _ in stopped:
            limit.reschedule(None)

        def go_on() -> None:
            held = self.loop.time() - since
            self._start_timer(left)
            for limit, when in stopped:
                if limit in self.deadlines:
                    limit.reschedule(when + held)
            meters = set(self._node_meters.values()) | (set() if self.root is None else self.root.meters())
            for meter in meters:
                meter.started += held

        return go_on

    def is_stopping(self) -> bool:
        """True if the run as a whole goes no further: what is in flight stays undecided, to be resumed."""
        return self.aborted or self.paused is not None or self.broken is not None or self.diverged is not None

    def next_firing(self) -> int:
        """Count a firing that starts and return its id."""
        self.fired += 1
        self.last_id += 1
        return self.last_id

    def refuse_firing(self) -> None:
        """A limit on firings is reached (of the run, unless a narrower one paused it already)."""
        if self.paused is None:
            self.pause("firings", f"the run reached its limit of {self.limits['firings']:g} firings")

    def may_fire(self, meter: Meter) -> bool:
        """Count a firing in regions and nodes that have limits; False (and paused) if one is used up."""
        if self._is_full(meter, "firings", "seconds"):
            return False
        meter.add("firings", 1)
        return True

    def count_tick(self, meter: Meter | None) -> bool:
        """Count a tick of an own-clock region; False if a limit on ticks is used up or the trace cannot be written."""
        try:
            self.log.raise_if_broken()
        except EnvironmentProblem as problem:
            self.break_off(problem)
            return False
        if self.ticks >= self.limits.get("ticks", float("inf")):
            self.pause("ticks", f"the run reached its limit of {self.limits['ticks']:g} ticks")
            return False
        if meter is not None:
            if self._is_full(meter, "ticks", "seconds"):
                return False
            meter.add("ticks", 1)
        self.ticks += 1
        return True

    def may_call(self, region: Region, node: NodePlan) -> None:
        """Count a model call. Pauses the run and raises `RunHalted` if calls, tokens or money are used up."""
        spent = {"calls": self.calls, "tokens": self.tokens_in + self.tokens_out, "cost_usd": self.cost_usd}
        for kind, used in spent.items():
            if used >= self.limits.get(kind, float("inf")):
                self.pause(kind, f"the run reached its limit {kind}={self.limits[kind]:g}")
                raise RunHalted
        meter = self.meter_of(region, node)
        if meter is not None:
            if self._is_full(meter, "calls", "tokens", "cost_usd", "seconds"):
                raise RunHalted
            meter.add("calls", 1)
        self.calls += 1

    def charge(self, region: Region, node: NodePlan, facts: Mapping[str, Any]) -> None:
        """Add what a call used to the run's totals and to narrower meters."""
        meter = self.meter_of(region, node)
        tokens_in, tokens_out = facts.get("tokens_in") or 0, facts.get("tokens_out") or 0
        cost = facts.get("cost_usd", 0.0)
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        if cost is None:
            self.cost_known = False
        else:
            self.cost_usd += cost
        if meter is not None:
            meter.add("tokens", tokens_in + tokens_out)
            meter.add("cost_usd", cost or 0.0)

    def pass_over(self, node: str, answers: Iterable[Answer]) -> None:
        """Let scripts use up what they gave to effects of this node that are taken over from an earlier run.

        What answers by lines (a scripted model, a file of answers) must go on where the earlier run had come to.
        """
        for answer in answers:
            if not answer.is_executed:
                continue
            for giver in self.scripts:
                if giver.answers(answer.kind, answer.name):
                    giver.pass_over(node)

    def take_over(self, region: Region, node: NodePlan, spent: Spent) -> None:
        """Count what an earlier run spent on something that this one takes over."""
        meter = self.meter_of(region, node)
        if meter is not None:
            meter.add("calls", spent.calls)
        self.calls += spent.calls
        self.charge(region, node, spent._asdict())
        self.taken_over = self.taken_over.plus(spent)

    def _is_full(self, meter: Meter, *kinds: str) -> bool:
        full = meter.reached(*kinds)
        if full is None:
            return False
        kind, where = full
        self.pause(kind, f"the {where.name} reached its limit {kind}={where.limits[kind]:g}")
        return True

    # -- models ------------------------------------------------------------------------------

    def provider(self, name: str, run: str = "") -> ModelProvider:
        """The provider a role or model name stands for; what it stood for, or why there is none, is recorded.

        In a replay it may have stood for something else in a run that the recorded one continued: that is `run`.
        """
        known = self._providers.get(f"{run} {name}" if run else name)
        if known is None:
            known = self._found(
                "model", name, lambda source: source.model(name, run), lambda source: source.provider(name)
            )
            self._providers[f"{run} {name}" if run else name] = known
            self._note("model", name, {**asdict(known.info), "retries": known.retry_transient})
        return known

    def embedder(self, name: str, run: str = "") -> EmbedProvider:
        """The embedder a role or name stands for (stood for in `run`, see `provider`)."""
        known = self._embedders.get(f"{run} {name}" if run else name)
        if known is None:
            known = self._found(
                "embedder", name, lambda source: source.embedder(name, run), lambda source: source.embedder(name)
            )
            self._embedders[f"{run} {name}" if run else name] = known
            self._note("embedder", name, {"name": known.name, "billable": known.billable})
        return known

    def _found(
        self, kind: str, name: str, recorded: Callable[[RecordedEffects], Any], live: Callable[[Catalog], Any]
    ) -> Any:
        refusal = self._refused.get((kind, name))
        if refusal is not None:
            raise refusal
        try:
            if self.recorded is not None:
                return recorded(self.recorded)
            assert self.catalog is not None
            return live(self.catalog)
        except Divergence as difference:
            self.diverge(difference, "", "")
            raise RunHalted from difference
        except StudioError as error:
            self._refused[(kind, name)] = error
            self._note(kind, name, error_json(error), str(error))
            raise

    def _note(self, kind: str, name: str, facts: Json, error: str = "") -> None:
        """Record what a name stood for in this run, so that a replay needs no provider: an effect of the run itself."""
        self._notes += 1
        self.log.effect_intent(0, self._notes, kind, name, None, 1, time_ns())
        status = "error" if error else "ok"
        self.log.effect_result(0, self._notes, status, facts, error, 0, None, None, None, "", None)

    def start_apart(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start a task that belongs to the run and not to the firing that wanted it first."""
        task = self.loop.create_task(work)
        self._apart.add(task)
        task.add_done_callback(self._apart_done)
        return task

    def _apart_done(self, task: asyncio.Task[Any]) -> None:
        self._apart.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits for it raises it; here it only counts as looked at

    def slot(self, info: ModelInfo) -> asyncio.Semaphore:
        """The limit on calls under way to one model."""
        known = self._slots.get(info.name)
        if known is None:
            known = self._slots[info.name] = asyncio.Semaphore(CALLS_AT_ONCE_LOCAL if info.local else CALLS_AT_ONCE)
        return known

    # -- stores and blobs --------------------------------------------------------------------

    def make_store(self, declared: StoreDecl) -> Store:
        """A new store as declared."""
        from studio.stores import make_store

        return make_store(declared.type, declared.params, declared.name)

    def wide_store(self, declared: StoreDecl, declaring: Graph) -> Store:
        """The one store of this declaration in the run, or of this name in the project."""
        key = (declared.name, id(declaring) if declared.scope == "run" else 0)
        known = self._wide_stores.get(key)
        if known is None:
            known = self.make_store(declared)
            if declared.scope == "project" and self.recorded is None:
                from studio.engine.project_stores import ProjectFile, ProjectStore

                if self._project_file is None:
                    self._project_file = ProjectFile(self.project)
                known = ProjectStore(known, self._project_file)
            self._wide_stores[key] = known
        return known

    def put_blob(self, data: bytes, media_type: str) -> Json:
        """Store bytes in the trace and return the value that stands for them."""
        key = self.log.blob(data, media_type)
        self._blobs[key] = data
        return {"$blob": key, "type": media_type, "size": len(data)}

    def get_blob(self, value: Json) -> bytes:
        """Return the bytes a blob value stands for: of this run, or of the trace it is written to."""
        key = value.get("$blob") if isinstance(value, dict) else None
        if not isinstance(key, str):
            raise NodeError("this value stands for no image, sound or file.", code="no_blob")
        data = self._blobs.get(key)
        if data is None:
            data = self._read_blob(key)
        return data

    # -- durability --------------------------------------------------------------------------

    async def must_be_durable(self) -> None:
        """Like `durable`; where the disk refuses, the run breaks off before anything more is spent."""
        try:
            await self.durable()
        except EnvironmentProblem as problem:
            self.break_off(problem)
            raise RunHalted from problem

    def break_off(self, problem: EnvironmentProblem) -> None:
        """The trace can no longer be written: start nothing more."""
        self.broken = self.broken or problem
        self.halt()

    async def durable(self) -> None:
        """Return when everything logged so far is on disk: before and after what costs money or cannot be undone."""
        done: asyncio.Future[None] = self.loop.create_future()

        def settle(problem: EnvironmentProblem | None) -> None:
            if done.done():
                return
            if problem is None:
                done.set_result(None)
            else:
                done.set_exception(problem)

        def wake(problem: EnvironmentProblem | None) -> None:
            self.loop.call_soon_threadsafe(settle, problem)

        self.log.when_durable(wake)
        await done

    def close(self) -> None:
        """End timers and tasks and close what the run opened."""
        for task in self._apart:
            task.cancel()
        if self._timer is not None:
            self._timer.cancel()
        if self._project_file is not None:
            self._project_file.close()

    async def close_outside(self) -> None:
        """End workers and tool servers that the run started."""
        if self._outside is not None:
            await self._outside.close()
            self._outside = None
