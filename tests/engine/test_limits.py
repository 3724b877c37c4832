"""Rule 2.12: every limit, of the run, of a region and of a node, pauses the run and says which it was."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from studio import Graph
from studio.engine.result import RunResult
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.registry import Registry
from studio.support.errors import UsageError
from tests.engine.players import Services, run_logged
from tests.support.memory_log import MemoryLog
from tests.support.toys import TOYS

REPLY = {"reply": "x", "tokens_in": 6, "tokens_out": 4, "cost_usd": 0.01}

LOOP = """
nodes:
  n: {type: toy.add, plus: 1}
  ask: {type: toy.ask, fires: every_tick}
  nap: {type: toy.nap, fires: every_tick}
edges:
  - n.out ~> n.a: {initial: 0}
max_ticks: 30
"""

# name → (limit, calls at most, ticks at most)
LIMITS: dict[str, tuple[float, int, int]] = {
    "firings": (12, 5, 5),
    "ticks": (4, 4, 4),
    "calls": (4, 4, 5),
    "tokens": (35, 4, 5),
    "cost_usd": (0.035, 4, 5),
    "seconds": (0.02, 29, 29),
}


@node("toy.nap", category="Toys")
class Nap(Node):
    """Takes two milliseconds."""

    class In(Fields):
        after: object = port(None)

    class Out(Fields):
        out: bool = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Nap.In) -> Nap.Out:
        await asyncio.sleep(0.002)
        return self.Out(out=True)


def play(graph: Graph, **options: Any) -> tuple[RunResult, MemoryLog]:
    return run_logged(
        graph, catalog=Services([REPLY] * 200, scripted=False), registry=Registry(extra=[*TOYS, Nap]), **options
    )


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_of_the_run_pauses_it(name: str) -> None:
    limit, most_calls, most_ticks = LIMITS[name]

    given, _ = play(Graph.from_text(LOOP), limits={name: limit})
    written, _ = play(Graph.from_text(LOOP + f"limits: {{{name}: {limit}}}\n"))

    for result in (given, written):
        assert (result.status, result.ended, result.exit_code) == ("paused", f"limit:{name}", 3)
        assert result.calls <= most_calls
        assert result.ticks <= most_ticks
        assert result.error is not None
        assert name.split("_")[0] in result.error["message"]


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("where", ["graph", "node"])
@pytest.mark.parametrize("clock", ["own", "map"])
def test_a_limit_of_a_region_pauses_the_run(name: str, where: str, clock: str) -> None:
    limit, most_calls, most_ticks = LIMITS[name]
    outer = Graph("outer")
    inner = Graph.from_text(LOOP + (f"limits: {{{name}: {limit}}}\n" if where == "graph" else ""))
    outer.graphs["inner"] = inner
    limits = {name: limit} if where == "node" else {}
    if clock == "own":
        outer.add("flow.subgraph", "region", graph="inner", limits=limits)
    else:
        outer.add("flow.input", "items", value=[1])
        outer.add("flow.map", "region", graph="inner", limits=limits)
        outer.connect("items.value", "region.items")

    result, _ = play(outer)

    assert (result.status, result.ended, result.exit_code) == ("paused", f"limit:{name}", 3)
    assert result.calls <= most_calls
    assert result.ticks <= most_ticks + 1


@pytest.mark.parametrize("name", ["firings", "calls", "tokens", "cost_usd", "seconds"])
def test_a_limit_of_a_node_pauses_the_run(name: str) -> None:
    limit = {"firings": 3, "calls": 3, "tokens": 25, "cost_usd": 0.025, "seconds": 0.004}[name]
    graph = Graph.from_text(LOOP)
    graph.nodes["nap" if name == "seconds" else "ask"].limits[name] = limit

    result, log = play(graph)

    assert (result.status, result.ended) == ("paused", f"limit:{name}")
    assert result.calls <= 4
    assert sum(one.path == "ask" and one.status == 0 for one in log.firings) <= 4


def test_a_limit_that_is_not_reached_pauses_nothing() -> None:
    result, _ = play(
        Graph.from_text(LOOP.replace("30", "3")),
        limits={"firings": 100, "ticks": 10, "calls": 10, "tokens": 100, "cost_usd": 1, "seconds": 60},
    )

    assert (result.status, result.ended, result.calls, result.ticks) == ("ok", "max_ticks", 3, 3)
    assert (result.tokens_in, result.tokens_out) == (18, 12)
    assert result.cost_usd == pytest.approx(0.03)


def test_limits_on_ticks_are_summed_over_regions() -> None:
    outer = Graph("outer", max_ticks=10)
    outer.graphs["inner"] = Graph.from_text(LOOP.replace("30", "3"))
    outer.add("toy.add", "n", plus=1)
    outer.connect("n.out", "n.a", feedback={"initial": 0})
    outer.add("flow.subgraph", "region", graph="inner", fires="every_tick")

    result, _ = play(outer, limits={"ticks": 10})

    assert (result.status, result.ended, result.ticks) == ("paused", "limit:ticks", 10)


def test_what_was_in_flight_when_a_limit_was_reached_is_recorded() -> None:
    graph = Graph("three")
    for i in range(3):
        graph.add("toy.ask", f"ask{i}")

    result, log = play(graph, limits={"calls": 2})

    assert (result.status, result.calls) == ("paused", 2)
    assert sum(one.status == 0 for one in log.firings) == 2
    assert log.finished == ("paused", "limit:calls")


def test_a_limit_nobody_knows_is_refused() -> None:
    with pytest.raises(UsageError, match="no limit"):
        play(Graph.from_text(LOOP), limits={"dollars": 1})
