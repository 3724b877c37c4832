"""The scheduler of a tick: who fires now, in which task, and when the tick has come to rest (rule 2.8).

There is no barrier inside a tick: a node starts as soon as its inputs are decided.  A finished node's task goes on
with its first ready successor itself, so a chain is one asyncio task and tasks are made only where the graph fans
out.  In *sequential* runs (unaddressed script lines, rule 2.10) the same loop takes the ready nodes from a heap in
plan order and starts one at a time.
"""

from __future__ import annotations

import asyncio
from heapq import heappop
from time import perf_counter_ns as clock
from typing import TYPE_CHECKING, Any

from studio.engine.context import Context
from studio.engine.deciding import decide, fail, play, skip
from studio.engine.entering import enter, enter_simply
from studio.engine.firing import Failure, guarded_call, is_halt, own, plain_call
from studio.engine.intervening import end_again, intervene
from studio.engine.racing import record_races
from studio.support.values import Absent

if TYPE_CHECKING:
    from studio.engine.region import Region

SLICE_NS = 10_000_000
"""After so long without a real wait the scheduler lets timers, cancelling and other tasks have a turn."""


async def work(region: Region, todo: list[int]) -> None:
    """Decide the ready nodes in `todo` and whatever they make ready, until nothing is ready here."""
    engine = region.engine
    nodes = region.plan.nodes
    sequential = engine.sequential
    while todo:
        if region.halted:
            return
        index = heappop(todo) if sequential else todo.pop()
        node = nodes[index]
        # Inputs.
        entered = (
            enter_simply(region, index, node, todo) if node.simple is not None else enter(region, index, node, todo)
        )
        if entered is None:
            continue
        values, refs = entered
        # Held, frozen, taken over from a past run, or answered by the cache.
        if engine.intervenes and intervene(region, node, values, refs, todo):
            continue
        # Fire.
        if engine.fired >= engine.max_firings or (
            (meter := engine.meter_of(region, node) if node.limits else region.meter) is not None
            and not engine.may_fire(meter)
        ):
            engine.refuse_firing()
            return
        engine.fired += 1
        engine.last_id = firing = engine.last_id + 1
        context = Context(region, node, firing, clock(), refs)
        if not node.inline and not sequential and (todo or node.cancellable):
            _spawn(context, values)
            continue
        if not node.plain:
            await fire(context, values, todo)
        elif node.run is None:
            play(context, values, todo)
        else:
            # What `fire` does, spelled out for the common case: most firings of most runs come by here.
            if region.races and node.race_inputs:
                record_races(region, node, context)
            try:
                made = node.run(context, node.params, node.in_fields.holding(own(node, values)))
                if node.is_async:
                    made = await made
                    if engine.aborted:
                        raise asyncio.CancelledError  # the node swallowed the abort
                held = made.__dict__
            except BaseException as raised:  # noqa: BLE001 - whatever node code raises is this firing's failure
                _settle(context, raised, todo)
            else:
                decide(context, held, todo)
        if engine.now - engine.turn > SLICE_NS:
            await asyncio.sleep(0)
            engine.turn = clock()


def let_go(region: Region, todo: list[int]) -> None:
    """Go on with a node that a person held, and with what waited behind it: it enters anew, in a task of its own."""
    region.tasks.append(region.engine.loop.create_task(_let_go(region, todo)))


async def _let_go(region: Region, todo: list[int]) -> None:
    try:
        await work(region, todo)
    except Exception as fault:  # noqa: BLE001 - node code is settled in `fire`: this is a fault of ours
        region.break_down(fault)
    finally:
        region.one_less()


async def fire(context: Context, values: dict[str, Any], todo: list[int]) -> None:
    """Fire a node that may wait, and decide it."""
    region, node = context.region, context.node_plan
    if region.races and node.race_inputs:
        record_races(region, node, context)
    try:
        if node.plain and node.is_async:
            # One await, no wrapper: a fan-out of calls comes by here.
            entered = node.in_fields.holding(own(node, values))
            held = (await node.run(context, node.params, entered)).__dict__  # type: ignore[misc]
        elif node.guarded:
            held = await guarded_call(context, values)
        else:
            held = await plain_call(context, values)
        if context.engine.aborted:
            raise asyncio.CancelledError  # the node swallowed the abort
    except BaseException as raised:  # noqa: BLE001 - whatever node code raises is this firing's failure
        _settle(context, raised, todo)
    else:
        decide(context, held, todo)


def _settle(context: Context, raised: BaseException, todo: list[int]) -> None:
    """Tell apart what was raised: the run pauses, the run is aborted, a race is lost, or this firing failed."""
    engine, region, node = context.engine, context.region, context.node_plan
    if engine.past is not None and (is_halt(raised) or isinstance(raised, Failure)) and not engine.is_stopping():
        ended = engine.past.end_of(context)
        if ended is not None:  # the region went as far as it went then
            end_again(context, ended, todo)
            return
    if is_halt(raised):
        if not engine.is_stopping():
            # A failure around or beside it ended the region: an ended run leaves no firing open.
            skip(region, node.index, node, region.cut_off(), todo, "", context.firing)
        return
    if isinstance(raised, KeyboardInterrupt) or (
        isinstance(raised, asyncio.CancelledError) and (engine.aborted or _is_cancelled())
    ):
        raise raised
    fail(context, raised, todo)


def _is_cancelled() -> bool:
    """True if this very task is being cancelled (and not something it waited for)."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _spawn(context: Context, values: dict[str, Any]) -> None:
    """Fire in a task of its own, which goes on with what the node makes ready."""
    region, node = context.region, context.node_plan
    branch = _contender if node.cancellable else _branch
    region.running += 1
    task = context.engine.loop.create_task(branch(context, values))
    region.tasks.append(task)
    if node.cancellable:
        region.own_tasks[node.index] = task


async def _branch(context: Context, values: dict[str, Any]) -> None:
    region = context.region
    todo: list[int] = []
    try:
        await fire(context, values, todo)
        if todo:
            await work(region, todo)
    except Exception as fault:  # noqa: BLE001 - node code is settled in `fire`: this is a fault of ours
        region.break_down(fault)
    finally:
        region.one_less()


async def _contender(context: Context, values: dict[str, Any]) -> None:
    """Like `_branch`, for a node that may lose a race: losing cancels it alone and not what follows in its chain."""
    region, node = context.region, context.node_plan
    index = node.index
    todo: list[int] = []
    region.begun.add(index)
    try:
        try:
            if index not in region.lost:
                await fire(context, values, todo)
            else:
                skip(region, index, node, Absent(region.lost[index]), todo, "", context.firing)
        except asyncio.CancelledError:
            if index not in region.lost or context.engine.aborted:
                raise
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
            todo = []
            skip(region, index, node, Absent(region.lost[index]), todo, "", context.firing)
        region.own_tasks.pop(index, None)
        region.begun.discard(index)
        if todo:
            await work(region, todo)
    except Exception as fault:  # noqa: BLE001 - node code is settled in `fire`: this is a fault of ours
        region.break_down(fault)
    finally:
        region.one_less()
