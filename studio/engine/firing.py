"""One firing: how a node's `run` is called, with its retries and time limit, and what its failure is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from studio.support.errors import NodeError, StudioError

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.engine.plan import NodePlan
    from studio.engine.region import Region

BACKOFF_S = 0.5
BACKOFF_MOST_S = 30.0


class RunHalted(BaseException):
    """The run pauses or something around this region failed: leave the firing undecided.

    A BaseException, so that node code which catches Exception cannot swallow it.
    """


class Failure(Exception):
    """An error that failed a region, with the firing it came from: node path and tick path."""

    def __init__(self, error: NodeError, node: str, tick: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.node = node
        self.tick = tick


def as_node_error(raised: Exception) -> NodeError:
    """Return what node code raised as a `NodeError`; foreign exceptions keep their name in the sentence."""
    if isinstance(raised, Failure):
        inner = raised.error
        return NodeError(f"`{raised.node}` failed at tick {raised.tick}: {inner}", code=inner.kind)
    if isinstance(raised, NodeError):
        return raised
    if isinstance(raised, StudioError):
        return NodeError(raised.message, where=raised.where, hint=raised.hint, code=raised.code)
    return NodeError(f"{type(raised).__name__}: {raised}", code="exception")


async def plain_call(
    region: Region,
    index: int,
    node: NodePlan,
    firing: int,
    values: dict[str, Any],
    refs: dict[str, Any],
    context: Context,
) -> dict[str, Any]:
    """Call the node once and return its outputs by port."""
    if node.body is not None:
        from studio.engine.bodies import run_map, run_subgraph

        context.open()
        play = run_map if node.role == "map" else run_subgraph
        return await play(region, index, node, firing, values, refs)
    run = node.run
    assert run is not None
    entered = node.in_fields.holding(values)
    if node.blocking:
        context.open()
        result = await asyncio.to_thread(run, context, node.params, entered)
    elif node.is_async:
        result = await run(context, node.params, entered)
    else:
        result = run(context, node.params, entered)
    held: dict[str, Any] = result.__dict__
    return held


async def guarded_call(
    region: Region,
    index: int,
    node: NodePlan,
    firing: int,
    values: dict[str, Any],
    refs: dict[str, Any],
    context: Context,
) -> dict[str, Any]:
    """Call the node with its `timeout_s` and up to `retries` further attempts (rule 2.11)."""
    while True:
        try:
            async with asyncio.timeout(node.timeout_s):
                return await plain_call(region, index, node, firing, dict(values), refs, context)
        except TimeoutError:
            failed: Exception = NodeError(
                f"took longer than its limit of {node.timeout_s:g} s.", hint="Raise `timeout_s`.", code="timeout",
                transient=True,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - retried or handed on to the node's `on_error`
            failed = error
        if context.attempt > node.retries or region.halted:
            raise failed
        await context.back_off(BACKOFF_S, BACKOFF_MOST_S)
        context.attempt += 1
