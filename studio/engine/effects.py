"""Asking something of the outside: counted, recorded before and after, or answered from a recorded run.

An intent row goes before and a result row after, both durable at once where a call costs money or cannot be
undone, so that a crash leaves no orphan and no surprise on the bill.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from time import perf_counter_ns as clock
from typing import TYPE_CHECKING, Any

from studio.engine.firing import RunHalted, as_node_error
from studio.engine.recorded import Answer, Divergence, error_json
from studio.support.errors import ModelError, StudioError
from studio.support.values import Json, hash_bytes, sorted_encode
from studio.trace.log import CACHED, EXECUTED, REPLAYED

if TYPE_CHECKING:
    from studio.engine.context import Context

RETRY_FIRST_S = 0.5
RETRY_MOST_S = 60.0

FREE = (0, 0, 0.0)
"""Tokens in, tokens out and cost of an answer that was not asked for."""

Answered = tuple[Json, dict[str, Any]]
Perform = Callable[[], Coroutine[Any, Any, Answered]]
"""Does what is asked; returns the response and its facts: tokens_in, tokens_out, cost_usd, finish_reason, entropy."""


class Memo:
    """A question that many firings ask alike, under way or answered; whoever takes the answer first is charged."""

    __slots__ = ("claimed", "lasting", "task", "waiting")

    def __init__(self, task: asyncio.Future[Answered], lasting: bool) -> None:
        """`lasting`: the run remembers the answer; else it is shared only while it is under way."""
        self.task = task
        self.lasting = lasting
        self.claimed = False
        self.waiting = 0


def note(context: Context, kind: str, name: str, request: Json, response: Json) -> None:
    """Record something that needs no asking: a remark, who won a race, a time limit that passed."""
    engine = context.engine
    n = context.next_number()
    engine.log.effect_intent(context.firing, n, kind, name, request, context.attempt, engine.epoch + clock())
    engine.log.effect_result(context.firing, n, "ok", response, "", 0, None, None, None, "", None)


async def call(
    context: Context,
    kind: str,
    name: str,
    request: Json,
    perform: Perform,
    *,
    billable: bool = False,
    once: bool = False,
    retries: int = 0,
    is_model: bool = False,
    keep: str = "",
) -> Any:
    """Ask, up to `retries` times more after transient errors; return the response or raise its `StudioError`.

    `once`: the run remembers the answer. `keep`: the cache does, under this key.
    """
    engine = context.engine
    if keep and engine.reuse is not None:
        perform = engine.reuse.keeping(keep, kind, name, request, perform)
    tries = 0
    while True:
        key = hash_bytes(sorted_encode([kind, name, request])) if once and engine.recorded is None else keep
        n = context.next_number()
        if engine.recorded is not None:
            response, error = _from_record(context, n, kind, name, request, is_model)
        elif engine.past is not None and (known := _from_past(context, n, kind, name, request, once)) is not None:
            response, error = _told(context, n, kind, name, request, known)
        elif keep and (known := _from_cache(context, kind, name, request, keep, key, once)) is not None:
            response, error = _told(context, n, kind, name, request, known, CACHED)
        else:
            if is_model and key not in engine.memo:
                engine.may_call(context.region, context.node_plan)
            engine.log.effect_intent(context.firing, n, kind, name, request, context.attempt, engine.epoch + clock())
            response, error = await _asked(context, n, perform, key, billable, is_model, once)
        if error is None:
            return response
        transient = isinstance(error, ModelError) and error.transient
        if not transient or tries >= retries or context.region.halted:
            raise error
        tries += 1
        await context.back_off(RETRY_FIRST_S, RETRY_MOST_S, getattr(error, "retry_after_s", None))
        if context.region.halted:
            raise error


async def _asked(
    context: Context, n: int, perform: Perform, key: str, billable: bool, is_model: bool, once: bool
) -> tuple[Json, StudioError | None]:
    engine = context.engine
    begin = clock()

    async def ask() -> Answered:
        if billable:
            await engine.must_be_durable()
        return await perform()

    try:
        response, facts = await (_shared(context, key, ask, once) if key else ask())
    except StudioError as raised:
        if not context.closed:
            _record(context, n, "error", error_json(raised), str(raised), begin, {}, is_model)
        return None, raised
    except Exception as raised:  # node code catches the same whether it is asked now or answered from a record
        error = as_node_error(raised)
        if not context.closed:
            told = {"class": "exception", "name": type(raised).__name__, "message": str(raised)}
            _record(context, n, "error", told, f"{type(raised).__name__}: {raised}", begin, {}, is_model)
        raise error from raised
    _record(context, n, "ok", response, "", begin, facts, is_model)
    if billable:
        await engine.must_be_durable()
    return response, None


async def _shared(context: Context, key: str, perform: Perform, once: bool) -> Answered:
    """Ask once for all who ask alike. The asking outlives its first asker, who may lose a race or run out of time.

    What is asked for the cache's sake is given up when nobody waits for it any more, as it would be without a cache.
    """
    engine = context.engine
    memo = engine.memo.get(key)
    if memo is None:
        memo = engine.memo[key] = Memo(engine.start_apart(perform()), once)
    memo.waiting += 1
    try:
        response, facts = await asyncio.shield(memo.task)
    except BaseException as raised:
        # Failures are not kept: the next who asks tries anew.
        given_up = not isinstance(raised, Exception) and memo.waiting == 1 and not memo.lasting
        if given_up:
            memo.task.cancel()
        if (given_up or isinstance(raised, Exception)) and engine.memo.get(key) is memo:
            del engine.memo[key]
        raise
    finally:
        memo.waiting -= 1
    if not memo.lasting and engine.memo.get(key) is memo:
        del engine.memo[key]  # from now on the cache answers
    if memo.claimed:
        return response, {**facts, "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0, "origin": CACHED}
    memo.claimed = True
    return response, facts


def _from_record(
    context: Context, n: int, kind: str, name: str, request: Json, is_model: bool
) -> tuple[Json, StudioError | None]:
    """Answer from the recorded firing. A different request ends the replay; a record that ends here pauses it."""
    engine = context.engine
    assert engine.recorded is not None
    try:
        known = context.record.answer(context.node, context.tick, n, kind, name, request)
    except Divergence as difference:
        engine.diverge(difference, context.node, context.tick)
        raise RunHalted from difference
    if known is None:
        engine.pause("record", "the record ends here: the answer never came")
        raise RunHalted
    engine.recorded.asked += 1
    if is_model and known.is_executed:
        engine.may_call(context.region, context.node_plan)
    engine.log.effect_intent(context.firing, n, kind, name, request, context.attempt, engine.epoch + clock())
    _record(context, n, known.status, known.response, known.error, clock(), known.facts, is_model)
    if known.status == "ok":
        return known.response, None
    return None, known.as_error()


def _from_past(context: Context, n: int, kind: str, name: str, request: Json, once: bool) -> Answer | None:
    """What the run that this one continues was told to the same question. A different one ends the run."""
    engine = context.engine
    past = engine.past
    assert past is not None
    try:
        known = past.answer(context, n, kind, name, request)
    except Divergence as difference:
        engine.diverge(difference, context.node, context.tick)
        raise RunHalted from difference
    return past.memory(kind, name, request) if known is None and once else known


def _from_cache(
    context: Context, kind: str, name: str, request: Json, keep: str, key: str, once: bool
) -> Answer | None:
    """What was answered to this very request in whatever run, unless somebody in this one is asking it just now."""
    engine = context.engine
    if engine.reuse is None or key in engine.memo:
        return None
    kept = engine.reuse.answer(keep, kind, request)
    if kept is None:
        return None
    facts = {**kept.facts, "origin": CACHED}
    if once:  # from now on the run remembers it, as if it had asked
        future: asyncio.Future[Answered] = engine.loop.create_future()
        future.set_result((kept.response, dict(kept.facts)))
        engine.memo[key] = memo = Memo(future, lasting=True)
        memo.claimed = True
    return Answer(kind, name, request, "ok", kept.response, "", facts)


def _told(
    context: Context,
    n: int,
    kind: str,
    name: str,
    request: Json,
    known: Answer,
    origin: int = REPLAYED,
) -> tuple[Json, StudioError | None]:
    """Take over an answer: it costs nothing again. One that the past run paid for counts for the limits, one from the
    cache does not: limits bound what a run spends."""
    engine = context.engine
    if known.is_executed:
        engine.take_over(context.region, context.node_plan, known.spent)
    if engine.scripts:
        engine.pass_over(context.node, [known])
    engine.log.effect_intent(context.firing, n, kind, name, request, context.attempt, engine.epoch + clock())
    engine.log.effect_result(
        context.firing, n, known.status, known.response, known.error, 0, *FREE, known.facts.get("finish_reason", ""),
        known.facts.get("entropy"), origin,
    )  # fmt: skip
    if known.status == "ok":
        return known.response, None
    return None, known.as_error()


def _record(
    context: Context,
    n: int,
    status: str,
    response: Json,
    error: str,
    begin: int,
    facts: Mapping[str, Any],
    is_model: bool,
) -> None:
    engine = context.engine
    engine.log.effect_result(
        context.firing, n, status, response, error, clock() - begin, facts.get("tokens_in"), facts.get("tokens_out"),
        facts.get("cost_usd"), facts.get("finish_reason", ""), facts.get("entropy"), facts.get("origin", EXECUTED),
    )  # fmt: skip
    if is_model or facts:
        engine.charge(context.region, context.node_plan, facts)
