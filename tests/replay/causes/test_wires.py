"""Causes over wires: the exact set of firings that led to an output, and the inverse."""

from __future__ import annotations

from tests.replay.causes.conftest import Recorded, led, root, why


def test_only_what_is_wired_led_to_an_output(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 1}
  b: {type: toy.number, value: 2}
  beside: {type: toy.number, value: 3}
  sum: {type: toy.add}
  twice: {type: toy.add}
  other: {type: toy.add}
edges:
  - a.out -> sum.a
  - b.out -> sum.b
  - sum.out -> twice.a
  - beside.out -> other.a
  - a.out -> other.b
""")

    assert led(causes, "twice") == {"sum@0", "a@0", "b@0"}
    assert led(causes, "other") == {"beside@0", "a@0"}
    assert led(causes, "a") == set()


def test_a_loop_leads_back_tick_by_tick_to_its_first_value(record: Recorded) -> None:
    causes = record("""
nodes:
  base: {type: toy.number, value: 1}
  step: {type: toy.add}
edges:
  - step.out ~> step.a: {initial: 5}
  - base.out -> step.b
max_ticks: 4
""")

    assert led(causes, "step", "2") == {"step@1", "step@0", "base@0"}
    assert why(causes, "step", "0") == {("a", "", "first value"), ("b", "base@0", "input")}
    assert why(causes, "step", "1") == {("a", "step@0", "feedback"), ("b", "base@0", "input")}
    assert led(causes, "base") == set()


def test_a_held_value_comes_from_the_tick_it_was_said_in(record: Recorded) -> None:
    causes = record("""
nodes:
  count: {type: toy.add, plus: 1}
  door: {type: toy.parity}
  keep: {type: toy.echo}
edges:
  - count.out ~> count.a: {initial: 1}
  - count.out -> door.value
  - door.even ~> keep.value: {hold: true, initial: 0}
max_ticks: 4
""")

    assert why(causes, "keep", "1") == {("value", "door@0", "feedback")}
    assert why(causes, "keep", "2") == {("value", "door@0", "feedback")}
    assert led(causes, "keep", "2") == {"door@0", "count@0"}
    assert led(causes, "keep", "3") == {"door@2", "count@2", "count@1", "count@0"}


def test_a_first_value_from_another_node_is_told_from_a_fed_back_one(record: Recorded) -> None:
    causes = record("""
nodes:
  start: {type: toy.number, value: 7}
  step: {type: toy.add, plus: 1}
edges:
  - step.out ~> step.a: {initial_from: start.out}
max_ticks: 3
""")

    assert why(causes, "step", "0") == {("a", "start@0", "first value from")}
    assert led(causes, "step", "2") == {"step@1", "step@0", "start@0"}


def test_many_wires_all_count_and_when_opens(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  b: {type: toy.number, value: 6}
  door: {type: toy.parity}
  gather: {type: toy.gather}
  gate: {type: toy.at_least, limit: 1}
edges:
  - a.out -> gather.parts
  - b.out -> gather.parts
  - b.out -> door.value
  - door.odd -> gather.parts
  - b.out -> gate.value
  - gate.no -> gather.when
  - gate.yes -> gather.when
""")

    assert why(causes, "gather") == {("parts", "a@0", "input"), ("parts", "b@0", "input"), ("when", "gate@0", "when")}
    assert led(causes, "gather") == {"a@0", "b@0", "gate@0"}, "the door gave nothing: it is no ancestor"


def test_of_a_join_only_the_wire_that_gave_the_value_counts(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 3}
  door: {type: toy.parity}
  fallback: {type: toy.number, value: 9}
  late: {type: toy.number, value: 10}
  merge: {type: flow.merge}
edges:
  - a.out -> door.value
  - door.even -> merge.value
  - fallback.out -> merge.value
  - late.out -> merge.value
""")

    assert led(causes, "merge") == {"fallback@0"}


def test_the_winner_of_a_race_counts_and_the_loser_says_who_beat_it(record: Recorded) -> None:
    from tests.support.toys import latencies

    with latencies(lambda node, tick: 9 if node == "slow" else 1):
        causes = record("""
nodes:
  fast: {type: toy.number, value: 1}
  begin: {type: toy.number, value: 2}
  slow: {type: toy.echo}
  first: {type: toy.first}
edges:
  - begin.out -> slow.value
  - slow.out -> first.value
  - fast.out -> first.value
""", arrival=True)  # fmt: skip

    assert led(causes, "first") == {"fast@0"}
    assert root(causes, "slow") == ("race", "fast@0")


def test_a_refused_value_led_to_the_failure_though_it_was_never_taken_in(record: Recorded) -> None:
    causes = record("""
nodes:
  words: {type: text.constant, text: five}
  loose: {type: toy.echo}
  sum: {type: toy.add, on_error: route}
  told: {type: toy.echo}
edges:
  - words.text -> loose.value
  - loose.out -> sum.a
  - sum.error -> told.value
""")

    assert causes.firing("sum", "0").status == "error"
    assert led(causes, "told") == {"sum@0", "loose@0", "words@0"}
