"""Random graphs: the runtime of scripts does what the engine does, firing by firing."""

from __future__ import annotations

import random
from typing import Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio import run
from studio.graph import Graph
from studio.trace.memory import LoggedFiring
from tests.engine.generator import random_graph
from tests.engine.players import REGISTRY, Services, by_reference, seen
from tests.engine.same import differences
from tests.export.standalone.runtime.plans import WholeLog, play_logged, script_of
from tests.support.memory_log import MemoryLog
from tests.support.thorough import draws
from tests.support.toys import latencies, shuffled

ONE_BY_ONE = ["a line for no node makes all calls wait their turn"]
"""Answers that let the engine, too, start one thing at a time."""


def whole(log: MemoryLog) -> list[tuple[Any, ...]]:
    """Return all that is recorded of each firing but its times, in the order in which they were decided.

    Numbers of firings are told by their order: which of them are left out, nothing depends on.
    """
    numbers = {one.id for one in log.firings} | {one.parent for one in log.firings}
    order = {number: place for place, number in enumerate(sorted(numbers | {0}))}

    def origin(one: Any) -> Any:
        return (order[one[0]], one[1]) if isinstance(one[0], int) else [origin(pair) for pair in one]

    def told(one: LoggedFiring) -> tuple[Any, ...]:
        return (
            order[one.id], one.seq, one.path, one.type, one.version, one.tick, order[one.parent], one.item, one.status,
            one.reason, one.origin, {port: origin(source) for port, source in one.inputs.items()}, one.data,
            one.attempt, one.absent,
        )  # fmt: skip

    return list(map(told, log.firings))


def ending(result: Any) -> tuple[Any, ...]:
    """Return what a run came to but its number and its times.

    An output that collects and was not reached before a run failed is an empty list to the engine, none to a script.
    """
    outputs = {name: value for name, value in result.outputs.items() if result.status == "ok" or value != []}
    return (
        result.status, result.ended, outputs, result.error, result.firings, result.ticks, result.calls,
        result.tokens_in, result.tokens_out, result.cost_usd,
    )  # fmt: skip


def limited(seed: int, graph: Graph) -> dict[str, float]:
    """Give a graph limits of every kind of scope, and return those of the run."""
    rng = random.Random(seed)
    for inner in (part for _, part in graph.walk()):
        if rng.random() < 0.15:
            inner.limits = {rng.choice(["firings", "ticks"]): rng.randrange(1, 30)}
        for node in inner.nodes.values():
            if rng.random() < 0.05:
                node.limits = {"firings": rng.randrange(1, 8)}
    return {rng.choice(["firings", "ticks"]): float(rng.randrange(1, 60))} if rng.random() < 0.7 else {}


def disagreements(seed: int, size: int) -> list[str]:
    """Play one random graph with the runtime, and say in what the engine differs."""
    graph = random_graph(seed, size)
    script = script_of(graph, REGISTRY)
    expected = by_reference(graph)
    found: list[str] = []
    for latency in (0, 1):
        with latencies(shuffled(latency)):
            result, log = play_logged(script)
        found += [f"latency {latency}: {line}" for line in differences(expected, seen(cast("Any", result), log))]
    return [*found, *differences_one_by_one(graph, {}), *differences_one_by_one(graph, limited(seed, graph))]


def differences_one_by_one(graph: Graph, limits: dict[str, float]) -> list[str]:
    """Say in what a run of the engine that starts one thing at a time differs, down to numbers, order and origins."""
    found: list[str] = []
    bounds = {**graph.limits, **limits}
    result, log = play_logged(script_of(graph, REGISTRY), sequential=True, limits=bounds)
    engine_log = WholeLog()
    services: Any = Services(ONE_BY_ONE)
    engines = run(graph, log=engine_log, catalog=services, registry=REGISTRY, db="unused.db", limits=bounds)
    # A pause in the tick of a race in which somebody failed: whether another would have delivered, nobody can say.
    is_open = result.status == "paused" and engines.status == "failed"
    if ending(result) != ending(engines) and not is_open:
        found.append(f"{ending(engines)} expected, got {ending(result)}")
    found += differing("firings", whole(engine_log), whole(log))
    found += differing("uses of stores", engine_log.stores, log.stores)
    return [f"one by one, {bounds}: {line}" for line in found]


def differing(what: str, here: list[Any], there: list[Any]) -> list[str]:
    """Say where two lists first part."""
    parted = [f"{one} expected, got {other}" for one, other in zip(here, there, strict=False) if one != other]
    return [*parted[:2], f"{len(here)} {what} expected, got {len(there)}"] if here != there else []


@settings(
    max_examples=draws(10, 25), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 14))
def test_a_script_does_what_the_engine_does_firing_by_firing(seed: int, size: int) -> None:
    found = disagreements(seed, size)

    assert not found, "\n".join([*found[:5], random_graph(seed, size).to_text()])
