"""Contenders of races: shared by two, failing, fed back, inside the items of a map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from studio import Graph
from studio.replay.verify import verify
from studio.trace.found import Firing
from tests.engine.live import WON_BY_FEW, recorded
from tests.engine.players import REGISTRY, Services, run_logged
from tests.support.toys import latencies


def by_node(firings: Sequence[Firing] | Any) -> dict[str, Firing]:
    return {firing.node: firing for firing in firings}


@pytest.mark.parametrize("slow", ["a", "b", "c"])
def test_two_races_may_share_a_contender_and_the_replay_repeats_both(slow: str, tmp_path: Path) -> None:
    with latencies(lambda node, tick: 40 if node == slow else 3):
        result, trace = recorded(Graph.from_text(WON_BY_FEW), tmp_path)

    assert result.outputs == {"o": 1, "p": 1}
    firings = by_node(trace.firings(result.run_id))
    assert result.firings == sum(firing.status != "skipped" for firing in firings.values())
    assert verify(trace, result.run_id, registry=REGISTRY).difference is None


def test_a_contender_of_two_races_runs_on_while_one_of_them_is_open() -> None:
    graph = Graph.from_text(WON_BY_FEW.replace("  - n.out -> c.value\n", ""))
    with latencies(lambda node, tick: 40 if node == "b" else 3):
        result, _ = run_logged(graph, catalog=Services(scripted=False))

    assert result.outputs == {"o": 1, "p": 1}


def test_a_contender_that_fails_after_the_race_was_won_fails_nothing() -> None:
    graph = Graph.from_text("""
nodes:
  n: {type: toy.number, value: 1}
  tool: {type: toy.tool}
  bad: {type: toy.fail}
  fast: {type: toy.echo}
  race: {type: flow.merge, take: first_arrival}
  o: {type: flow.output}
edges:
  - n.out -> tool.value
  - tool.out -> bad.value
  - n.out -> fast.value
  - bad.out -> race.value
  - fast.out -> race.value
  - race.value -> o.value
""")
    with latencies(lambda node, tick: 40 if node == "tool" else 3):
        result, _ = run_logged(graph, catalog=Services(scripted=False))

    assert (result.status, result.outputs) == ("ok", {"o": 1})


@pytest.mark.parametrize("slow", ["a", "b"])
def test_where_all_contenders_fail_the_first_in_edge_order_is_reported_whoever_failed_first(slow: str) -> None:
    graph = Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  a: {type: toy.fail}
  b: {type: toy.fail}
  race: {type: flow.merge, take: first_arrival}
edges:
  - one.out -> b.value
  - one.out -> a.value
  - b.out -> race.value
  - a.out -> race.value
""")
    with latencies(lambda node, tick: 9 if node == slow else 0):
        result, _ = run_logged(graph, catalog=Services(scripted=False))

    assert result.error is not None
    assert result.error["node"] == "b"


def test_a_value_fed_back_is_there_first_and_losers_never_begin() -> None:
    graph = Graph.from_text("""
nodes:
  n: {type: toy.number, value: 1}
  a: {type: toy.echo}
  race: {type: flow.merge, take: first_arrival}
  o: {type: flow.output, collect: true}
edges:
  - n.out -> a.value
  - a.out -> race.value
  - race.value ~> race.value: {initial: 7}
  - race.value -> o.value
max_ticks: 2
""")
    result, log = run_logged(graph, catalog=Services(scripted=False))

    assert result.outputs == {"o": [7, 7]}
    assert [firing.reason for firing in log.firings if firing.path == "a"] == ["lost the race at `race`"]


def test_races_inside_the_items_of_a_map_replay(tmp_path: Path) -> None:
    graph = Graph.from_text("""
nodes:
  items: {type: flow.input, value: [1, 2, 3, 4]}
  work: {type: flow.map, graph: body, concurrency: 3}
  out: {type: flow.output}
edges:
  - items.value -> work.items
  - work.res -> out.value
graphs:
  body:
    nodes:
      item: {type: flow.input}
      a: {type: toy.echo}
      c: {type: toy.mix}
      race: {type: flow.merge, take: first_arrival}
      res: {type: flow.output}
    edges:
      - item.value -> a.value
      - item.value -> c.a
      - a.out -> race.value
      - c.out -> race.value
      - race.value -> res.value
""")
    with latencies(lambda node, tick: 9 if node in ("work/0/a", "work/2/c") else 2):
        result, trace = recorded(graph, tmp_path)

    assert result.outputs["out"][2] == 3
    assert result.outputs["out"][0] != 1
    assert verify(trace, result.run_id, registry=REGISTRY).difference is None
