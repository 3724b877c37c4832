"""A region being executed: its values, its registers, its life from tick to tick.

A region knows its plan and what lies on its wires; who fires when is `scheduling`, whether and with what is
`entering`, what comes of it is `deciding`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from heapq import heapify, heappush
from typing import TYPE_CHECKING

from studio.engine.firing import Failure, RunHalted
from studio.engine.limits import Meter
from studio.engine.plan import RegionPlan
from studio.engine.races import Race
from studio.engine.racing import open_races, raise_undelivered
from studio.engine.scheduling import work
from studio.engine.wires import start_registers
from studio.support.errors import NodeError
from studio.support.ticks import tick_part, tick_path
from studio.support.values import ABSENT, Absent, Json, decode, encode

if TYPE_CHECKING:
    from studio.engine.engine import Engine
    from studio.stores.base import Store

Ref = tuple[int, str]
"""Where a value came from: firing id and output port; firing 0 is an initial value."""

Given = tuple[Json, Ref | None]
"""A value with its origin, as it enters a region. The value may be an `Absent`."""

NOTHING_YET = Absent("nothing fed back yet")


class Region:
    """One execution of a graph: the top graph, a subgraph, or one item of a map.

    `prefix` stands before node names in node paths; `tick_prefix` before this region's own number in tick keys
    (a body sharing its parent's clock has the parent's tick key instead).
    """

    def __init__(
        self,
        engine: Engine,
        plan: RegionPlan,
        *,
        prefix: str = "",
        parent: Region | None = None,
        path_id: int = 0,
        meter: Meter | None = None,
    ) -> None:
        self.engine = engine
        self.plan = plan
        self.prefix = prefix
        self.parent = parent
        self.path_id = path_id
        self.tick_prefix = ""
        self.tick_key = ""
        self.parent_firing = 0
        self.attempt = 1
        self.item = 0
        self.inputs: dict[str, Given] = {}
        self.path_base = engine.path_base(prefix, plan, path_id)
        self.meter = meter
        if plan.has_limits and parent is not None:
            self.meter = Meter(plan.graph.limits, meter, f"region `{prefix.rstrip('/')}`")
        # Values.
        count = len(plan.nodes)
        self.outs: list[dict[str, Json] | Absent] = [ABSENT] * count
        self.fids = [0] * count
        self.register_values: list[Json] = []
        self.register_refs: list[Ref] = []
        self.register_fresh: list[bool] = []
        self.first = True
        self.pending: list[int] = []
        self.races: dict[Race, list[int]] = {}
        self.lost: dict[int, str] = {}
        self.begun: set[int] = set()
        # Life.
        self.halted = False
        self.sealed = False
        self.cut_short = False
        self.stopped = False
        self.ended_at = ""
        self.ended = ""
        self.work_waits = False
        self.choice_fresh = True
        self.failures: list[tuple[int, Failure]] = []
        self.deferred: dict[int, Failure] = {}
        self.children: set[Region] = set()
        self.bodies: dict[int, Region] = {}
        self.populations: dict[int, dict[str, Region]] = {}
        self.failed: Failure | None = None
        self.failed_maps: dict[int, str] = {}
        # Time on a fixed clock: what was slept before this tick, and the longest sleep in it (s).
        self.elapsed_s: float = parent.elapsed_s if parent is not None else 0.0
        self.tick_slept_s = 0.0
        # Tasks of this tick.
        self.tasks: list[asyncio.Task[None]] = []
        self.running = 0
        self.ticking = False
        self.own_tasks: dict[int, asyncio.Task[None]] = {}
        self.idle: asyncio.Future[None] | None = None
        self.crash: BaseException | None = None
        # Outputs over ticks.
        self.last: dict[str, Json] = {}
        self.collected: dict[str, list[Json]] = {name: [] for name in plan.collects}
        # Stores.
        self.stores: dict[str, Store] = {}
        self.overlay: dict[Store, Store] | None = None
        self._load_registers()

    def _load_registers(self) -> None:
        for register in self.plan.registers:
            if register.has_initial:
                # Its own: node code may change what it is given, and the plan serves many runs.
                self.register_values.append(decode(encode(register.initial)))
            else:
                self.register_values.append(NOTHING_YET)
            self.register_refs.append((0, "initial"))
            self.register_fresh.append(True)

    # -- ticks -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run from tick 0 to the region's end (rule 2.5); outputs are then in `last` and `collected`.

        Raises `Failure` if a node failed the region, `RunHalted` if the run pauses or something around it failed.
        """
        plan = self.plan
        engine = self.engine
        around = self.parent
        if around is not None:
            around.children.add(self)
            self.halted = around.halted
        guard = engine.guard
        try:
            if guard is not None:
                guard.entered(self)
                if self.halted:  # by an alarm
                    raise RunHalted
            number = 0
            while True:
                self.tick_key = self.tick_prefix + tick_part(number)
                if not engine.count_tick(self.meter):
                    self.halt()
                await self.tick()
                if guard is not None:
                    guard.tick_ended(self)
                    if self.halted:  # an alarm pauses the run
                        raise RunHalted
                if self.stopped:
                    self.ended = "stop"
                elif plan.until != "stop" and not self.work_waits:
                    self.ended = "quiet"
                elif number + 1 >= (plan.max_ticks if plan.max_ticks_written else engine.patience):
                    self._reached_max_ticks()
                if self.ended:
                    return
                number += 1
        except Failure:
            if guard is not None and not self.ended:
                guard.tick_ended(self)
            raise
        finally:
            if guard is not None and (self.ended or not engine.is_stopping()):
                guard.left(self)
            if around is not None:
                around.children.discard(self)
                around.tick_slept_s = max(around.tick_slept_s, self.elapsed_s - around.elapsed_s)

    def _reached_max_ticks(self) -> None:
        if not self.plan.max_ticks_written:
            self.engine.pause("max_ticks", f"the region ran {self.engine.patience} ticks and its graph names no bound")
            raise RunHalted
        if self.plan.on_limit == "fail":
            where = self.prefix.rstrip("/") or self.plan.graph.name
            raise Failure(
                NodeError(
                    f"`{where}` was not done after {self.plan.max_ticks} ticks.",
                    hint="Raise `max_ticks`, or let it end with `on_limit: stop`.",
                    code="max_ticks",
                ),
                where,
                tick_path(self.tick_key),
            )
        self.ended = "max_ticks"

    async def tick(self) -> None:
        """Decide every node once (rule 2.2). Raises `Failure` or `RunHalted`."""
        plan = self.plan
        if self.first:
            self.pending = plan.pending_first[:]
            todo = plan.start_first[:]
        else:
            self.pending = plan.pending_later[:]
            todo = plan.start_later[:]
        self.work_waits = False
        self.ticking = True
        if self.lost:
            self.lost.clear()
        if plan.racing:
            open_races(self, todo)
        if self.engine.sequential:
            heapify(todo)
        try:
            await work(self, todo)
            if self.running:
                self.idle = asyncio.get_running_loop().create_future()
                await self.idle
                self.idle = None
        except asyncio.CancelledError:
            if self.engine.control is not None:
                self.engine.control.forget(self)
            await self._cancel_tasks()
            raise
        finally:
            self.ticking = False
        self.tasks.clear()
        if self.crash is not None:
            raise self.crash
        if self.deferred and not self.failures:
            raise_undelivered(self)
        if self.failures:
            if self.engine.watched and self.engine.control is not None:
                await self.engine.control.failing(self)
            raise min(self.failures, key=lambda entry: entry[0])[1]
        if self.halted or self.cut_short:
            raise RunHalted
        self._gather_outputs()
        if self.first:
            for index in plan.racing:  # by now every `initial_from` is decided, also those that came too late to win
                start_registers(self, plan.nodes[index])
        self._shift()
        self.first = False
        self.elapsed_s += self.tick_slept_s
        self.tick_slept_s = 0.0

    async def _cancel_tasks(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _gather_outputs(self) -> None:
        plan = self.plan
        for name, index in plan.output_nodes.items():
            if not self.first and not plan.nodes[index].live:
                continue
            held = self.outs[index]
            if type(held) is dict:
                self.last[name] = held["value"]
                if name in plan.collects and held["fresh"]:
                    self.collected[name].append(held["value"])

    def _shift(self) -> None:
        """Move what feedback edges carry into their registers; note whether work waits (rules 2.1 and 2.5)."""
        values, fresh = self.register_values, self.register_fresh
        for number, register in enumerate(self.plan.registers):
            held = self.outs[register.source]
            value = held.get(register.port, ABSENT) if type(held) is dict else held
            if type(value) is not Absent:
                values[number] = value
                self.register_refs[number] = (self.fids[register.source], register.port)
                fresh[number] = True
                if not register.hold:
                    self.work_waits = True
            elif register.hold:
                fresh[number] = False
            else:
                values[number] = self.absence(register.source, register.port, value)

    # -- control and names -------------------------------------------------------------------

    def push(self, todo: list[int], index: int) -> None:
        if self.engine.sequential:
            heappush(todo, index)
        else:
            todo.append(index)

    def fail_region(self, index: int, failure: Failure) -> None:
        self.failures.append((index, failure))
        self.halt()

    def one_less(self) -> None:
        """A task of this tick is done; the last one wakes the tick."""
        self.running -= 1
        if not self.running and self.idle is not None and not self.idle.done():
            self.idle.set_result(None)

    def break_down(self, fault: Exception) -> None:
        """A fault of ours in a task: start nothing more and let the tick raise it."""
        self.crash = self.crash or fault
        self.halt()

    def cut_off(self) -> Absent:
        """Why a firing in flight here does not finish: what failed in this region or around it."""
        around: Region | None = self
        while around is not None:
            if around.failures:
                index = min(around.failures, key=lambda entry: entry[0])[0]
                return Absent(f"cut off: `{around.plan.nodes[index].name}` failed")
            around = around.parent
        return Absent("cut off by a failure beside it")

    def live(self) -> Iterator[Region]:
        """The regions inside this one that run or tick at present."""
        yield from self.children
        for body in self.bodies.values():
            if body.ticking:
                yield body
        for population in self.populations.values():
            for member in population.values():
                if member.ticking:
                    yield member

    def meters(self) -> set[Meter]:
        """The meters of this region and of those that run inside."""
        found = set() if self.meter is None else {self.meter}
        return found.union(*(inner.meters() for inner in self.live()))

    def halt(self) -> None:
        """Start nothing new here or inside; what is in flight finishes and is recorded."""
        self.halted = True
        for child in self.children:
            child.halt()
        for body in self.bodies.values():
            body.halt()
        for population in self.populations.values():
            for member in population.values():
                member.halt()
        if self.engine.control is not None:
            self.engine.control.wake()

    def absence(self, source: int, port: str, value: Absent) -> Absent:
        """Give a bare absence (a port the source never names, such as `error`) a reason."""
        if value.reason:
            return value
        return Absent(f"nothing on `{port}` at `{self.plan.nodes[source].name}`")

    # -- stores ------------------------------------------------------------------------------

    def store(self, name: str) -> Store:
        """Return the store a node of this region means by `name` (rule 2.9).

        Between here and where the store lives, every map item puts its own copy before it.
        """
        found = self.plan.scope.find_store(name)
        if found is None:
            raise NodeError(f"There is no store `{name}`.", hint="Declare it under `stores`.", code="no_store")
        scope, declared = found
        if declared.scope != "region":
            return self._through(self.engine.wide_store(declared, scope.graph), None)
        owner: Region | None = self
        while owner is not None and owner.plan.graph is not scope.graph:
            owner = owner.parent
        assert owner is not None, "a graph runs inside the graphs that enclose it"
        if name not in owner.stores:
            owner.stores[name] = self.engine.make_store(declared)
        return self._through(owner.stores[name], owner)

    def _through(self, base: Store, owner: Region | None) -> Store:
        if self is owner:
            return base
        if self.parent is not None:
            base = self.parent._through(base, owner)
        if self.overlay is None:
            return base
        if base not in self.overlay:
            self.overlay[base] = base.fork()
        return self.overlay[base]

    def result(self, name: str) -> Json:
        """An output of an ended own-clock region: the last present value, or the collected list."""
        if name in self.plan.collects:
            return self.collected[name]
        return self.last.get(name, Absent(f"`{name}` never had a value"))

    def tick_result(self, name: str) -> Json:
        """An output of a shared body at the present tick."""
        index = self.plan.output_nodes[name]
        held = self.outs[index]
        return held["value"] if type(held) is dict else held

    def outputs(self) -> dict[str, Json]:
        """All present outputs of an ended region."""
        found = {name: self.result(name) for name in self.plan.output_nodes}
        return {name: value for name, value in found.items() if type(value) is not Absent}
