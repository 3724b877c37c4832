"""A region being executed: the tick loop and the scheduler.

There is no barrier inside a tick: a node starts as soon as its inputs are decided (design rule 2.8).  A
finished node's task goes on with its first ready successor itself, so a chain is one asyncio task and tasks
are made only where the graph fans out.  In *sequential* runs (unaddressed script lines, rule 2.10) the same
loop takes the ready nodes from a heap in plan order and starts one at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from heapq import heapify, heappop, heappush
from time import perf_counter_ns as clock
from typing import TYPE_CHECKING, Any

from studio.engine.context import Context
from studio.engine.entering import enter, enter_simply
from studio.engine.firing import Failure, RunHalted, as_node_error, guarded_call, plain_call
from studio.engine.limits import Meter
from studio.engine.plan import NodePlan, RegionPlan
from studio.engine.races import Race
from studio.engine.racing import arrive, open_races, raise_undelivered, record_races
from studio.spec.types import type_of
from studio.support.errors import NodeError
from studio.support.ticks import tick_part, tick_path
from studio.support.values import ABSENT, Absent, Json, NotJson, encode
from studio.trace.log import ERROR, EXECUTED, OK, SKIPPED

if TYPE_CHECKING:
    from studio.engine.engine import Engine
    from studio.stores.base import Store

Ref = tuple[int, str]
"""Where a value came from: firing id and output port; firing 0 is an initial value."""

Given = tuple[Json, Ref | None]
"""A value with its origin, as it enters a region. The value may be an `Absent`."""

Work = Callable[[list[int]], None]

SLICE_NS = 10_000_000
"""After so long without a real wait the scheduler lets timers, cancelling and other tasks have a turn."""

NOTHING_YET = Absent("nothing fed back yet")
KNOCKED_OUT = "knocked out"


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
        self.item = 0
        self.inputs: dict[str, Given] = {}
        self.paths = engine.path_ids(prefix, len(plan.nodes))
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
        # Life.
        self.halted = False
        self.stopped = False
        self.ended_at = ""
        self.ended = ""
        self.ticks = 0
        self.work_waits = False
        self.choice_fresh = True
        self.failures: list[tuple[int, Failure]] = []
        self.deferred: dict[int, Failure] = {}
        self.children: set[Region] = set()
        self.bodies: dict[int, Region] = {}
        self.populations: dict[int, dict[str, Region]] = {}
        self.failed: Failure | None = None
        self.failed_maps: dict[int, str] = {}
        # Tasks of this tick.
        self.tasks: set[asyncio.Task[None]] = set()
        self.own_tasks: dict[int, asyncio.Task[None]] = {}
        self.idle: asyncio.Future[None] | None = None
        self.crash: BaseException | None = None
        # Outputs over ticks.
        self.last: dict[str, Json] = {}
        self.collected: dict[str, list[Json]] = {name: [] for name in plan.collects}
        self.output_refs: dict[str, Ref] = {}
        # Stores.
        self.stores: dict[str, Store] = {}
        self.overlay: dict[Store, Store] | None = None
        self._load_registers()

    def _load_registers(self) -> None:
        for register in self.plan.registers:
            if register.has_initial:
                self.register_values.append(register.initial)
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
        try:
            number = 0
            while True:
                self.tick_key = self.tick_prefix + tick_part(number)
                if not engine.count_tick(self.meter):
                    self.halt()
                await self.tick()
                if self.stopped:
                    self.ended = "stop"
                elif plan.until != "stop" and not self.work_waits:
                    self.ended = "quiet"
                elif number + 1 >= plan.max_ticks:
                    self._reached_max_ticks()
                if self.ended:
                    return
                number += 1
        finally:
            if around is not None:
                around.children.discard(self)

    def _reached_max_ticks(self) -> None:
        if not self.plan.max_ticks_written:
            self.engine.pause("max_ticks", f"the region ran {self.plan.max_ticks} ticks and its graph names no bound")
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
        if self.lost:
            self.lost.clear()
        if not plan.ordered_races and any(plan.race_watch):
            open_races(self, todo)
        if self.engine.sequential:
            heapify(todo)
        try:
            await self._work(todo)
            if self.tasks:
                self.idle = asyncio.get_running_loop().create_future()
                await self.idle
                self.idle = None
        except asyncio.CancelledError:
            await self._cancel_tasks()
            raise
        if self.crash is not None:
            raise self.crash
        if self.deferred and not self.failures:
            raise_undelivered(self)
        if self.failures:
            raise min(self.failures, key=lambda entry: entry[0])[1]
        if self.halted:
            raise RunHalted
        self._gather_outputs()
        self._shift()
        self.first = False
        self.ticks += 1

    async def _cancel_tasks(self) -> None:
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)

    def _gather_outputs(self) -> None:
        plan = self.plan
        for name, index in plan.output_nodes.items():
            if not self.first and not plan.nodes[index].live:
                continue
            held = self.outs[index]
            if type(held) is dict:
                self.last[name] = held["value"]
                self.output_refs[name] = held["ref"]
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

    # -- the scheduler -----------------------------------------------------------------------

    def push(self, todo: list[int], index: int) -> None:
        if self.engine.sequential:
            heappush(todo, index)
        else:
            todo.append(index)

    async def _work(self, todo: list[int]) -> None:
        """Decide the ready nodes in `todo` and whatever they make ready, until nothing is ready here."""
        engine = self.engine
        nodes = self.plan.nodes
        sequential = engine.sequential
        turn = clock()
        while todo:
            if self.halted:
                return
            index = heappop(todo) if sequential else todo.pop()
            node = nodes[index]
            # Inputs.
            entered = (
                enter_simply(self, index, node, todo) if node.simple is not None else enter(self, index, node, todo)
            )
            if entered is None:
                continue
            values, refs = entered
            # Fire.
            if engine.fired >= engine.max_firings or (
                (meter := engine.meter_of(self, node) if node.limits else self.meter) is not None
                and not engine.may_fire(meter)
            ):
                engine.refuse_firing()
                return
            engine.fired += 1
            engine.last_id = firing = engine.last_id + 1
            begin = clock()
            if node.inline:
                if node.run is None:
                    self._play(index, node, firing, begin, values, refs, todo)
                else:
                    context = Context(engine, self, node, firing)
                    if self.races and node.race_inputs:
                        record_races(self, node, context)
                    try:
                        held = node.run(context, node.params, node.in_fields.holding(values)).__dict__
                    except RunHalted:
                        return
                    except Exception as error:  # noqa: BLE001 - any failure of user code is this firing's failure
                        self.fail(index, node, firing, begin, refs, error, todo, context)
                    else:
                        self.decide(index, node, firing, begin, refs, held, todo, context)
            elif (todo and not sequential) or (node.cancellable and not sequential):
                self._spawn(index, node, firing, begin, values, refs)
                continue
            else:
                await self._fire(index, node, firing, begin, values, refs, todo)
            if clock() - turn > SLICE_NS:
                await asyncio.sleep(0)
                turn = clock()

    async def _fire(
        self,
        index: int,
        node: NodePlan,
        firing: int,
        begin: int,
        values: dict[str, Any],
        refs: dict[str, Any],
        todo: list[int],
    ) -> None:
        context = Context(self.engine, self, node, firing)
        if self.races and node.race_inputs:
            record_races(self, node, context)
        try:
            if node.is_async and not node.guarded:
                # The common case, spelled out: one await, no wrapper.
                held = (await node.run(context, node.params, node.in_fields.holding(values))).__dict__  # type: ignore[misc]
            elif node.guarded:
                held = await guarded_call(self, index, node, firing, values, refs, context)
            else:
                held = await plain_call(self, index, node, firing, values, refs, context)
        except RunHalted:
            return
        except Exception as error:  # noqa: BLE001 - any failure of user code is this firing's failure
            self.fail(index, node, firing, begin, refs, error, todo, context)
        else:
            self.decide(index, node, firing, begin, refs, held, todo, context)

    def _spawn(
        self, index: int, node: NodePlan, firing: int, begin: int, values: dict[str, Any], refs: dict[str, Any]
    ) -> None:
        todo: list[int] = []

        async def branch() -> None:
            await self._fire(index, node, firing, begin, values, refs, todo)
            if todo:
                await self._work(todo)

        if node.cancellable:
            self._adopt(self._cancellable(index, node, firing, begin, values, refs), index)
        else:
            self._adopt(branch(), -1)

    async def _cancellable(
        self, index: int, node: NodePlan, firing: int, begin: int, values: dict[str, Any], refs: dict[str, Any]
    ) -> None:
        """A contender in a task of its own, so that losing cancels it alone and not what follows in its chain."""
        todo: list[int] = []
        try:
            await self._fire(index, node, firing, begin, values, refs, todo)
        except asyncio.CancelledError:
            if index not in self.lost:
                raise
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
            todo = []
            self.skip(index, node, Absent(self.lost[index]), todo, "", firing)
        self.own_tasks.pop(index, None)
        if todo:
            await self._work(todo)

    def _adopt(self, work: Coroutine[Any, Any, None], index: int) -> None:
        task = self.engine.loop.create_task(work)
        self.tasks.add(task)
        if index >= 0:
            self.own_tasks[index] = task
        task.add_done_callback(self._task_done)

    def _task_done(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            error = task.exception()
            if error is not None and self.crash is None and not isinstance(error, RunHalted):
                self.crash = error
                self.halt()
        if not self.tasks and self.idle is not None and not self.idle.done():
            self.idle.set_result(None)

    # -- deciding ----------------------------------------------------------------------------

    def decide(
        self,
        index: int,
        node: NodePlan,
        firing: int,
        begin: int,
        refs: dict[str, Any],
        held: dict[str, Any],
        todo: list[int],
        context: Context,
    ) -> None:
        """The node fired: check and record its outputs, and go on to its successors."""
        end = clock()
        encoded: dict[str, bytes] = {}
        try:
            for port in node.out_types:
                value = held.get(port, ABSENT)
                if type(value) is Absent:
                    held[port] = self._nothing(node, port, value)
                else:
                    encoded[port] = encode(value)
            for port, check in node.out_checks:
                if port in encoded and not check(held[port]):
                    raise NodeError(
                        f"its output `{port}` should be {node.out_types[port]}, but is {type_of(held[port])}.",
                        code="wrong_type",
                    )
        except (NotJson, NodeError) as error:
            self.fail(index, node, firing, begin, refs, error, todo, context)
            return
        held["done"] = True
        self.outs[index] = held
        self.fids[index] = firing
        engine = self.engine
        engine.seq = seq = engine.seq + 1
        engine.log.firing(
            firing, seq, self.paths[index] or self.declare(index), self.tick_key, self.parent_firing, self.item,
            OK, "", EXECUTED, engine.epoch + begin, end - begin, refs, encoded, context.attempt,
        )  # fmt: skip
        self._advance(index, node, todo)

    def skip(self, index: int, node: NodePlan, why: Absent, todo: list[int], port: str = "", firing: int = 0) -> None:
        """The node does not fire; absence goes downstream with the root reason (rule 2.2)."""
        engine = self.engine
        reason = f"input `{port}` absent: {why.reason}" if port else why.reason
        if not firing:
            engine.last_id = firing = engine.last_id + 1
        else:
            engine.fired -= 1
        self.outs[index] = why
        self.fids[index] = firing
        engine.seq = seq = engine.seq + 1
        engine.log.firing(
            firing, seq, self.paths[index] or self.declare(index), self.tick_key, self.parent_firing, self.item,
            SKIPPED, reason, EXECUTED, engine.epoch + clock(), 0, None, None, 1,
        )  # fmt: skip
        self._advance(index, node, todo)

    def fail(
        self,
        index: int,
        node: NodePlan,
        firing: int,
        begin: int,
        refs: dict[str, Any],
        raised: Exception,
        todo: list[int],
        context: Context,
    ) -> None:
        """The firing failed: apply the node's `on_error` (rule 2.11)."""
        engine = self.engine
        error = as_node_error(raised)
        message = str(error)
        root = Absent(f"`{node.name}` failed: {message}")
        policy = node.on_error
        held: dict[str, Json] | Absent = root
        encoded: dict[str, bytes] = {}
        if policy == "default":
            held = {port: node.default.get(port, root) for port in node.out_types}
            encoded = {port: encode(value) for port, value in held.items() if type(value) is not Absent}
            held["done"] = True
        elif policy == "route":
            held = dict.fromkeys(node.out_types, root)
            held["done"] = root
            held["error"] = {"code": error.kind, "message": message, "node": self.prefix + node.name}
            encoded["error"] = encode(held["error"])
        self.outs[index] = held
        self.fids[index] = firing
        engine.seq = seq = engine.seq + 1
        engine.log.firing(
            firing, seq, self.paths[index] or self.declare(index), self.tick_key, self.parent_firing, self.item,
            ERROR, message, EXECUTED, engine.epoch + begin, clock() - begin, refs, encoded or None, context.attempt,
        )  # fmt: skip
        if policy == "fail":
            if isinstance(raised, Failure):
                failure = raised
            else:
                failure = Failure(error, self.prefix + node.name, tick_path(self.tick_key))
            if not node.contends:
                self.fail_region(index, failure)
                return
            self.deferred[index] = failure
        self._advance(index, node, todo)

    def fail_region(self, index: int, failure: Failure) -> None:
        self.failures.append((index, failure))
        self.halt()

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

    def _advance(self, index: int, node: NodePlan, todo: list[int]) -> None:
        pending = self.pending
        sequential = self.engine.sequential
        for successor in node.successors_first if self.first else node.successors_later:
            left = pending[successor] = pending[successor] - 1
            if left == 0:
                if sequential:
                    heappush(todo, successor)
                else:
                    todo.append(successor)
        if self.plan.race_watch[index]:
            arrive(self, index, todo)

    def declare(self, index: int) -> int:
        node = self.plan.nodes[index]
        path_id = self.engine.declare_path(
            self.prefix + node.name, node.spec.type, node.spec.version, index, self.path_id
        )
        self.paths[index] = path_id
        return path_id

    def _nothing(self, node: NodePlan, port: str, value: Absent) -> Absent:
        why = value.reason or f"nothing on `{port}`"
        return Absent(f"{why} at `{node.name}`")

    def absence(self, source: int, port: str, value: Absent) -> Absent:
        """Give a bare absence (a port the source never names, such as `error`) a reason."""
        if value.reason:
            return value
        return Absent(f"nothing on `{port}` at `{self.plan.nodes[source].name}`")

    # -- the nodes the engine itself plays ---------------------------------------------------

    def _play(
        self,
        index: int,
        node: NodePlan,
        firing: int,
        begin: int,
        values: dict[str, Any],
        refs: dict[str, Any],
        todo: list[int],
    ) -> None:
        context = Context(self.engine, self, node, firing)
        held: dict[str, Any] = {}
        if node.role == "input":
            held = values
        elif node.role == "stop":
            self.stopped = True
        self.decide(index, node, firing, begin, refs, held, todo, context)
        if node.role == "output":
            fresh = self.first or node.simple is not None or self.choice_fresh
            kept = self.outs[index]
            if type(kept) is dict and "value" in values:
                kept.update(value=values["value"], ref=refs.get("value", (0, "")), fresh=fresh)

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
            return self._through(self.engine.wide_store(declared), None)
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

    def outputs(self) -> Mapping[str, Json]:
        """All present outputs of an ended region."""
        found = {name: self.result(name) for name in self.plan.output_nodes}
        return {name: value for name, value in found.items() if type(value) is not Absent}
