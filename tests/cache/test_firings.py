"""`--cache all`: a slow pure node is not run again for the same code, params and inputs, and nothing else is kept."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, run
from studio.cache.code import Code
from studio.engine import reuse
from studio.replay.verify import verify
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.registry import Registry
from studio.support.errors import NodeError
from studio.support.values import Absent, encode
from tests.engine.generator import random_graph
from tests.engine.players import REGISTRY, Services, by_reference, seen
from tests.engine.same import differences
from tests.reference.records import Outcome
from tests.support.memory_log import MemoryLog
from tests.support.thorough import draws
from tests.support.toys import latencies, shuffled

ran: list[str] = []


class Values(Fields):
    value: object = port(None)
    more: object = port(None)


@node("near.work", category="Tests")
class Work(Node):
    """Counts how often it runs; gives its input and a param, or nothing with a reason."""

    class Params(Fields):
        salt: str = param("a", help="Goes into the output.")

    class In(Fields):
        value: object = port()

    class Out(Fields):
        out: object = port()
        odd: object = port()

    def run(self, ctx: RunContext, params: Work.Params, inputs: Work.In) -> Work.Out:
        ran.append("work")
        return self.Out(out=[params.salt, inputs.value, 0.1], odd=Absent("nothing odd about it"))


@node("near.dice", category="Tests")
class Dice(Node):
    """Draws."""

    class Out(Values):
        """Two values."""

    def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Any:
        ran.append("dice")
        return self.Out(value=ctx.random.randrange(10**9), more=0)


@node("near.noter", category="Tests")
class Noter(Node):
    """Leaves a note."""

    class Out(Values):
        """Two values."""

    def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Any:
        ran.append("noter")
        ctx.log("here", 1)
        return self.Out(value=1, more=0)


@node("near.painter", category="Tests")
class Painter(Node):
    """Makes an image."""

    class Out(Values):
        """Two values."""

    def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Any:
        ran.append("painter")
        return self.Out(value=ctx.put_blob(b"png", "image/png"), more=0)


@node("near.clock", category="Tests")
class Ticker(Node):
    """Says when it is."""

    class Out(Values):
        """Two values."""

    def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Any:
        ran.append("ticker")
        return self.Out(value=ctx.tick, more=0)


@node("near.breaker", category="Tests")
class Breaker(Node):
    """Fails."""

    class Out(Values):
        """Two values."""

    def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Any:
        ran.append("breaker")
        raise NodeError("no")


TYPES = Registry([Work, Dice, Noter, Painter, Ticker, Breaker])


@pytest.fixture(autouse=True)
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every firing is worth keeping, and this file counts as older than the program."""
    ran.clear()
    monkeypatch.setattr(reuse, "WORTH_NS", 0)
    monkeypatch.setattr(reuse, "WORTH_NS_PER_BYTE", 0)
    monkeypatch.setattr("studio.cache.code._started_ns", 2**63)


def graph_of(type_name: str, **params: Any) -> Graph:
    graph = Graph("one")
    graph.add("flow.input", "value", value=None)
    graph.add(type_name, "node", **params)
    graph.add("flow.output", "result")
    if type_name == "near.work":
        graph.connect("value.value", "node.value")
    graph.connect("node.out" if type_name == "near.work" else "node.value", "result.value")
    return graph


def play(graph: Graph, *, cache: str = "all", **more: Any) -> Any:
    return run(graph, cache=cache, registry=TYPES, catalog=Services(), **more)  # type: ignore[arg-type]


def test_the_same_inputs_are_answered_with_what_was_given_absence_and_its_reason_too(home: Path) -> None:
    first = play(graph_of("near.work"), value={"b": 1.0, "a": [None, "ä"]})
    second = play(graph_of("near.work"), value={"b": 1.0, "a": [None, "ä"]})

    assert ran == ["work"]
    assert encode(second.outputs) == encode(first.outputs)
    assert second.saved.firings == 1
    with Trace(home / "trace.db") as trace:
        (before,), (after,) = (trace.firings(one.run_id, node="node") for one in (first, second))
        assert (before.origin, after.origin) == ("executed", "cached")
        assert (after.outputs, after.absent, after.inputs) == (before.outputs, before.absent, before.inputs)
        assert after.absent == {"odd": "nothing odd about it"}
        made = verify(trace, second.run_id, registry=TYPES)
    assert made.difference is None


@pytest.mark.parametrize("cache", ["off", "llm"])
def test_only_all_means_nodes(cache: str) -> None:
    play(graph_of("near.work"))
    play(graph_of("near.work"), cache=cache)

    assert ran == ["work", "work"]


@pytest.mark.parametrize(
    ("params", "value"),
    [({"salt": "b"}, [1, 2]), ({}, [1, 2.0]), ({}, [2, 1]), ({}, {"a": 1, "b": 2}), ({}, "[1,2]")],
)
def test_another_param_or_input_is_worked_out_anew(params: dict[str, Any], value: Any) -> None:
    play(graph_of("near.work"), value=[1, 2])
    play(graph_of("near.work", **params), value=value)

    assert ran == ["work", "work"]


def test_another_order_of_keys_is_another_input() -> None:
    """Insertion order is kept by values, so a node can tell."""
    play(graph_of("near.work"), value={"a": 1, "b": 2})
    play(graph_of("near.work"), value={"b": 2, "a": 1})

    assert ran == ["work", "work"]


def test_another_version_or_other_code_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    play(graph_of("near.work"))
    monkeypatch.setattr(Work, "spec", replace(Work.spec, version=2))
    play(graph_of("near.work"))
    monkeypatch.setattr("studio.cache.code.code_of", lambda cls: Code("other"))
    play(graph_of("near.work"))

    assert ran == ["work"] * 3


@pytest.mark.parametrize("kind", ["near.dice", "near.noter", "near.painter", "near.clock", "near.breaker"])
def test_what_does_not_follow_from_the_inputs_alone_is_run_every_time(kind: str) -> None:
    play(graph_of(kind))
    play(graph_of(kind))

    assert len(ran) == 2


def test_random_numbers_are_noticed_behind_a_time_limit_too() -> None:
    graph = graph_of("near.dice", timeout_s=60)
    play(graph)
    play(graph)

    assert ran == ["dice", "dice"]


def test_a_node_with_a_time_limit_is_kept_like_any_other() -> None:
    graph = graph_of("near.work", timeout_s=60)
    play(graph)
    play(graph)

    assert ran == ["work"]


def test_quick_firings_are_not_kept_and_soon_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.cache.store import Cache

    looked: list[str] = []
    find = Cache.find

    def counting(self: Cache, key: str) -> Any:
        looked.append(key)
        return find(self, key)

    monkeypatch.setattr(Cache, "find", counting)
    monkeypatch.setattr(reuse, "WORTH_NS", 10**12)
    graph = graph_of("near.work", fires="every_tick")
    graph.connect("node.out", "node.value", feedback=True)
    graph.max_ticks = 40
    play(graph)

    assert len(ran) == 40
    assert len(looked) == reuse.QUICK


def test_what_looked_slow_once_is_run_again_at_its_tenth_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of("near.work", fires="every_tick")
    graph.add("flow.input", "start", value=0)
    graph.connect("start.value", "node.value", feedback={"initial": 0})
    graph.edges.remove(next(edge for edge in graph.edges if edge.source == "value"))
    graph.max_ticks, graph.until = 40, "stop"
    play(graph)  # all ticks ask alike: the first is kept, the tenth answer is doubted and kept again
    assert len(ran) == 2
    monkeypatch.setattr(reuse, "WORTH_NS", 10**12)
    play(graph)

    assert len(ran) == 2 + 40 - (reuse.DOUBTED_AT - 1)


def test_kept_firings_count_for_the_limit_of_firings() -> None:
    play(graph_of("near.work"))
    again = play(graph_of("near.work"), limits={"firings": 1})

    assert again.ended == "limit:firings"


def by_engine(graph: Graph, cache: str) -> tuple[Outcome, int]:
    """What a run gave, and how many firings the cache spared it."""
    log = MemoryLog()
    result = run(graph, registry=REGISTRY, catalog=Services(), cache=cache, log=log)  # type: ignore[arg-type]
    return seen(result, log), 0 if result.saved is None else result.saved.firings


def test_random_graphs_come_out_as_the_rules_say_from_a_cold_and_a_warm_cache() -> None:
    rng = random.Random(14)
    graphs, saved = draws(14, 60), 0
    for number in range(graphs):
        seed, size = rng.randrange(2**32), rng.randint(3, 14)
        expected = by_reference(random_graph(seed, size))
        for round in range(3):
            with latencies(shuffled(round)):
                outcome, spared = by_engine(random_graph(seed, size), "all")
            saved += spared
            assert differences(expected, outcome) == [], f"graph {number} in round {round}, seed {seed}, size {size}"
    assert saved > 50 * graphs


def test_that_a_wrong_answer_from_the_cache_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = random_graph(2, 10)
    expected = by_reference(graph)
    by_engine(graph, "all")
    held = reuse._held
    wrong = {"toy.mix": "out", "toy.add": "out"}

    def other(node: Any, response: Any) -> Any:
        given = held(node, response)
        port_name = wrong.get(node.spec.type)
        return {**given, port_name: 1} if given is not None and port_name else given

    monkeypatch.setattr(reuse, "_held", other)

    assert differences(expected, by_engine(graph, "all")[0]) != []
