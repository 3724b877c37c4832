"""A graph that runs once per item of a list, several at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from studio.engine.firing import Failure, RunHalted
from studio.engine.items import keys_of, segment
from studio.export.standalone.runtime.bodies import Subgraph, Ticking, inner_region, own_region, play
from studio.export.standalone.runtime.firing import Firing
from studio.export.standalone.runtime.graph import Graph
from studio.export.standalone.runtime.ports import Port
from studio.export.standalone.runtime.region import Region
from studio.export.standalone.runtime.wires import Wire
from studio.support.errors import NodeError
from studio.support.values import Absent, Json

SUPPLIED = ("item", "index", "key")
"""Inputs of the graph that the map itself gives."""


class Map(Subgraph):
    """A module that runs a graph for each of its `items`, `concurrency` at a time, and gives lists in their order.

    An item is known by the value of its field `key`, else by its place. Inputs named in `each` hold an entry per item,
    all others are the same for every one. `sequential` items run one by one, each seeing what those before it wrote.
    """

    def __init__(
        self,
        graph: Graph | Callable[[], Graph],
        *,
        key: str | None = None,
        each: Sequence[str] = (),
        concurrency: int = 4,
        on_item_error: Literal["fail", "skip", "null"] | None = "fail",
        sequential: bool = False,
    ) -> None:
        super().__init__(graph)
        self.key = key
        self.each = each
        self.concurrency = 1 if sequential else max(1, concurrency)
        self.on_item_error = on_item_error
        self.sequential = sequential

    @property
    def ports(self) -> tuple[Port, ...]:
        """Its inputs: the items, and those of the graph."""
        made = [Port("items", "items", "list")]
        for name, one in self.graph.inputs.items():
            if name not in SUPPLIED:
                made.append(self._port(name, "any" if name in self.each else one.kind, one.required))
        return tuple(made)

    def _port(self, name: str, kind: str, required: bool) -> Port:
        return Port(name, name, kind, required)

    async def __call__(self, firing: Firing, /, **given: Json) -> dict[str, Json]:
        """Run the graph per item and return its outputs as lists; null stands where an item gave nothing."""
        firing.open()
        region = firing.region
        items = list(given.pop("items"))
        keys = keys_of(items, self.key if self.key or self._needs_key else None)
        results: list[dict[str, Json] | Failure | None] = [None] * len(items)
        inners: list[Region | None] = [None] * len(items)
        stopped = False

        async def one(place: int) -> None:
            nonlocal stopped
            wires = self._item_wires(firing, place, items, keys, given)
            if wires is None:
                return
            try:
                results[place] = await self._run_item(firing, place, keys[place], wires, inners)
            except Failure as failure:
                results[place] = failure
                if self.on_item_error == "fail" and not stopped:
                    stopped = True
                    for inner in inners:
                        if inner is not None:
                            inner.cut_off = True
            except RunHalted:
                if not stopped:
                    raise

        await several(
            one, len(items), 1 if region.run.sequential else self.concurrency, lambda: stopped or region.halted
        )
        failures = [result for result in results if isinstance(result, Failure)]
        if failures and self.on_item_error == "fail":
            self._failed(firing)
            raise failures[0]
        if region.halted:
            raise RunHalted
        for inner in inners:
            if inner is not None and inner.forks:
                for base, fork in inner.forks.items():
                    fork.apply_to(base)
                inner.forks = {}
        kept = [
            result if isinstance(result, dict) else {}
            for result in results
            if not (isinstance(result, Failure) and self.on_item_error == "skip")
        ]
        return {name: [present(outputs.get(name)) for outputs in kept] for name in self.graph.outputs}

    _needs_key = False

    def _item_wires(
        self, firing: Firing, place: int, items: list[Json], keys: list[Json], given: dict[str, Json]
    ) -> dict[str, Wire] | None:
        """Return the inputs of one item; None if one that its graph needs is absent."""
        wires = item_wires(firing, place, items, keys, given, self.each)
        missing = [name for name, wire in wires.items() if wire.is_absent]
        inputs = self.graph.inputs
        if any(inputs[name].required and not inputs[name].null_default for name in missing):
            return None
        return {name: wire for name, wire in wires.items() if name not in missing}

    async def _run_item(
        self, firing: Firing, place: int, key: Json, wires: dict[str, Wire], inners: list[Region | None]
    ) -> dict[str, Json] | Failure | None:
        inner = inners[place] = own_region(firing, self.graph, segment(key))
        inner.item, inner.inputs = place, wires
        inner.forks = None if self.sequential else {}
        await play(inner)
        return {name: inner.result(name) for name in self.graph.outputs}

    def _failed(self, firing: Firing) -> None:
        """An item failed the map."""


class Population(Map):
    """A map whose items live on from tick to tick, each known by its key, and tick together with the graph around."""

    _needs_key = True

    def _port(self, name: str, kind: str, required: bool) -> Port:
        return Port(name, name, kind, False, True)

    def _item_wires(
        self, firing: Firing, place: int, items: list[Json], keys: list[Json], given: dict[str, Json]
    ) -> dict[str, Wire] | None:
        return item_wires(firing, place, items, keys, given, self.each)

    async def _run_item(
        self, firing: Firing, place: int, key: Json, wires: dict[str, Wire], inners: list[Region | None]
    ) -> dict[str, Json] | Failure | None:
        members: dict[str, Ticking] = firing.region.kept.setdefault(firing.name, {})
        name = segment(key)
        if name not in members:
            members[name] = Ticking(inner_region(firing, self.graph, name))
        member = members[name]
        inner = inners[place] = member.region
        inner.item, inner.cut_off = place, False
        inner.forks = None if self.sequential else {}
        return member.failure if member.ended else await member.tick(firing, wires)

    def _failed(self, firing: Firing) -> None:
        firing.region.over[firing.name] = f"failed at tick {firing.tick}"


async def several(
    one: Callable[[int], Awaitable[None]], count: int, concurrency: int, stopping: Callable[[], bool]
) -> None:
    """Call `one(place)` for every place, `concurrency` at a time, starting in order."""
    places = iter(range(count))

    async def worker() -> None:
        for place in places:
            if stopping():
                return
            await one(place)

    if concurrency == 1:
        await worker()
        return
    done = await asyncio.gather(*(worker() for _ in range(min(concurrency, count))), return_exceptions=True)
    for raised in done:
        if raised is not None:
            raise raised


def item_wires(
    firing: Firing, place: int, items: list[Json], keys: list[Json], given: dict[str, Json], each: Sequence[str]
) -> dict[str, Wire]:
    """Return the inputs of one item: itself, its entries, and what is the same for all."""
    wires: dict[str, Wire] = {}
    for name, value in given.items():
        entry = value
        if name in each and not isinstance(value, Absent):
            if isinstance(value, dict):
                entry = value.get(str(keys[place]), Absent(f"no entry for `{keys[place]}`"))
            elif isinstance(value, list):
                entry = value[place] if place < len(value) else Absent(f"no entry {place}")
            else:
                raise NodeError(f"`{name}` is named in `each`, so it must be a list or an object.", code="wrong_type")
        wires[name] = Wire(entry, firing.origins.get(name), 0)
    for name, value in zip(SUPPLIED, (items[place], place, keys[place]), strict=True):
        wires[name] = Wire(value, firing.origins.get("items"), 0)
    return wires


def present(value: Json) -> Json:
    """Return an output of one item; absence stands as null in a list."""
    return None if isinstance(value, Absent) else value
