"""Rules 2.8 and 2.10: what may overlap does, and no latency changes what happens."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from studio import arun
from studio.engine.engine import CALLS_AT_ONCE
from studio.graph import Graph
from studio.models.humans import AnswersFile
from studio.spec.calls import ChatCall, ChatReply, ModelInfo
from studio.spec.registry import Registry
from tests.engine.players import REGISTRY, Services, by_engine, run_logged, seen, ticks, values
from tests.support.memory_log import MemoryLog
from tests.support.toys import Dice, latencies, shuffled, toy_registry


def wide(branches: int) -> Graph:
    graph = Graph("wide")
    graph.add("toy.number", "start", value=1)
    graph.add("toy.gather", "join")
    for i in range(branches):
        graph.add("toy.echo", f"branch{i}")
        graph.connect("start.out", f"branch{i}.value")
        graph.connect(f"branch{i}.out", "join.parts")
    return graph


def test_parallel_branches_run_at_the_same_time() -> None:
    with latencies(lambda node, tick: 5) as turns:
        got = by_engine(wide(8))

    assert got.status == "ok"
    assert turns.most_waiting == 8


@pytest.mark.parametrize("concurrency", [1, 2, 5])
def test_items_of_a_map_overlap_up_to_its_concurrency(concurrency: int) -> None:
    graph = Graph.from_text(f"""
nodes:
  items: {{type: flow.input, value: [1, 2, 3, 4, 5, 6]}}
  work: {{type: flow.map, graph: body, concurrency: {concurrency}}}
edges:
  - items.value -> work.items
graphs:
  body:
    nodes:
      item: {{type: flow.input}}
      slow: {{type: toy.echo}}
    edges:
      - item.value -> slow.value
""")
    with latencies(lambda node, tick: 5) as turns:
        by_engine(graph)

    assert turns.most_waiting == concurrency


def test_sibling_regions_overlap() -> None:
    graph = Graph.from_text("""
nodes:
  one: {type: flow.subgraph, graph: body}
  two: {type: flow.subgraph, graph: body}
  three: {type: flow.subgraph, graph: body, clock: shared}
graphs:
  body:
    nodes:
      number: {type: toy.number}
      slow: {type: toy.echo}
    edges:
      - number.out -> slow.value
""")
    with latencies(lambda node, tick: 5 if node.endswith("slow") else 0) as turns:
        by_engine(graph)

    assert turns.most_waiting == 3


def test_there_is_no_barrier_inside_a_tick() -> None:
    graph = Graph.from_text("""
nodes:
  start: {type: toy.number}
  slow: {type: toy.echo}
  a: {type: toy.echo}
  b: {type: toy.echo}
  c: {type: toy.echo}
edges:
  - start.out -> slow.value
  - start.out -> a.value
  - a.out -> b.value
  - b.out -> c.value
""")
    with latencies(lambda node, tick: 60 if node == "slow" else 1):
        _, log = run_logged(graph)

    order = [one.path for one in sorted(log.firings, key=lambda f: f.seq)]
    assert order.index("c") < order.index("slow")


def test_a_tick_begins_when_every_node_of_the_tick_before_is_decided() -> None:
    graph = Graph.from_text("""
nodes:
  n: {type: toy.add, plus: 1}
  slow: {type: toy.echo}
edges:
  - n.out ~> n.a: {initial: 0}
  - n.out -> slow.value
max_ticks: 3
""")
    with latencies(lambda node, tick: 30 if node == "slow" else 0):
        _, log = run_logged(graph)

    assert [(one.path, one.tick) for one in sorted(log.firings, key=lambda f: f.seq)] == [
        ("n", "0"), ("slow", "0"), ("n", "1"), ("slow", "1"), ("n", "2"), ("slow", "2"),
    ]  # fmt: skip


DICE = """
nodes:
  one: {type: toy.dice}
  two: {type: toy.dice}
  n: {type: toy.add, plus: 1}
edges:
  - n.out ~> n.a: {initial: 0}
max_ticks: 3
"""


def drawn(seed: int, latency: int) -> dict[str, list[int]]:
    with latencies(shuffled(latency)):
        result, log = run_logged(Graph.from_text(DICE), seed=seed)
    outcome = seen(result, log)
    return {name: values(outcome, name) for name in ("one", "two")}


def test_a_draw_is_seeded_by_the_run_and_by_who_draws_when() -> None:
    first, again, other = drawn(1, 1), drawn(1, 2), drawn(2, 1)

    assert first == again
    assert first != other
    assert len({*first["one"], *first["two"]}) == 6


def test_a_run_inside_an_event_loop_is_refused_with_the_way_out() -> None:
    async def inside() -> None:
        run_logged(Graph.from_text("nodes:\n  a: {type: toy.number}\n"))

    with pytest.raises(Exception, match="arun"):
        asyncio.run(inside())


def test_a_race_is_won_by_the_first_to_arrive_when_nothing_is_scripted() -> None:
    graph = Graph.from_text("""
nodes:
  slow: {type: toy.number, value: 1}
  fast: {type: toy.number, value: 2}
  race: {type: flow.merge, take: first_arrival}
edges:
  - slow.out -> race.value
  - fast.out -> race.value
""")
    with latencies(lambda node, tick: 40 if node == "slow" else 1):
        live, log = run_logged(graph, catalog=Services(scripted=False))
        scripted = by_engine(graph)

    race = next(one for one in log.firings if one.path == "race")
    assert live.status == "ok"
    assert race.outputs == {"value": 2}
    assert values(scripted, "race", "value") == [1], "with scripted effects all contenders run, edge order decides"
    assert ticks(scripted, "slow") == ["0"]


def test_the_loser_of_a_race_is_cancelled_only_if_all_it_feeds_is_lost() -> None:
    graph = Graph.from_text("""
nodes:
  question: {type: toy.number, value: 1}
  loser: {type: toy.echo}
  logged: {type: toy.echo}
  log: {type: toy.echo}
  fast: {type: toy.echo}
  race: {type: flow.merge, take: first_arrival}
edges:
  - question.out -> loser.value
  - question.out -> logged.value
  - question.out -> fast.value
  - loser.out -> race.value
  - logged.out -> race.value
  - logged.out -> log.value
  - fast.out -> race.value
""")
    with latencies(lambda node, tick: {"loser": 60, "logged": 60}.get(node, 1)):
        result, log = run_logged(graph, catalog=Services(scripted=False))
    got = seen(result, log)

    assert [(f.status, f.cause) for f in got.outline if f.path == "loser"] == [("skipped", "lost")]
    assert ticks(got, "logged") == ["0"]
    assert ticks(got, "log") == ["0"]
    assert values(got, "race", "value") == [1]


@pytest.mark.parametrize("store_user", [True, False])
def test_a_loser_that_writes_a_store_is_not_cancelled(store_user: bool) -> None:
    kind = "{type: toy.note, store: log}" if store_user else "{type: toy.echo}"
    graph = Graph.from_text(f"""
nodes:
  question: {{type: toy.number, value: 1}}
  loser: {kind}
  fast: {{type: toy.echo}}
  race: {{type: flow.merge, take: first_arrival}}
edges:
  - question.out -> loser.value
  - question.out -> fast.value
  - loser.out -> race.value
  - fast.out -> race.value
stores:
  log: {{type: list}}
""")
    with latencies(lambda node, tick: 60 if node == "loser" else 1):
        _, log = run_logged(graph, catalog=Services(scripted=False))

    loser = next(one for one in log.firings if one.path == "loser")
    assert loser.status == (0 if store_user else 2)


def test_a_node_with_an_effect_other_than_a_model_call_is_not_cancelled() -> None:
    graph = Graph.from_text("""
nodes:
  question: {type: toy.number, value: 1}
  loser: {type: toy.tool}
  fast: {type: toy.echo}
  race: {type: flow.merge, take: first_arrival}
edges:
  - question.out -> loser.value
  - question.out -> fast.value
  - loser.out -> race.value
  - fast.out -> race.value
""")
    with latencies(lambda node, tick: 60 if node == "loser" else 1):
        _, log = run_logged(graph, catalog=Services(scripted=False))

    assert next(one for one in log.firings if one.path == "loser").status == 0


def test_dice_of_one_name_in_two_registries_draw_alike() -> None:
    """The seed is who draws when, nothing of the process: another registry object changes no draw."""
    one = run_logged(Graph.from_text(DICE), seed=4, registry=toy_registry())[1]
    two = run_logged(Graph.from_text(DICE), seed=4, registry=Registry(extra=[Dice, *toy_registry().all_types()]))[1]

    assert [f.outputs for f in one.outline()] == [f.outputs for f in two.outline()]


async def test_a_cancelled_run_is_recorded_as_aborted() -> None:
    log = MemoryLog()
    graph = Graph.from_text("nodes:\n  slow: {type: toy.world}\n")
    with latencies(lambda node, tick: 1_000_000):
        running = asyncio.create_task(
            arun(graph, registry=REGISTRY, catalog=Services(), log=log, db="unused.db")  # type: ignore[arg-type]
        )
        for _ in range(5):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    assert log.finished == ("aborted", "abort")
    assert log.firings == []


@pytest.mark.parametrize("seed", range(3))
def test_unaddressed_replies_are_served_in_outline_order_whatever_the_latencies(seed: int) -> None:
    graph = Graph.from_text("""
nodes:
  items: {type: flow.input, value: [1, 2, 3]}
  work: {type: flow.map, graph: work}
  sub: {type: flow.subgraph, graph: work}
  last: {type: toy.ask}
edges:
  - items.value -> work.items
graphs:
  work:
    nodes:
      item: {type: flow.input, value: 0}
      wait: {type: toy.echo}
      one: {type: toy.ask}
      two: {type: toy.ask}
    edges:
      - item.value -> wait.value
      - wait.done -> one.when
""")
    with latencies(shuffled(seed)):
        result, log = run_logged(graph, replies=[str(n) for n in range(9)])

    assert result.status == "ok"
    asked = [one for one in log.outline() if "text" in one.outputs]
    assert [one.outputs["text"] for one in asked] == [str(n) for n in range(9)]
    assert [one.path for one in asked][:3] == ["work/0/one", "work/0/two", "work/1/one"]


class Crowd(Services):
    """Every name is a model of its own, which counts how many of its calls are under way at once."""

    def __init__(self, *, local: bool) -> None:
        super().__init__(scripted=False)
        self.models: dict[str, Counting] = {}
        self.local = local

    def provider(self, name: str = "default") -> Any:
        return self.models.setdefault(name, Counting(ModelInfo(name=name, local=self.local)))


class Counting:
    deterministic_order = False
    retry_transient = 0

    def __init__(self, info: ModelInfo) -> None:
        self.info = info
        self.under_way = self.most = 0

    async def chat(self, call: ChatCall, on_text: Any = None) -> ChatReply:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        for _ in range(10):
            await asyncio.sleep(0)
        self.under_way -= 1
        return ChatReply(text="yes", model=self.info.name)


@pytest.mark.parametrize(("local", "most"), [(False, CALLS_AT_ONCE), (True, CALLS_AT_ONCE + 8)])
def test_calls_to_one_model_elsewhere_are_limited_and_other_models_do_not_wait_for_it(local: bool, most: int) -> None:
    """Rule 2.8. The control is a model on this computer, which has its own queue and takes them all."""
    graph = Graph("crowd")
    for i in range(CALLS_AT_ONCE + 8):
        for model in ("fast", "strong"):
            graph.add("llm.chat", f"{model}{i}", model=model)
            graph.add("flow.input", f"say_{model}{i}", value=f"hello {i}")
            graph.connect(f"say_{model}{i}.value", f"{model}{i}.text")
    crowd = Crowd(local=local)

    result, _ = run_logged(graph, catalog=crowd)

    assert (result.status, result.calls) == ("ok", 2 * (CALLS_AT_ONCE + 8)), result.error
    assert (crowd.models["fast"].most, crowd.models["strong"].most) == (most, most)


class Answering(Services):
    """Questions to people are answered from lines."""

    def __init__(self, *lines: str) -> None:
        super().__init__()
        self.lines = lines

    def human(self, answers: Path | None = None) -> AnswersFile:
        return AnswersFile(((f"line {at}", line) for at, line in enumerate(self.lines)), "answers")


def test_unaddressed_answers_are_served_in_outline_order_whatever_the_latencies() -> None:
    """Rule 2.10; addressed ones may be asked for as they come."""
    graph = Graph.from_text("""
nodes:
  number: {type: toy.number}
  slow: {type: toy.echo}
  first: {type: human.ask, question: Who?}
  second: {type: human.ask, question: Where?}
edges:
  - number.out -> slow.value
  - slow.done -> first.when
""")
    asked = {}
    for lines in (("Ada", "here"), ('{"node": "first", "answer": "Ada"}', '{"node": "second", "answer": "here"}')):
        with latencies(lambda node, tick: 20 if node == "slow" else 0):
            result, log = run_logged(graph, catalog=Answering(*lines))
        assert result.status == "ok", result.error
        people = [one for one in log.firings if one.path in ("first", "second")]
        assert {one.path: one.outputs["answer"] for one in people} == {"first": "Ada", "second": "here"}
        asked[lines] = [one.path for one in people]

    assert list(asked.values()) == [["first", "second"], ["second", "first"]]
