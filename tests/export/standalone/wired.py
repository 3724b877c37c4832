"""Graphs worded as scripts are, run in this process: their nodes as they stand in the studio, their wiring and the
runtime as in a script, the record in memory.

What is compared here is the wording of the wiring and the runtime. How a node type becomes a function, and how all of
it becomes one file, is for other tests.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Mapping
from inspect import isawaitable
from typing import Any

from studio.engine.firing import Failure, RunHalted, message_of
from studio.engine.limits import Meter
from studio.engine.plan import NodePlan, compile_plan
from studio.engine.result import RunResult, Status
from studio.export.standalone.facts import graph_source, stands_inside
from studio.export.standalone.names import Names, is_module, owner
from studio.export.standalone.outline import Wiring
from studio.export.standalone.planning import outline
from studio.export.standalone.runtime.ports import Port
from studio.export.standalone.runtime.region import Region
from studio.export.standalone.runtime.run import Run
from studio.export.standalone.runtime.wires import Wire
from studio.export.standalone.runtime_names import runtime_names
from studio.export.standalone.wording import Coroutine, Words
from studio.graph import Graph
from studio.spec.registry import Registry
from studio.support.values import Absent, Json
from tests.engine.players import REGISTRY, seen
from tests.reference.records import Outcome
from tests.support.memory_log import MemoryLog

Module = Callable[..., Any]


def adapted(node: NodePlan) -> Module:
    """Return a node as a module of a script: its own `run`, called with what the script hands it."""
    ports = tuple(
        Port(entry.name, f"p{place}", entry.type, entry.required, entry.passes_absence)
        for place, entry in enumerate(node.inputs)
    )
    defaults = {entry.name: entry.default for entry in node.inputs if not entry.required}
    names = {port.parameter: port.name for port in ports}

    async def module(firing: Any, **given: Any) -> dict[str, Any]:
        values = {**defaults, **{names[parameter]: value for parameter, value in given.items()}}
        run: Any = node.run
        made = run(firing, node.params, node.in_fields.holding(values))
        held: dict[str, Any] = (await made if isawaitable(made) else made).__dict__
        return held

    module.ports = ports  # type: ignore[attr-defined]
    return module


def wired_source(wirings: list[Wiring], names: Names) -> str:
    """Return the source of coroutines and graphs."""
    by_graph = {id(wiring.plan.graph): names.graphs[id(wiring.plan)] for wiring in wirings}
    parts = ["from __future__ import annotations"]
    parts += [Coroutine(wiring, names, Words()).source() for wiring in wirings]
    for wiring in wirings:
        around = stands_inside(wiring.plan.scope)
        parts.append(graph_source(wiring, names, Words(), "" if around is None else by_graph[id(around.graph)]))
    return "\n\n\n".join(parts)


def wired(graph: Graph, registry: Registry) -> Any:
    """Return the graph as a script holds it."""
    wirings = outline(compile_plan(graph, registry, ordered_races=True))
    names = Names(wirings, runtime_names())
    source = wired_source(wirings, names)
    scope: dict[str, Any] = {
        name: getattr(importlib.import_module(module), name) for name, module in runtime_names().items()
    }
    for wiring in wirings:
        for node in wiring.plan.nodes:
            if is_module(node):
                scope[names.modules[owner(wiring.plan, node)]] = adapted(node)
    exec(compile(source, "<wired>", "exec"), scope)  # noqa: S102 - the subject of the tests
    return scope[names.graphs[id(wirings[-1].plan)]]


def by_wiring(graph: Graph, **inputs: Json) -> Outcome:
    """Play a graph as a script does."""
    made = wired(graph, REGISTRY)
    log = MemoryLog()
    return seen(asyncio.run(_played(made, log, inputs)), log)


async def _played(graph: Any, log: MemoryLog, inputs: Mapping[str, Json]) -> RunResult:
    run = Run("memory", log, limits=graph.limits)
    region = Region(run, graph, Meter({}, run.meter, "region"))
    region.inputs = {name: Wire(value, None, 0) for name, value in inputs.items()}
    error: dict[str, Json] | None = None
    status: Status
    try:
        await region.play()
        status, ended = "ok", region.ended
    except Failure as failure:
        status, ended = "failed", "error"
        told = {"code": failure.error.kind, "message": message_of(failure.error)}
        error = {**told, "node": failure.node, "tick": failure.tick}
    except RunHalted:
        assert run.paused is not None
        status, ended = "paused", f"limit:{run.paused[0]}"
    outputs = {name: region.result(name) for name in graph.outputs} if status == "ok" else {}
    present = {name: value for name, value in outputs.items() if not isinstance(value, Absent)}
    return RunResult(
        run_id="memory", status=status, ended=ended, outputs=present, firings=0, ticks=0, calls=0, tokens_in=0,
        tokens_out=0, cost_usd=0.0, duration_s=0.0, error=error,
    )  # fmt: skip
