"""Puts records together from rows of the private tables."""

from __future__ import annotations

import functools
from collections.abc import Callable, Container
from typing import Any, ParamSpec, TypeVar

import orjson

from studio.support.errors import EnvironmentProblem
from studio.support.ticks import tick_path
from studio.support.values import Json, decode
from studio.trace.found import Effect, Firing, Prompt, Ref, Run
from studio.trace.log import ORIGIN_NAMES, STATUS_NAMES
from studio.trace.reader import CHECK_HINT, Reader
from studio.trace.views import ID_MASK

P = ParamSpec("P")
T = TypeVar("T")


def _of(what: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make what damaged rows lead to (a number that is a text, JSON that is none) one sentence."""

    def decorate(call: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(call)
        def guarded(*arguments: P.args, **named: P.kwargs) -> T:
            try:
                return call(*arguments, **named)
            except (ValueError, TypeError, LookupError, AttributeError) as error:
                raise EnvironmentProblem(f"The record of {what} is damaged: {error}.", hint=CHECK_HINT) from error

        return guarded

    return decorate


@_of("a run")
def run_of(reader: Reader, row: tuple[Any, ...], dead: Container[int]) -> Run:
    """Return a run; `dead` are processes known to have died without a word."""
    status = row[4]
    if status is None:
        status = "interrupted" if row[16] is not None or row[17] in dead else "running"
    options = reader.column(row[9])
    return Run(
        id=row[0],
        graph=row[1] or "",
        file=row[2] or "",
        graph_hash=row[3] or "",
        status=status,
        ended=row[5] or "",
        error=None if row[6] is None else decode(row[6]),
        inputs=values_of(row[7]),
        outputs=values_of(row[8]),
        options=options if isinstance(options, dict) else {},
        parent_run=row[10] or "",
        fork_seq=row[11],
        boundary=row[12] or "",
        started_at=row[13] / 1e9,
        finished_at=None if row[14] is None else row[14] / 1e9,
        totals={} if row[15] is None else decode(row[15]),
    )


@_of("a firing")
def firing_of(row: tuple[Any, ...], undecided: str) -> Firing:
    """Return a firing; `undecided` is the status of one without a decision."""
    (
        id, run, seq, path, type, version, plan_index, tick, parent, item, status, reason, origin, started,
        duration, inputs, outputs, attempt, absent,
    ) = row  # fmt: skip
    return Firing(
        run=run,
        id=id & ID_MASK,
        seq=seq,
        node=path,
        type=type,
        tick=tick_path(tick),
        tick_key=tick,
        parent=parent,
        item=item,
        status=undecided if status is None else STATUS_NAMES[status],
        reason=reason or "",
        origin=ORIGIN_NAMES[origin or 0],
        started_at=started / 1e9,
        duration_ms=None if duration is None else duration / 1e6,
        inputs={} if inputs is None else orjson.loads(inputs),
        outputs=values_of(outputs),
        attempt=attempt or 1,
        plan_index=plan_index,
        version=version,
        absent={} if absent is None else orjson.loads(absent),
    )


@_of("an effect")
def effect_of(reader: Reader, row: tuple[Any, ...]) -> Effect:
    """Return an effect, its request exactly as it was asked."""
    (
        run, firing, n, kind, name, request, messages, attempt, asked, status, response, reply, error, duration,
        tokens_in, tokens_out, cost, finish, entropy, origin,
    ) = row  # fmt: skip
    asked_for = reader.column(request)
    if messages is not None:
        if kind == "complete":
            asked_for["prompt"] = reader.messages(messages)[0]["content"]
        else:
            asked_for["messages"] = reader.messages(messages)
    answer = reader.column(response)
    if reply is not None:
        answer["text"] = reader.text(reply)
    return Effect(
        run=run,
        firing=firing & ID_MASK,
        n=n,
        kind=kind,
        name=name,
        request=asked_for,
        response=answer,
        status=status or "unanswered",
        error=error or "",
        attempt=attempt,
        asked_at=asked / 1e9,
        duration_ms=None if duration is None else duration / 1e6,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost_usd=cost,
        finish_reason=finish or "",
        entropy=entropy,
        origin=ORIGIN_NAMES[origin or 0],
    )


@_of("a model call")
def prompt_of(reader: Reader, row: tuple[Any, ...]) -> Prompt:
    """Return a model call as a person reads it."""
    run, seq, node, tick, *rest = row
    effect = effect_of(reader, (run, *rest))
    messages = reader.messages(rest[5])
    system = next((m["content"] for m in messages if m.get("role") == "system" and m.get("content")), "")
    tokens = None
    if effect.tokens_in is not None and effect.tokens_out is not None:
        tokens = effect.tokens_in + effect.tokens_out
    request = effect.request if isinstance(effect.request, dict) else {}
    return Prompt(
        run=run,
        seq=seq,
        firing=effect.firing,
        n=effect.n,
        node=node,
        tick=tick_path(tick),
        model=str(request.get("model") or effect.name),
        system=str(system),
        messages=tuple(messages),
        reply=None if rest[10] is None else reader.text(rest[10]),
        status=effect.status,
        tokens=tokens,
        cost=effect.cost_usd,
        tool_calls=effect.response.get("tool_calls") if isinstance(effect.response, dict) else None,
    )


def values_of(text: str | None) -> dict[str, Json]:
    """Decode an object of values; references become `Ref`."""
    if text is None:
        return {}
    values: dict[str, Json] = orjson.loads(text)
    if '{"$ref"' in text:
        for port, value in values.items():
            if type(value) is dict and len(value) == 2 and "$ref" in value and "size" in value:
                values[port] = Ref(value["$ref"], value["size"])
    return values
