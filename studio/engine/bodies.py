"""The two region nodes: a graph run as one node, and a graph run per item (design rule 2.6)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from studio.engine.firing import Failure, RunHalted
from studio.engine.items import keys_of, segment
from studio.engine.plan import Body, NodePlan
from studio.support.errors import NodeError
from studio.support.ticks import tick_path
from studio.support.values import Absent, Json

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.engine.region import Given, Region

MAX_DEPTH = 16
"""How deep own-clock graphs may contain themselves."""


async def run_subgraph(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Run the body once (own clock) or for one tick (shared clock); return its outputs by name."""
    region, node, refs = context.region, context.node_plan, context.refs
    index, body = node.index, node.body
    assert body is not None
    given = {name: (value, refs.get(name)) for name, value in values.items()}
    if not body.shared:
        inner = _own(context)
        inner.inputs = given
        _repeat(context, inner)
        await inner.run()
        return {name: inner.result(name) for name in inner.plan.output_nodes}
    inner = region.bodies.get(index) or _inside(context, "")
    region.bodies[index] = inner
    inner.halted = region.halted
    await _shared_tick(context, inner, given)
    return {name: inner.tick_result(name) for name in inner.plan.output_nodes}


async def run_map(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Run the body per entry of `items`; return one list per output, in item order.

    Raises `Failure` of the first failed item in item order where `on_item_error` is `fail`.
    """
    region, node, refs = context.region, context.node_plan, context.refs
    index, body = node.index, node.body
    assert body is not None
    items: list[Json] = list(values.pop("items"))
    keys = _keys(node, items)
    wanted = list(body.plan.output_nodes)
    results: list[dict[str, Json] | Failure | None] = [None] * len(items)
    regions: list[Region | None] = [None] * len(items)
    concurrency = 1 if node.params.sequential or region.engine.sequential else max(1, node.params.concurrency)
    failing = node.params.on_item_error == "fail"
    started: set[Region] = set()
    stop = False

    async def one(position: int) -> None:
        nonlocal stop
        given = _item_inputs(node, body, position, items, keys, values, refs)
        if not body.shared:
            missing = [name for name, (value, _) in given.items() if type(value) is Absent]
            if any(_is_required(body, name) for name in missing):
                return
            given = {name: entry for name, entry in given.items() if name not in missing}
        inner = regions[position] = _item_region(context, position, keys)
        started.add(inner)
        if inner.ended_at:
            results[position] = inner.failed
            return
        try:
            if body.shared:
                await _shared_tick(context, inner, given)
                results[position] = {name: inner.tick_result(name) for name in wanted}
            else:
                inner.inputs = given
                _repeat(context, inner)
                await inner.run()
                results[position] = {name: inner.result(name) for name in wanted}
        except Failure as failure:
            results[position] = failure
            if failing and not stop:
                stop = True
                for other in started:
                    other.halt()
        except RunHalted:
            if not stop:
                raise

    if concurrency == 1:
        for position in range(len(items)):
            if stop or region.halted:
                break
            await one(position)
    else:
        await _several(one, len(items), concurrency, lambda: stop or region.halted)
    failures = [result for result in results if isinstance(result, Failure)]
    if failures and failing:
        if body.shared:
            region.failed_maps[index] = tick_path(region.tick_key)
        raise failures[0]
    if region.halted:
        raise RunHalted
    for inner_region in regions:
        if inner_region is not None and inner_region.overlay:
            for base, mine in inner_region.overlay.items():
                mine.apply_to(base)
            inner_region.overlay = {}
    kept = [
        result if isinstance(result, dict) else None
        for result in results
        if not (isinstance(result, Failure) and node.params.on_item_error == "skip")
    ]
    return {name: [_or_null(entry, name) for entry in kept] for name in wanted}


def _or_null(outputs: dict[str, Json] | None, name: str) -> Json:
    """An output of one item; absence stands as null in a list (rule 2.6)."""
    value = None if outputs is None else outputs[name]
    return None if type(value) is Absent else value


async def _several(one: Any, count: int, concurrency: int, stopping: Any) -> None:
    """Run `one(position)` for every position, `concurrency` at a time, starting in item order."""
    positions = iter(range(count))
    tasks: list[asyncio.Task[None]] = []

    async def worker() -> None:
        for position in positions:
            if stopping():
                return
            await one(position)

    try:
        tasks = [asyncio.get_running_loop().create_task(worker()) for _ in range(min(concurrency, count))]
        if tasks:
            await asyncio.wait(tasks)
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
    errors = [error for task in tasks if (error := task.exception()) is not None]
    if errors:
        raise errors[0]


def _own(context: Context, key: str = "") -> Region:
    """A new region with a clock of its own. Raises NodeError where its graph contains itself too deep."""
    body = context.node_plan.body
    assert body is not None
    depth = 0
    around: Region | None = context.region
    while around is not None:
        depth += around.plan.graph is body.scope.graph
        around = around.parent
    if depth >= MAX_DEPTH:
        raise NodeError(
            f"the graph `{body.scope.graph.name}` contains itself more than {MAX_DEPTH} deep.",
            hint="Let a switch end the recursion.",
            code="max_depth",
        )
    inner = _inside(context, key)
    inner.tick_prefix = context.region.tick_key + "."
    inner.parent_firing = context.firing
    inner.attempt = context.counted_attempt
    return inner


def _inside(context: Context, key: str) -> Region:
    """A new region for the body of a node: of the item `key`, or of a subgraph (no key)."""
    from studio.engine.region import Region

    region, node = context.region, context.node_plan
    body = node.body
    assert body is not None
    path = region.path_base + node.index
    prefix = f"{region.prefix}{node.name}/{key}/" if key else f"{region.prefix}{node.name}/"
    meter = region.engine.meter_of(region, node)
    return Region(region.engine, body.plan, prefix=prefix, parent=region, path_id=path, meter=meter)


def _repeat(context: Context, inner: Region) -> None:
    """Tell a body that is about to run or tick what of it is known from the run that this one continues."""
    if context.engine.past is not None:
        context.engine.past.enter(context, inner)


async def _shared_tick(context: Context, inner: Region, given: dict[str, Given]) -> None:
    """One tick of a body that shares the clock of the region around it."""
    region = context.region
    inner.tick_key = region.tick_key
    inner.parent_firing = context.firing
    inner.attempt = context.counted_attempt
    inner.inputs = given
    inner.elapsed_s = region.elapsed_s
    _repeat(context, inner)
    try:
        await inner.tick()
    except Failure as failure:
        # What was in flight beside the failure differs from run to run, so its registers are no ground to go on from.
        inner.failed = failure
        inner.ended_at = tick_path(region.tick_key)
        raise
    region.tick_slept_s = max(region.tick_slept_s, inner.elapsed_s - region.elapsed_s)
    if inner.stopped and not inner.ended_at:
        inner.ended_at = tick_path(region.tick_key)
    if inner.work_waits and not inner.ended_at:
        region.work_waits = True


def _item_region(context: Context, position: int, keys: list[Json]) -> Region:
    """The region of one item: new, or (shared clock) the one its key has had since it first came."""
    region, node = context.region, context.node_plan
    body = node.body
    assert body is not None
    key = segment(keys[position])
    if body.shared:
        population = region.populations.setdefault(node.index, {})
        inner = population.get(key) or _inside(context, key)
        population[key] = inner
        inner.halted = region.halted
    else:
        inner = _own(context, key)
    inner.item = position
    if not node.params.sequential:
        inner.overlay = {}
    return inner


def _keys(node: NodePlan, items: list[Json]) -> list[Json]:
    """What each item is known by: its key where the map has one, else its index. Raises NodeError as `keys_of`."""
    field = node.params.key
    if field == "" and node.body is not None and not node.body.shared:
        field = None
    return keys_of(items, field)


def _item_inputs(
    node: NodePlan,
    body: Body,
    position: int,
    items: list[Json],
    keys: list[Json],
    values: dict[str, Any],
    refs: dict[str, Any],
) -> dict[str, Given]:
    split = node.params.each
    given: dict[str, Given] = {}
    for name, value in values.items():
        if name in split and type(value) is not Absent:
            if isinstance(value, dict):
                key = str(keys[position])
                entry = value.get(key, Absent(f"no entry for `{key}`"))
            elif isinstance(value, list):
                entry = value[position] if position < len(value) else Absent(f"no entry {position}")
            else:
                raise NodeError(f"`{name}` is named in `each`, so it must be a list or an object.", code="wrong_type")
            given[name] = (entry, refs.get(name))
        else:
            given[name] = (value, refs.get(name))
    origin = refs.get("items")
    item = items[position]
    if isinstance(item, tuple):
        item = list(item)
    given["item"] = (item, origin)
    given["index"] = (position, origin)
    given["key"] = (keys[position], origin)
    return given


def _is_required(body: Body, name: str) -> bool:
    instance = body.scope.graph.nodes.get(name)
    return instance is not None and "value" not in instance.params
