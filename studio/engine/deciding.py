"""Deciding a node: it fired, failed or is skipped; recorded, and its successors told (rules 2.2, 2.11)."""

from __future__ import annotations

from heapq import heappush
from time import perf_counter_ns as clock
from typing import TYPE_CHECKING, Any

from studio.engine.context import Context
from studio.engine.firing import CONTAINERS, Failure, as_node_error, message_of
from studio.engine.plan import NodePlan
from studio.engine.racing import arrive
from studio.engine.recorded import Divergence
from studio.spec.choices import choice_problem
from studio.spec.types import type_of
from studio.support.errors import NodeError
from studio.support.ticks import tick_path
from studio.support.values import ABSENT, Absent, Json, NotJson, decode, encode
from studio.trace.log import ERROR, EXECUTED, OK, SKIPPED

if TYPE_CHECKING:
    from studio.engine.region import Region


def decide(context: Context, held: dict[str, Any], todo: list[int], origin: int = EXECUTED) -> None:
    """The node fired: check and record its outputs, and go on to its successors."""
    engine, region, node = context.engine, context.region, context.node_plan
    index = node.index
    engine.now = end = clock()
    copies = node.copies
    if copies:
        held = dict(held)  # the node may give one and the same object twice
    encoded: dict[str, bytes] = {}
    absent: dict[str, str] | None = None
    try:
        for port in node.out_types:
            value = held.get(port, ABSENT)
            if type(value) is Absent:
                if value.reason:
                    absent = {**(absent or {}), port: value.reason}
                held[port] = _nothing(region, node, port, value)
            else:
                encoded[port] = data = encode(value)
                if copies and type(value) in CONTAINERS:
                    held[port] = decode(data)
        for port, check in node.out_checks:
            if port in encoded and not check(held[port]):
                raise NodeError(
                    f"its output `{port}` should be {node.out_types[port]}, but is {type_of(held[port])}.",
                    code="wrong_type",
                )
    except (NotJson, NodeError) as error:
        fail(context, error, todo)
        return
    held["done"] = True
    region.outs[index] = held
    region.fids[index] = context.firing
    if engine.recorded is not None and origin == EXECUTED and not engine.agrees(context):
        return
    if engine.past is not None:
        try:
            origin = engine.past.decided(context, encoded, origin)
        except Divergence as difference:
            engine.diverge(difference, context.node, context.tick)
            return
    engine.decided += 1
    engine.seq = seq = engine.seq + 1
    engine.log.firing(
        context.firing, seq, region.path_base + index, region.tick_key, region.parent_firing, region.item,
        OK, "", origin, engine.epoch + context.begin, end - context.begin, context.refs, encoded,
        context.attempt if region.attempt == 1 else context.counted_attempt, absent,
    )  # fmt: skip
    if engine.reuse is not None and origin == EXECUTED:
        engine.reuse.keep(context, encoded, absent, end)
    if engine.guard is not None and node.module is not None:
        engine.guard.decided(region, node, context.firing, held, None, origin)
    if engine.watched and engine.control is not None:
        engine.control.decided(context, OK, held)
    advance(region, index, node, todo)


def skip(
    region: Region, index: int, node: NodePlan, why: Absent, todo: list[int], port: str = "", firing: int = 0
) -> None:
    """The node does not fire; absence goes downstream with the root reason (rule 2.2)."""
    engine = region.engine
    reason = f"input `{port}` absent: {why.reason}" if port else why.reason
    if not firing:
        engine.last_id = firing = engine.last_id + 1
    region.outs[index] = why
    region.fids[index] = firing
    origin = EXECUTED if engine.past is None else engine.past.skipped(region, node, reason)
    engine.seq = seq = engine.seq + 1
    engine.log.firing(
        firing, seq, region.path_base + index, region.tick_key, region.parent_firing, region.item,
        SKIPPED, reason, origin, engine.epoch + clock(), 0, None, None, (region.attempt - 1) * (node.retries + 1) + 1,
    )  # fmt: skip
    if engine.watched and engine.control is not None:
        engine.control.skipped(region, node, reason)
    advance(region, index, node, todo)


def fail(context: Context, raised: BaseException, todo: list[int], origin: int = EXECUTED) -> None:
    """The firing failed: apply the node's `on_error` (rule 2.11)."""
    engine, region, node = context.engine, context.region, context.node_plan
    index = node.index
    engine.now = clock()
    if engine.recorded is not None and origin == EXECUTED and not engine.agrees(context):
        return
    if engine.past is not None and origin == EXECUTED:
        engine.past.failed(context)
    engine.decided += 1
    error = as_node_error(raised)
    message = message_of(error)
    root = Absent(f"`{node.name}` failed: {message}")
    policy = node.on_error
    held: dict[str, Json] | Absent = root
    encoded: dict[str, bytes] = {}
    if policy == "default":
        encoded = {port: encode(node.default[port]) for port in node.out_types if port in node.default}
        held = {port: decode(encoded[port]) if port in encoded else root for port in node.out_types}
        held["done"] = True
    elif policy == "route":
        held = dict.fromkeys(node.out_types, root)
        held["done"] = root
        held["error"] = {"code": error.kind, "message": message, "node": region.prefix + node.name}
        encoded["error"] = encode(held["error"])
    region.outs[index] = held
    region.fids[index] = context.firing
    engine.seq = seq = engine.seq + 1
    engine.log.firing(
        context.firing, seq, region.path_base + index, region.tick_key, region.parent_firing, region.item,
        ERROR, message, origin, engine.epoch + context.begin, engine.now - context.begin, context.refs,
        encoded or None, context.counted_attempt, {"error": error.kind},
    )  # fmt: skip
    if engine.reuse is not None:
        engine.reuse.failed(region, node)
    if engine.guard is not None and node.module is not None:
        engine.guard.decided(region, node, context.firing, {}, message, origin)
    if engine.watched and engine.control is not None:
        engine.control.decided(context, ERROR, held if isinstance(held, dict) else {})
    if policy == "fail":
        if isinstance(raised, Failure):
            failure = raised
        else:
            failure = Failure(error, region.prefix + node.name, tick_path(region.tick_key))
        if not node.contends:
            region.fail_region(index, failure)
            return
        region.deferred[index] = failure
    advance(region, index, node, todo)


def advance(region: Region, index: int, node: NodePlan, todo: list[int]) -> None:
    pending = region.pending
    sequential = region.engine.sequential
    for successor in node.successors_first if region.first else node.successors_later:
        left = pending[successor] = pending[successor] - 1
        if left == 0:
            if sequential:
                heappush(todo, successor)
            else:
                todo.append(successor)
    if region.plan.race_watch[index]:
        arrive(region, index, todo)


def _nothing(region: Region, node: NodePlan, port: str, value: Absent) -> Absent:
    why = value.reason.rstrip(".") or f"nothing on `{port}`"  # a failure's sentence may be what is handed on
    return Absent(f"{why} at `{node.name}`")


def play(context: Context, values: dict[str, Any], todo: list[int]) -> None:
    """Fire a node that the engine itself plays: an input, an output or a stop."""
    region, node = context.region, context.node_plan
    held: dict[str, Any] = {}
    if node.role == "input":
        if node.choices and (why := choice_problem(node.name, node.choices, values["value"])):
            fail(context, NodeError(why, code="wrong_choice"), todo)
            return
        held = values
    elif node.role == "stop":
        region.stopped = True
    decide(context, held, todo)
    if node.role == "output":
        fresh = region.first or node.simple is not None or region.choice_fresh
        kept = region.outs[node.index]
        if type(kept) is dict and "value" in values:
            kept.update(value=values["value"], fresh=fresh)
