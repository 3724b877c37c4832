"""Graphs that run as one node: with a clock of their own from beginning to end, or one tick per tick (organs)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studio.engine.bodies import MAX_DEPTH
from studio.engine.firing import Failure, RunHalted
from studio.engine.limits import Meter
from studio.export.standalone.runtime.firing import Firing
from studio.export.standalone.runtime.graph import Graph
from studio.export.standalone.runtime.ports import Port
from studio.export.standalone.runtime.region import Region
from studio.export.standalone.runtime.wires import Wire
from studio.support.errors import NodeError
from studio.support.values import Absent, Json


class Subgraph:
    """A module that runs a graph from beginning to end each time it fires."""

    def __init__(self, graph: Graph | Callable[[], Graph]) -> None:
        """A graph that is defined later, or contains itself, is given as a function that returns it."""
        self._graph = graph

    @property
    def graph(self) -> Graph:
        """What it runs."""
        return self._graph if isinstance(self._graph, Graph) else self._graph()

    @property
    def ports(self) -> tuple[Port, ...]:
        """Its inputs: those of the graph."""
        return tuple(Port(name, name, one.kind, one.required) for name, one in self.graph.inputs.items())

    async def __call__(self, firing: Firing, /, **given: Json) -> dict[str, Json]:
        """Run the graph once and return its outputs."""
        firing.open()
        inner = own_region(firing, self.graph)
        inner.inputs = wires_of(firing, given)
        await play(inner)
        return {name: inner.result(name) for name in self.graph.outputs}


class Organ(Subgraph):
    """A module that lets a graph tick together with the one around it, and keeps what its feedback wires hold."""

    @property
    def ports(self) -> tuple[Port, ...]:
        """Its inputs: what is absent goes on as absence, and stops only what needs it."""
        return tuple(Port(name, name, one.kind, False, True) for name, one in self.graph.inputs.items())

    async def __call__(self, firing: Firing, /, **given: Json) -> dict[str, Json]:
        """Let the graph tick once and return its outputs of this tick."""
        firing.open()
        kept = firing.region.kept
        if firing.name not in kept:
            kept[firing.name] = Ticking(inner_region(firing, self.graph))
        organ: Ticking = kept[firing.name]
        try:
            return await organ.tick(firing, wires_of(firing, given))
        finally:
            if organ.ended:
                firing.region.over[firing.name] = organ.ended


class Ticking:
    """A graph that shares the clock of another one: its coroutine stops at each `yield` and goes on a tick later."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.ended = ""
        """Why it ticks no more, "" while it does."""
        self.failure: Failure | None = None
        self._ticks: Any = None

    async def tick(self, firing: Firing, inputs: dict[str, Wire]) -> dict[str, Json]:
        """Let it tick once and return its outputs of this tick. Raises its `Failure`."""
        region, around = self.region, firing.region
        region.around, region.attempt, region.inputs = firing, firing.counted_attempt, inputs
        region.tick_key, region.elapsed_s, region.work_waits = around.tick_key, around.elapsed_s, False
        if self._ticks is None:
            self._ticks = region.graph.body(region)
        else:
            region.tick += 1
        try:
            if self.failure is not None:
                raise self.failure
            await anext(self._ticks)
            region.settle_tick()
        except Failure as failure:
            self.ended, self.failure = f"failed at tick {firing.tick}", failure
            raise
        except RunHalted:
            self.ended = f"was cut off at tick {firing.tick}"
            raise
        around.slept_s = max(around.slept_s, region.elapsed_s - around.elapsed_s)
        if region.stopped:
            self.ended = f"was stopped at tick {firing.tick}"
        elif region.work_waits:
            around.work_waits = True
        return {name: region.shown.get(name, Absent(f"`{name}` never had a value")) for name in region.graph.outputs}


async def play(inner: Region) -> None:
    """Run a graph with a clock of its own; on a fixed clock, the one around it has slept as long."""
    assert inner.around is not None
    around = inner.around.region
    try:
        await inner.play()
    finally:
        around.slept_s = max(around.slept_s, inner.elapsed_s - around.elapsed_s)


def own_region(firing: Firing, graph: Graph, key: str = "") -> Region:
    """Return a region with a clock of its own. Raises `NodeError` where a graph contains itself too deep."""
    depth = 0
    around: Region | None = firing.region
    while around is not None:
        depth += around.graph is graph
        around = around.around.region if around.around is not None else None
    if depth >= MAX_DEPTH:
        raise NodeError(
            f"the graph `{graph.name}` contains itself more than {MAX_DEPTH} deep.",
            hint="Let a switch end the recursion.",
            code="max_depth",
        )
    inner = inner_region(firing, graph, key)
    inner.tick_prefix = firing.region.tick_key + "."
    inner.attempt = firing.counted_attempt
    return inner


def inner_region(firing: Firing, graph: Graph, key: str = "") -> Region:
    """Return a region for what a node runs: of the item `key`, or of the only one (no key)."""
    prefix = f"{firing.node}/{key}/" if key else f"{firing.node}/"
    inner = Region(firing.region.run, graph, firing.meter, firing, prefix)
    if graph.limits:
        inner.meter = Meter(graph.limits, firing.meter, f"region `{prefix.rstrip('/')}`")
    return inner


def wires_of(firing: Firing, given: dict[str, Json]) -> dict[str, Wire]:
    """Return the inputs of a node as they enter the graph that it runs."""
    return {name: Wire(value, firing.origins.get(name), 0) for name, value in given.items()}
