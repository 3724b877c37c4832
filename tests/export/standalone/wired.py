"""Graphs worded as scripts are, run in this process: their nodes as they stand in the studio, their wiring and the
runtime as in a script, the record in memory.

What is compared here is the wording of the wiring and the runtime. How a node type becomes a function, and how all of
it becomes one file, is for other tests.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from inspect import isawaitable
from typing import Any, cast

from studio.engine.plan import NodePlan, compile_plan
from studio.engine.result import RunResult
from studio.export.standalone.facts import graph_sources
from studio.export.standalone.names import Names, is_module, owner
from studio.export.standalone.outline import Wiring
from studio.export.standalone.planning import outline
from studio.export.standalone.runtime.ports import Port
from studio.export.standalone.runtime_names import runtime_names
from studio.export.standalone.wording import Coroutine, Words
from studio.graph import Graph
from studio.spec.registry import Registry
from studio.support.values import Json
from tests.engine.players import REGISTRY, seen
from tests.export.standalone.runtime.plans import play_logged
from tests.reference.records import Outcome

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
    parts = ["from __future__ import annotations"]
    parts += [Coroutine(wiring, names, Words()).source() for wiring in wirings]
    parts += graph_sources(wirings, names, Words())
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


def by_wiring(graph: Graph, *, sequential: bool = False, **inputs: Json) -> Outcome:
    """Play a graph as a script does; `sequential` waits for one thing at a time, as with a script of replies."""
    result, log = play_logged(wired(graph, REGISTRY), inputs, sequential=sequential, limits=graph.limits)
    return seen(cast("RunResult", result), log)
