"""The reference is itself held to a few outcomes worked out by hand, so that two wrong readings cannot agree unseen.

The conformance and rule tests in `tests/engine` are played by the reference as well as by the engine.
"""

from __future__ import annotations

import pytest

from studio.graph import Graph
from studio.support.errors import UsageError
from tests.reference.interpreter import interpret
from tests.reference.plan import Port, Scope, leads_only_to, live_nodes, races
from tests.reference.stores import View, make_store
from tests.support.toys import toy_registry

REGISTRY = toy_registry()


def test_plan_order_is_topological_then_by_the_file_and_counts_initial_from() -> None:
    graph = Graph.from_text("""
nodes:
  d: {type: toy.echo}
  c: {type: toy.echo}
  b: {type: toy.number}
  a: {type: toy.number}
edges:
  - a.out -> c.value
  - c.out ~> d.value: {initial_from: b.out}
""")

    assert Scope(graph, REGISTRY).order == ["b", "d", "a", "c"]


def test_liveness_goes_down_the_wires_from_feedback_types_and_stores() -> None:
    graph = Graph.from_text("""
nodes:
  steady: {type: toy.number}
  world: {type: toy.world}
  pinned: {type: toy.world, fires: once}
  store: {type: toy.notes, store: log}
  fed: {type: toy.echo}
  below: {type: toy.gather}
  calm: {type: toy.gather}
edges:
  - steady.out ~> fed.value
  - fed.done -> below.when
  - steady.out -> below.parts
  - pinned.out -> calm.parts
stores:
  log: {type: list}
""")

    assert live_nodes(Scope(graph, REGISTRY), frozenset()) == {"world", "store", "fed", "below"}


def test_a_contender_leads_nowhere_but_to_its_race() -> None:
    graph = Graph.from_text("""
nodes:
  a: {type: toy.echo}
  b: {type: toy.echo}
  c: {type: toy.echo}
  log: {type: toy.echo}
  race: {type: toy.first}
  n: {type: toy.number}
edges:
  - n.out -> a.value
  - a.out -> b.value
  - b.out -> race.value
  - n.out -> c.value
  - c.out -> race.value
  - c.out -> log.value
""")
    scope = Scope(graph, REGISTRY)
    race = Port("race", "value")

    assert [name for name in scope.order if leads_only_to(scope, name, race)] == ["a", "b"]
    assert races(scope, "c") == [race]
    assert races(scope, "n") == []


def test_a_view_shows_its_own_writes_and_applies_them_later() -> None:
    base = make_store("list", {"items": [1]})
    one, two = View(base), View(base)
    one.do("append", value=2)
    two.do("append", value=3)

    assert (one.do("items"), two.do("items"), base.do("items")) == ([1, 2], [1, 3], [1])
    one.apply()
    two.apply()
    assert base.do("items") == [1, 2, 3]


def test_a_small_loop_by_hand() -> None:
    outcome = interpret(
        Graph.from_text("""
nodes:
  n: {type: toy.add, plus: 1}
  y: {type: flow.output, collect: true}
edges:
  - n.out ~> n.a: {initial: 5}
  - n.out -> y.value
max_ticks: 2
"""),
        registry=REGISTRY,
    )

    assert [str(firing) for firing in outcome.outline] == [
        "n @ 0: ok  out=6 <- {'a': ('', '', 'initial')}",
        "y @ 0: ok   <- {'value': ('n', '0', 'out')}",
        "n @ 1: ok  out=7 <- {'a': ('n', '0', 'out')}",
        "y @ 1: ok   <- {'value': ('n', '1', 'out')}",
    ]
    assert (outcome.ended, outcome.outputs) == ("max_ticks", {"y": [6, 7]})


def test_an_input_not_given_is_refused() -> None:
    with pytest.raises(UsageError, match="`x`"):
        interpret(Graph.from_text("nodes:\n  x: {type: flow.input}\n"), registry=REGISTRY)
