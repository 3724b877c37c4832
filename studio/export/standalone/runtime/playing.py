"""Running a graph from its beginning to its end, whatever that end is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter, time_ns
from typing import TYPE_CHECKING, Any

from studio.engine.firing import Failure, is_halt, message_of
from studio.export.standalone.runtime.region import Region
from studio.export.standalone.runtime.wires import Wire
from studio.support.values import Absent, Json, encode

if TYPE_CHECKING:
    from studio.export.standalone.runtime.graph import Graph
    from studio.export.standalone.runtime.run import Run

EXIT_CODES = {"ok": 0, "failed": 1, "paused": 3, "aborted": 130}


@dataclass(slots=True)
class Result:
    """What came of a run.

    `status` is ok, failed, paused or aborted; `ended` how it ended: stop, quiet, max_ticks, `limit:NAME`, error, abort.
    `error` is None or `{"code", "message", "node", "tick"}`; `cost_usd` is None where a price is unknown.
    """

    run: str
    status: str
    ended: str
    outputs: dict[str, Json]
    firings: int
    ticks: int
    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None
    duration_s: float
    error: dict[str, Json] | None

    def to_json(self) -> dict[str, Json]:
        """The object that `--json` prints."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**told, "duration_s": round(self.duration_s, 3)}


async def play(run: Run, graph: Graph, inputs: Mapping[str, Json]) -> Result:
    """Run a graph and return what came of it; a run that fails is returned, not raised. Its end is recorded.

    Being cancelled aborts the run. Raises what is no outcome: a record that cannot be written, a fault of the script.
    """
    began = perf_counter()
    run.start_timer()
    region = Region(run, graph, run.meter)
    region.inputs = {name: Wire(value, None, 0) for name, value in inputs.items()}
    status, ended, error = await _outcome(run, region)
    found = {name: region.result(name) for name in graph.outputs}
    used = run.meter.used
    result = Result(
        run=run.run_id,
        status=status,
        ended=ended,
        outputs={name: value for name, value in found.items() if not isinstance(value, Absent)},
        firings=run.decided,
        ticks=int(used["ticks"]),
        calls=int(used["calls"]),
        tokens_in=run.tokens_in,
        tokens_out=run.tokens_out,
        cost_usd=float(used["cost_usd"]) if run.cost_known else None,
        duration_s=perf_counter() - began,
        error=error,
    )
    totals = ("firings", "ticks", "calls", "tokens_in", "tokens_out", "cost_usd")
    run.log.finish(
        status, ended, error, {name: encode(value) for name, value in result.outputs.items()},
        {**{name: getattr(result, name) for name in totals}, "seq": run.seq, "taken_over": 0}, time_ns(),
    )  # fmt: skip
    return result


async def _outcome(run: Run, region: Region) -> tuple[str, str, dict[str, Any] | None]:
    """Run the top region: status, how it ended, and the error if there is one.

    It has a task of its own, so that being cancelled from outside is known from any other cancelling.
    """
    task = asyncio.ensure_future(region.play())
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        run.aborted = True
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return "aborted", "abort", None
    raised = task.exception() if not task.cancelled() else asyncio.CancelledError()
    if raised is None:
        return "ok", region.ended, None
    if isinstance(raised, Failure):
        told = {"code": raised.error.kind, "message": message_of(raised.error)}
        return "failed", "error", {**told, "node": raised.node, "tick": raised.tick}
    if is_halt(raised) and run.broken is None:
        limit, why = run.paused or ("", "")
        said = (
            f"Paused: {why}" if why.endswith((".", "?", "!", "…")) else f"Paused: {why}."
        )  # a question ends by itself
        told = {"code": f"limit:{limit}", "message": said}
        return "paused", f"limit:{limit}", {**told, "node": "", "tick": ""}
    fault = run.broken or raised
    code = "fault" if run.broken is None else "environment"
    run.log.finish("failed", "error", {"code": code, "message": str(fault)}, {}, {}, time_ns())
    raise fault
