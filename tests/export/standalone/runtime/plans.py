"""A third player beside the reference and the engine: the runtime of scripts, called as a script of the graph would.

What a script says is worked out here from the engine's plan, statement by statement and without wording it, so that the
runtime is tested apart from how scripts are written.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, cast

from studio.engine.plan import InputPlan, NodePlan, RegionPlan, Wire, compile_plan
from studio.export.standalone.runtime import store_records
from studio.export.standalone.runtime.bodies import Organ, Subgraph
from studio.export.standalone.runtime.graph import Graph, Input
from studio.export.standalone.runtime.knockouts import knocked_out
from studio.export.standalone.runtime.maps import Map, Population
from studio.export.standalone.runtime.playing import Result, play
from studio.export.standalone.runtime.policies import Policy
from studio.export.standalone.runtime.ports import Port
from studio.export.standalone.runtime.races import first
from studio.export.standalone.runtime.recording import Recorder
from studio.export.standalone.runtime.region import REQUIRED, Region
from studio.export.standalone.runtime.run import Run
from studio.export.standalone.runtime.stores import StoreDecl
from studio.export.standalone.runtime.trace_file import TraceFile
from studio.export.standalone.runtime.wires import Outs, Wires, even_absent
from studio.export.standalone.runtime.wires import Wire as Carried
from studio.graph import Graph as Document
from studio.graph.scope import Scope
from studio.spec.params import parse_params
from studio.spec.types import accepts
from studio.stores import store_kinds
from studio.support.values import Json, decode
from tests.support.memory_log import MemoryLog


class Script:
    """The graphs of one script, made from a plan when they are first named."""

    def __init__(self) -> None:
        self._graphs: dict[int, Graph] = {}
        self._scopes: dict[int, RegionPlan] = {}

    def graph(self, plan: RegionPlan) -> Graph:
        """Return the graph of a plan; of a shared clock as an asynchronous generator."""
        known = self._graphs.get(id(plan))
        if known is None:
            self._scopes.setdefault(id(plan.graph), plan)
            known = self._graphs[id(plan)] = self._made(plan)
        return known

    def _made(self, plan: RegionPlan) -> Graph:
        outer = plan.scope.outer
        return Graph(
            self._ticking(plan) if plan.is_shared else self._running(plan),
            name=plan.graph.name,
            nodes={node.name: (node.spec.type, node.spec.version, node.out_types) for node in plan.nodes},
            inputs={
                name: Input(
                    plan.nodes[index].out_types["value"],
                    plan.nodes[index].instance.params.get("value") is None,
                    "value" in plan.nodes[index].instance.params,
                )
                for name, index in plan.input_nodes.items()
            },
            until=plan.until,
            max_ticks=plan.max_ticks if plan.max_ticks_written else None,
            on_limit=plan.on_limit,
            limits=plan.graph.limits,
            stores={name: _store(one) for name, one in plan.graph.stores.items()},
            inside=None if outer is None else lambda: self._around(outer),
        )

    def _around(self, scope: Scope) -> Graph:
        return self._graphs[id(self._scopes[id(scope.graph)])]

    def _running(self, plan: RegionPlan) -> Callable[[Region], Any]:
        async def body(region: Region) -> None:
            tick = Tick(self, plan, region)
            while region.next_tick():
                await tick.play()

        return body

    def _ticking(self, plan: RegionPlan) -> Callable[[Region], Any]:
        async def body(region: Region) -> AsyncGenerator[None, None]:
            tick = Tick(self, plan, region)
            while True:
                await tick.play()
                yield

        return body


class Tick:
    """The variables of a coroutine, and its statements of one tick."""

    def __init__(self, script: Script, plan: RegionPlan, region: Region) -> None:
        self.script = script
        self.plan = plan
        self.region = region
        self.outs: dict[int, Outs] = {}
        self.registers = [
            region.initial(one.initial) if one.has_initial else region.nothing_yet() for one in plan.registers
        ]

    async def play(self) -> None:
        """Decide every node in plan order, those of one rank together, then feed back."""
        region, plan = self.region, self.plan
        for node in plan.nodes:
            if region.tick and not node.live:
                continue
            if region.tick == 0:
                self._start(node)
            made = self._statement(node)
            self.outs[node.index] = await made if isawaitable(made) else made
        carried = [self.outs[register.source][register.port] for register in plan.registers]
        self.registers = [
            region.feed_back(wire, held if register.hold else None)
            for wire, held, register in zip(carried, self.registers, plan.registers, strict=True)
        ]

    def _start(self, node: NodePlan) -> None:
        for wire in (*node.when, *(wire for entry in node.inputs for wire in entry.wires)):
            if wire.feedback >= 0:
                source = self.plan.registers[wire.feedback].initial_from
                if source is not None:
                    self.registers[wire.feedback] = self.outs[source[0]][source[1]]

    def _statement(self, node: NodePlan) -> Any:
        region, params = self.region, node.params
        when = tuple(map(self._wire, node.when)) or None
        collect = node.role == "output" and params.collect
        if node.knockout:
            return self._knocked_out(node, when, collect)
        policy = Policy(
            node.retries, node.timeout_s, node.on_error, node.default, node.limits, contends=bool(node.contends)
        )
        if node.role == "input":
            default = params.value if "value" in node.instance.params else REQUIRED
            return region.given(node.name, default, policy, when=when)
        if node.role == "stop":
            return region.stop(node.name, policy, when=when)
        wires = {entry.name: joined for entry in node.inputs if (joined := self._joined(node, entry)) != ()}
        if node.role == "output":
            return region.output(node.name, wires.get("value"), policy, when=when, collect=collect, kind=params.kind)
        if node.role == "":
            return region.fire(node.name, _module(node), policy, when=when, **wires)
        return region.fire(node.name, self._runs(node), policy, when=when, **wires)

    def _runs(self, node: NodePlan) -> Subgraph:
        body, params = node.body, node.params
        assert body is not None
        graph = self.script.graph(body.plan)
        if node.role == "subgraph":
            return Organ(graph) if body.shared else Subgraph(graph)
        made = Population if body.shared else Map
        return made(
            graph, key=params.key, each=params.each, concurrency=params.concurrency,
            on_item_error=params.on_item_error, sequential=params.sequential,
        )  # fmt: skip

    def _knocked_out(self, node: NodePlan, when: Wires | None, collect: bool) -> Outs:
        for entry in node.inputs:
            self._joined(node, entry)  # a race that nobody wins fails, whether its node is on or off
        if node.knockout != "pass" or not node.out_types:
            return knocked_out(self.region, node.name, when=when, collect=collect)
        port, kind = next(iter(node.out_types.items()))
        fitting = {e.name: self._joined(node, e) for e in node.inputs if accepts(e.type, kind) and e.wires}
        return knocked_out(self.region, node.name, port, when=when, kind=kind, collect=collect, **fitting)

    def _joined(self, node: NodePlan, entry: InputPlan) -> Wires:
        wires = tuple(map(self._wire, entry.wires))
        if entry.join == "many":
            return list(wires)
        if entry.join == "first" and wires:
            race = node.race_inputs[entry.name]
            names = tuple(self.plan.nodes[i].name for branch in race.branches for i in sorted(branch))
            return first(self.region, *wires, contenders=names)
        return even_absent(self.region.pick(*wires)) if entry.passes_absence and wires else wires

    def _wire(self, wire: Wire) -> Carried:
        return self.registers[wire.feedback] if wire.feedback >= 0 else self.outs[wire.source][wire.port]


def _module(node: NodePlan) -> Callable[..., Any]:
    """Return a node of the studio as a module of a script: it takes its wired inputs, the others have defaults."""

    async def module(firing: Any, **given: Json) -> Mapping[str, Json]:
        values = {entry.name: given.get(entry.name, entry.default) for entry in node.inputs}
        made = cast("Any", node.run)(firing, node.params, node.in_fields.holding(values))
        held: Mapping[str, Json] = vars(await made if isawaitable(made) else made)
        return held

    cast("Any", module).ports = tuple(Port(one.name, one.name, one.type, one.required) for one in node.inputs)
    return module


def _store(declared: Any) -> StoreDecl:
    kind = store_kinds()[declared.type]
    params, _ = parse_params(kind.Params, declared.params)
    return StoreDecl(kind, declared.scope, **vars(params))


@dataclass
class WholeLog(MemoryLog):
    """A log that also keeps what it is told of stores: which one each operation meant, and contents written down."""

    stores: list[tuple[Any, ...]] = field(default_factory=list)
    store_numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    base: int = 0

    def memory(self, *told: Any) -> int:
        self.stores.append(("memory", *told))
        return next(self.store_numbers)

    def store_op(
        self, firing: int, n: int, store: str, op: str, args: Json, result: bytes, memory: int = 0, after: int = 0
    ) -> None:
        next(self.store_numbers)
        self.stores.append((firing, n, store, op, args, result, memory, after))

    def memory_content(self, memory: int, after: int, content: bytes) -> None:
        next(self.store_numbers)
        self.stores.append(("content", memory, after, content))

    def clean(self, data: bytes) -> bytes:
        return data

    def later(self, write: Callable[..., object], *row: Any) -> None:
        """Keep what a script has its recorder write of stores, in the words of the studio's log."""
        if write is TraceFile.insert:
            self.stores.append(("memory", *row[2:]))
        elif write is store_records._write_store_op:
            (_, *facts), args, result, place = row
            self.stores.append((*facts, decode(args), result, *divmod(place, 1 << 32)))
        else:
            assert write is store_records._write_content
            self.stores.append(("content", *divmod(row[1], 1 << 32), row[2]))


def script_of(document: Document, registry: Any) -> Graph:
    """Return a graph of the studio as the graph of a script."""
    return Script().graph(compile_plan(document, registry, ordered_races=True))


def play_logged(
    graph: Graph, inputs: Mapping[str, Json] | None = None, *, sequential: bool = False, **options: Any
) -> tuple[Result, WholeLog]:
    """Run the graph of a script; return what came of it and what it recorded."""
    log = WholeLog()
    run = Run("memory", cast("Recorder", log), **options)
    run.sequential, run.no_waiting = sequential, True
    return asyncio.run(play(run, graph, inputs or {})), log
