"""The roots of absences: why a node was skipped, and who decided it."""

from __future__ import annotations

import pytest

from studio.support.errors import UsageError
from tests.replay.causes.conftest import Recorded, root


def test_the_way_back_from_a_skip_ends_at_who_decided_it(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  judge: {type: flow.switch, cases: [3, 4]}
  three: {type: toy.echo}
  after: {type: toy.echo}
  bad: {type: toy.fail, modulus: 1, on_error: skip}
  next: {type: toy.echo}
  off: {type: toy.echo, knockout: true}
  behind: {type: toy.echo}
  gate: {type: toy.at_least, limit: 99}
  closed: {type: toy.echo}
  fed: {type: toy.echo}
edges:
  - a.out -> judge.value
  - judge.3 -> three.value
  - three.out -> after.value
  - a.out -> bad.value
  - bad.out -> next.value
  - a.out -> off.value
  - off.out -> behind.value
  - a.out -> gate.value
  - a.out -> closed.value
  - gate.yes -> closed.when
  - after.out ~> fed.value
""")

    assert root(causes, "after") == ("route", "judge@0")
    links = causes.absence(causes.firing("after", "0")).links
    assert [(link.node, link.port) for link in links] == [("after", "value"), ("three", "value"), ("judge", "3")]
    assert links[-1].why == "it gave `4` for 4, not `3`"
    assert root(causes, "next") == ("failed", "bad@0")
    assert root(causes, "behind") == ("knockout", None)
    assert root(causes, "closed") == ("when", "gate@0")
    assert root(causes, "fed") == ("not fed", None)
    with pytest.raises(UsageError, match="`a` is not absent at tick 0"):
        causes.absence(causes.firing("a", "0"))


def test_a_switch_that_passes_nothing_on_leads_to_what_it_lacked(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  door: {type: toy.parity}
  judge: {type: flow.switch, cases: [3]}
  end: {type: toy.echo}
edges:
  - a.out -> door.value
  - a.out -> judge.value
  - door.odd -> judge.data
  - judge.else -> end.value
""")

    assert root(causes, "end") == ("route", "door@0")


def test_an_absence_goes_into_and_out_of_regions(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  door: {type: toy.parity}
  organ: {type: flow.subgraph, graph: pass, clock: shared}
  own: {type: flow.subgraph, graph: shut}
  end: {type: toy.echo}
  last: {type: toy.echo}
edges:
  - a.out -> door.value
  - door.odd -> organ.x
  - organ.out -> end.value
  - a.out -> own.x
  - own.out -> last.value
graphs:
  pass:
    nodes: {x: {type: flow.input}, mid: {type: toy.echo}, out: {type: flow.output}}
    edges: [x.value -> mid.value, mid.out -> out.value]
  shut:
    nodes: {x: {type: flow.input}, inner: {type: toy.parity}, out: {type: flow.output}}
    edges: [x.value -> inner.value, inner.odd -> out.value]
""")

    assert root(causes, "end") == ("route", "door@0")
    assert root(causes, "last") == ("route", "own/inner@0.0")


def test_why_something_was_not_decided(record: Recorded) -> None:
    causes = record("""
nodes:
  steady: {type: toy.number, value: 4}
  count: {type: toy.add, plus: 1}
  gate: {type: toy.at_least, limit: 3}
  stop: {type: flow.stop}
edges:
  - count.out ~> count.a: {initial: 0}
  - count.out -> gate.value
  - gate.yes -> stop.when
max_ticks: 9
""")

    assert causes.undecided("steady", "1").kind == "steady"
    ended = causes.undecided("count", "7")
    assert (ended.kind, ended.decided_by) == ("ended", causes.firing("stop", "2"))
    assert "ended after tick 2: `stop` stopped it" in ended.links[0].why
    with pytest.raises(UsageError, match="its ticks are single numbers"):
        causes.undecided("count", "1.1")
    with pytest.raises(UsageError, match="no node `nobody`"):
        causes.undecided("nobody", "1")


def test_a_limit_is_why_nothing_came_after_it(record: Recorded) -> None:
    causes = record("""
nodes:
  count: {type: toy.add, plus: 1}
edges:
  - count.out ~> count.a: {initial: 0}
max_ticks: 90
limits: {firings: 3}
""")

    found = causes.undecided("count", "5")
    assert found.kind == "paused"
    assert "limit firings" in found.links[0].why
