"""Limits that are just enough, and what is in flight when one pauses a run."""

from __future__ import annotations

import pytest

from studio import Graph
from tests.engine.players import Services, run_logged
from tests.support.toys import latencies


@pytest.mark.parametrize("kind", ["firings", "ticks"])
def test_a_limit_that_is_just_enough_pauses_nothing(kind: str) -> None:
    graph = Graph.from_text("""
nodes:
  count: {type: toy.add, plus: 1}
edges:
  - count.out ~> count.a: {initial: 0}
max_ticks: 3
""")
    enough, _ = run_logged(graph, limits={kind: 3})
    short, _ = run_logged(graph, limits={kind: 2})

    assert enough.status == "ok"
    assert (short.status, short.ended, getattr(short, kind)) == ("paused", f"limit:{kind}", 2)


def test_what_is_in_flight_when_a_limit_pauses_the_run_is_finished_and_recorded() -> None:
    graph = Graph.from_text("""
nodes:
  a: {type: toy.echo}
  b: {type: toy.echo}
  n: {type: toy.number}
  c: {type: toy.add}
  d: {type: toy.add}
edges:
  - n.out -> a.value
  - n.out -> b.value
  - n.out -> c.a
  - c.out -> d.a
""")
    with latencies(lambda node, tick: 20 if node in "ab" else 0):
        result, log = run_logged(graph, catalog=Services(scripted=False), limits={"firings": 4})

    assert (result.status, result.firings) == ("paused", 4)
    assert {firing.path for firing in log.firings} == {"a", "b", "c", "n"}
