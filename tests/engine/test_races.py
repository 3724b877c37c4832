"""Races by arrival: who loses, whatever it had done, is decided; and a replay repeats the winner."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio import Graph
from studio.replay.verify import verify
from tests.engine.live import arriving, recorded
from tests.engine.players import REGISTRY, Services, by_engine
from tests.support.toys import latencies

RACE = """
nodes:
  n: {type: toy.number, value: 1}
  a: {type: toy.echo}
  b: {type: %s}
  race: {type: flow.merge, take: first_arrival%s}
  out: {type: flow.output}
edges:
  - n.out -> a.value
  - n.out -> b.%s
  - a.out -> race.value
  - b.out -> race.value
  - race.value -> out.value
"""


def test_a_loser_whose_task_has_not_begun_is_decided_all_the_same() -> None:
    """2.2: a tick decides every node once. `b` is inline and wins before the task of `a` has run its first step."""
    with latencies(lambda node, tick: 5 if node == "a" else 0):
        result, log = arriving(Graph.from_text(RACE % ("toy.add", "", "a")))
    assert {firing.path: firing.status for firing in log.firings}.get("a") == 2
    assert result.firings == sum(firing.status != 2 for firing in log.firings)


def test_a_race_of_feedback_wires_alone_is_decided() -> None:
    """2.3: a `first` port takes the first present to arrive; a register is there when the tick starts."""
    graph = Graph.from_text("""
nodes:
  m: {type: flow.merge, take: first_arrival}
  inc: {type: toy.add, plus: 1}
  out: {type: flow.output}
edges:
  - inc.out ~> m.value: {initial: 1}
  - m.value -> inc.a
  - inc.out -> out.value
max_ticks: 3
""")
    assert arriving(graph)[0].outputs == by_engine(graph).outputs == {"out": 4}


def test_initial_from_takes_part_in_a_race() -> None:
    """2.1: `initial_from` is that output's value at tick 0."""
    graph = Graph.from_text("""
nodes:
  a: {type: toy.number, value: 7}
  doors: {type: toy.parity}
  m: {type: flow.merge, take: first_arrival}
  inc: {type: toy.add, plus: 1}
  out: {type: flow.output}
edges:
  - a.out -> doors.value
  - doors.even -> m.value
  - inc.out ~> m.value: {initial_from: a.out}
  - m.value -> inc.a
  - inc.out -> out.value
max_ticks: 2
""")
    assert arriving(graph)[0].outputs == by_engine(graph).outputs == {"out": 9}


@pytest.mark.parametrize("first_is_present", [True, False])
def test_a_scripted_run_with_a_race_replays(first_is_present: bool, tmp_path: Path) -> None:
    """2.10: with effects answered from a trace, firings and outputs are a function of graph and inputs."""
    graph = Graph.from_text(f"""
nodes:
  n: {{type: toy.number, value: {2 if first_is_present else 1}}}
  doors: {{type: toy.parity}}
  b: {{type: toy.echo}}
  race: {{type: flow.merge, take: first_arrival}}
edges:
  - n.out -> doors.value
  - n.out -> b.value
  - doors.even -> race.value
  - b.out -> race.value
""")
    _, trace = recorded(graph, tmp_path, catalog=Services())
    assert verify(trace, registry=REGISTRY).difference is None


def test_what_a_loser_had_done_before_it_lost_is_done_again_in_a_replay(tmp_path: Path) -> None:
    """2.3: the winner is an effect; only what the record says was lost is lost. `b1` had fired, `b2` was cancelled."""
    graph = Graph.from_text("""
nodes:
  n: {type: toy.number, value: 1}
  a: {type: toy.echo}
  b1: {type: toy.echo}
  b2: {type: toy.echo}
  race: {type: flow.merge, take: first_arrival}
edges:
  - n.out -> a.value
  - n.out -> b1.value
  - b1.out -> b2.value
  - a.out -> race.value
  - b2.out -> race.value
""")
    with latencies(lambda node, tick: {"a": 10, "b1": 1, "b2": 60}.get(node, 0)):
        _, trace = recorded(graph, tmp_path)
    assert verify(trace, registry=REGISTRY).difference is None


LOST_REGION = """
nodes:
  n: {type: toy.number, value: 1}
  slow: {type: flow.subgraph, graph: body}
  fast: {type: toy.echo}
  race: {type: flow.merge, take: first_arrival}
edges:
  - n.out -> slow.x
  - n.out -> fast.value
  - slow.o -> race.value
  - fast.out -> race.value
graphs:
  body:
    nodes:
      x: {type: flow.input}
      one: {type: toy.echo}
      two: {type: toy.echo}
      o: {type: flow.output}
    edges:
      - x.value -> one.value
      - x.value -> two.value
      - one.out -> o.value
"""


def test_a_region_that_lost_a_race_half_way_replays(tmp_path: Path) -> None:
    with latencies(lambda node, tick: 60 if node.startswith("slow/") else 3):
        _, trace = recorded(Graph.from_text(LOST_REGION), tmp_path)
    assert verify(trace, registry=REGISTRY).difference is None


def test_firings_inside_a_region_that_lost_are_not_counted_unless_recorded() -> None:
    """The totals are those of the rows."""
    with latencies(lambda node, tick: 60 if node.startswith("slow/") else 3):
        result, log = arriving(Graph.from_text(LOST_REGION))
    assert result.firings == sum(firing.status != 2 for firing in log.firings)


def test_a_race_whose_node_is_knocked_out_to_pass_replays(tmp_path: Path) -> None:
    """2.3: the winner is an effect, whoever takes it."""
    _, trace = recorded(Graph.from_text(RACE % ("toy.echo", ", knockout: pass", "value")), tmp_path)
    assert verify(trace, registry=REGISTRY).difference is None
