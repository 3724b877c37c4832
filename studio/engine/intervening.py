"""What may come between a node that is ready and its code (design rules 2.13 and 2.14).

A person may hold it, step to it or freeze what it gives; the run this one continues may have its outcome; the cache
may know its outputs.  All of it happens here, at the one place where the scheduler is about to fire a node, so that
full, partial, stepped, resumed and forked runs are one and the same scheduler.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from time import perf_counter_ns as clock
from typing import TYPE_CHECKING, Any

from studio.engine.context import Context
from studio.engine.deciding import decide, fail, skip
from studio.engine.entering import knock_out
from studio.engine.firing import RunHalted
from studio.engine.handles import Handle
from studio.engine.plan import NodePlan
from studio.engine.racing import record_races
from studio.engine.recorded import Divergence
from studio.support.errors import NodeError
from studio.support.ticks import tick_path
from studio.support.values import Absent
from studio.trace.log import CACHED, FROZEN, REPLAYED

if TYPE_CHECKING:
    from studio.engine.outcomes import Outcome
    from studio.engine.past import Past
    from studio.engine.recorded import Answer
    from studio.engine.region import Region
    from studio.engine.reuse import Reuse


def intervene(region: Region, node: NodePlan, values: dict[str, Any], refs: dict[str, Any], todo: list[int]) -> bool:
    """Answer, hold or freeze a node that is ready; True if it does not fire (any more, or now)."""
    engine = region.engine
    if engine.recorded is not None:
        return _set_aside(region, node, refs, todo)
    if engine.past is not None:
        try:
            if _repeated(region, node, refs, todo) or _held_back(engine.past, region, node):
                return True
        except RunHalted:  # the record cannot be read any more
            return True
    if engine.control is not None and _steered(region, node, values, refs, todo):
        return True
    return engine.reuse is not None and _reused(engine.reuse, region, node, values, refs, todo)


def _set_aside(region: Region, node: NodePlan, refs: dict[str, Any], todo: list[int]) -> bool:
    """Freeze or switch off what a person froze or switched off when the replayed run was recorded."""
    recorded = region.engine.recorded
    assert recorded is not None
    found = recorded.set_aside.get((region.prefix + node.name, tick_path(region.tick_key)))
    if found is None:
        return False
    if found.outputs is None:
        knock_out(region, node.index, node, True, todo)
        return True
    context = _begun(region, node, refs)
    context.attempt = found.attempt - (region.attempt - 1) * (node.retries + 1)
    try:
        for done in found.store_ops:
            Handle.of(context, done.store).repeat(done)
    except RunHalted:
        return True
    if found.error:
        fail(context, NodeError(found.error, code=found.code), todo, found.origin)
    else:
        if region.races and node.race_inputs and found.origin == REPLAYED:
            record_races(region, node, context)
        decide(context, dict(found.outputs), todo, found.origin)
    return True


def _steered(region: Region, node: NodePlan, values: dict[str, Any], refs: dict[str, Any], todo: list[int]) -> bool:
    """Do what a person wants with a node that would fire: hold it, put something in its place, switch it off."""
    control, past = region.engine.control, region.engine.past
    assert control is not None
    if past is not None and node.role:
        before = past.find(region, node)
        if before is not None and before.seq is not None:
            return False  # a repetition goes on to what is new inside
    if control.turn(region, node, values, todo):
        return True
    frozen = control.frozen(region, node)
    if frozen is not None:
        context = _begun(region, node, refs)
        if region.races and node.race_inputs:
            record_races(region, node, context)
        decide(context, frozen, todo, FROZEN)
        return True
    knockout = control.knocked_out(region, node)
    if knockout is not None:
        knock_out(region, node.index, node, knockout, todo)
        return True
    return False


def _reused(
    reuse: Reuse, region: Region, node: NodePlan, values: dict[str, Any], refs: dict[str, Any], todo: list[int]
) -> bool:
    """Answer a pure node from the cache; True if it need not fire. It counts as a firing all the same."""
    engine = region.engine
    meter = engine.meter_of(region, node)
    if engine.fired >= engine.max_firings or (meter is not None and meter.reached("firings", "seconds") is not None):
        return False  # the scheduler refuses it
    held = reuse.outputs(region, node, values)
    if held is None:
        return False
    context = _begun(region, node, refs)
    if region.races and node.race_inputs:
        record_races(region, node, context)
    decide(context, held, todo, CACHED)
    return True


def _repeated(region: Region, node: NodePlan, refs: dict[str, Any], todo: list[int]) -> bool:
    """Take over what the past run had decided. True if that settles the node, or if nothing may start here."""
    engine = region.engine
    past = engine.past
    assert past is not None
    instead = past.replacement(region, node)
    if instead is not None:
        decide(_begun(region, node, refs), instead, todo, FROZEN)
        return True
    if past.switched_off(region, node):
        knock_out(region, node.index, node, True, todo)
        return True
    try:
        outcome = past.known(region, node, refs)
    except Divergence as difference:
        engine.diverge(difference, region.prefix + node.name, tick_path(region.tick_key))
        return True
    if outcome is None:
        if region.sealed and past.find(region, node) is None:
            region.cut_short = True  # it never started then: the region ended before
            return True
        return False
    if outcome.status == "error" and _waits_for_what_is_beside(past, region, node):
        return True
    context = _begun(region, node, refs)
    spent = past.spent(region, node, outcome)
    if spent is not None:
        engine.take_over(region, node, spent)
    if engine.scripts or engine.clock_start is not None:
        asked = past.asked(outcome)
        engine.pass_over(context.node, asked)
        _wait_again(region, asked)
    context.attempt = outcome.attempt - (region.attempt - 1) * (node.retries + 1)
    try:
        for done in past.store_ops(outcome):
            Handle.of(context, done.store).repeat(done)
    except RunHalted:
        return True
    past.take(context, outcome)
    if outcome.status == "error":
        fail_again(context, outcome, todo)
    else:
        if region.races and node.race_inputs:
            record_races(region, node, context)
        decide(context, past.held(outcome), todo, FROZEN if outcome.origin == "frozen" else REPLAYED)
    return True


def _held_back(past: Past, region: Region, node: NodePlan) -> bool:
    """Let all that is known be taken over before anything new begins: whatever ends this run then ends it with all that
    the past run had. True if the node does not fire now; it enters anew when that is done.
    """
    if past.is_settled or region.engine.sequential:
        return False
    if node.role and past.find(region, node) is not None:
        return False  # a repetition goes on to what is known inside
    _enter_later(region, node.index, past.settle(region.engine))
    return True


def _waits_for_what_is_beside(past: Past, region: Region, node: NodePlan) -> bool:
    """A failure ends its region, so what was decided beside it and after it (and has written to stores) goes first."""
    if past.is_settled or region.engine.sequential or node.on_error != "fail" or node.contends:
        return False
    if not past.is_first_time(region, node):
        return False
    _enter_later(region, node.index, past.rest(region.engine))
    return True


def _enter_later(region: Region, index: int, waiting: Coroutine[Any, Any, None]) -> None:
    """Let a node enter anew, in a task of its own, after a wait."""
    region.running += 1
    region.tasks.append(region.engine.loop.create_task(_entering_later(region, index, waiting)))


async def _entering_later(region: Region, index: int, waiting: Coroutine[Any, Any, None]) -> None:
    from studio.engine.scheduling import let_go

    try:
        await waiting
    except asyncio.CancelledError:
        region.one_less()
        raise
    let_go(region, [index])


def _wait_again(region: Region, asked: list[Answer]) -> None:
    """On a fixed clock, what a firing slept has passed for this run too; on the real one it says nothing."""
    slept = sum(
        float(answer.request["seconds"]) for answer in asked if (answer.kind, answer.name) == ("clock", "sleep")
    )
    region.tick_slept_s = max(region.tick_slept_s, slept)


def end_again(context: Context, outcome: Outcome, todo: list[int]) -> None:
    """A region went as far as it went in the past run: it has the end that it had then."""
    past = context.engine.past
    assert past is not None
    if outcome.status == "error":
        past.take(context, outcome)
        fail_again(context, outcome, todo)
        return
    if outcome.status == "skipped":  # cut off by a failure beside it
        past.take(context, outcome)
        skip(
            context.region, context.node_plan.index, context.node_plan, Absent(outcome.reason), todo, "", context.firing
        )
        return
    if context.region.halted:  # a failure beside it came sooner than then, which had let it finish
        past.take(context, outcome)
        decide(context, past.held(outcome), todo, REPLAYED)
        return
    difference = Divergence(
        f"`{context.node}` at tick {context.tick} does not come to its end again.", expected="ok", got="stopped inside"
    )
    context.engine.diverge(difference, context.node, context.tick)


def fail_again(context: Context, outcome: Outcome, todo: list[int]) -> None:
    """The firing fails with the error that it had in the past run."""
    code = outcome.absent.get("error", "node")  # older traces do not say it
    fail(context, NodeError(outcome.reason, code=code), todo, REPLAYED)


def _begun(region: Region, node: NodePlan, refs: dict[str, Any]) -> Context:
    """The context of a firing that is decided without its code."""
    engine = region.engine
    meter = engine.meter_of(region, node)
    if meter is not None:
        meter.add("firings", 1)
    return Context(region, node, engine.next_firing(), clock(), refs)
