"""One firing: how a node's `run` is called, with its retries and time limit, and what its failure is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from studio.engine.threads import in_thread
from studio.support.errors import NodeError, StudioError
from studio.support.values import decode, encode

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.engine.plan import NodePlan

CONTAINERS = frozenset({dict, list, tuple})

BACKOFF_S = 0.5
BACKOFF_MOST_S = 30.0


class RunHalted(BaseException):
    """The run pauses or something around this region failed: leave the firing undecided.

    A BaseException, so that node code which catches Exception cannot swallow it.
    """


def is_halt(error: BaseException) -> bool:
    """True for `RunHalted`, also where a task group wrapped it."""
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(RunHalted) is not None
    return isinstance(error, RunHalted)


class Failure(Exception):
    """An error that failed a region, with the firing it came from: node path and tick path."""

    def __init__(self, error: NodeError, node: str, tick: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.node = node
        self.tick = tick


def as_node_error(raised: BaseException) -> NodeError:
    """Return what node code raised as a `NodeError`; foreign exceptions keep their name in the sentence."""
    if isinstance(raised, Failure):
        inner = raised.error
        return NodeError(f"`{raised.node}` failed at tick {raised.tick}: {_told(inner)}", code=inner.kind)
    if isinstance(raised, NodeError):
        return raised
    if isinstance(raised, StudioError):
        return NodeError(raised.message, where=raised.where, hint=raised.hint, code=raised.code)
    if isinstance(raised, asyncio.CancelledError):
        return NodeError("what it waited for was cancelled.", code="cancelled")
    said = _told(raised)
    name = type(raised).__name__
    return NodeError(f"{name}: {said}" if said else f"{name}.", code="exception")


def message_of(error: NodeError) -> str:
    """Return an error's sentence as text that any encoding can hold."""
    return _told(error)


def _told(raised: BaseException) -> str:
    try:
        text = str(raised)
    except Exception:  # noqa: BLE001 - a stranger's __str__ may raise anything
        return ""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def own(node: NodePlan, values: dict[str, Any]) -> dict[str, Any]:
    """Give node code lists and objects of its own, so that what it does to them nobody else sees.

    The built-in types are known not to change their inputs (their tests look) and share.
    """
    for name in node.copied:
        value = values.get(name)
        if type(value) in CONTAINERS:
            values[name] = decode(encode(value))
    return values


async def plain_call(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Call the node once and return its outputs by port."""
    node = context.node_plan
    if node.body is not None:
        from studio.engine.bodies import run_map, run_subgraph

        context.open()
        held = await (run_map if node.role == "map" else run_subgraph)(context, values)
        if context.engine.past is not None and context.engine.past.was_cut_off(context):
            raise RunHalted  # a failure beside it came before its end then
        return held
    run = node.run
    assert run is not None
    entered = node.in_fields.holding(own(node, values))
    if node.blocking:
        context.open()
        result = await _in_thread(lambda: run(context, node.params, entered))
    elif node.is_async:
        result = await run(context, node.params, entered)
    else:
        result = run(context, node.params, entered)
    made: dict[str, Any] = result.__dict__
    return made


async def _in_thread(call: Callable[[], Any]) -> Any:
    """Call in a worker thread; whatever is raised there is raised here (a future cannot hold a StopIteration)."""
    went_well, result = await in_thread(call)
    if went_well:
        return result
    raise as_node_error(result) if isinstance(result, StopIteration) else result


async def guarded_call(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Call the node with its `timeout_s` and up to `retries` further attempts (rule 2.11)."""
    region, node = context.region, context.node_plan
    recorded = region.engine.recorded or region.engine.past
    while True:
        failed: Exception
        cut = None if recorded is None else recorded.cut(context)
        if cut is not None:
            # The limit cut this attempt off when it was recorded: what time did then, the record does now.
            context.number = cut
            failed = _too_slow(node)
        else:
            limit = asyncio.timeout(node.timeout_s)
            attempt = context.for_attempt()
            try:
                async with limit:
                    if node.timeout_s is not None:
                        region.engine.deadlines.add(limit)
                    return await plain_call(attempt, dict(values))
            except TimeoutError as error:
                failed = _too_slow(node) if limit.expired() else error
            except Exception as error:  # noqa: BLE001 - retried or handed on to the node's `on_error`
                failed = error
            finally:
                region.engine.deadlines.discard(limit)
                context.end_attempt(attempt)
            if limit.expired():
                context.cut_off(node.timeout_s or 0.0)
        if context.attempt > node.retries or region.halted:
            raise failed
        await context.back_off(BACKOFF_S, BACKOFF_MOST_S)
        if region.halted:
            raise failed
        context.attempt += 1


def _too_slow(node: NodePlan) -> NodeError:
    return NodeError(
        f"took longer than its limit of {node.timeout_s:g} s.",
        hint="Raise `timeout_s`.",
        code="timeout",
        transient=True,
    )
