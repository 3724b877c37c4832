"""Causes into and out of regions: bodies, maps, loops, attempts."""

from __future__ import annotations

from studio.models.scripted import Scripted
from tests.replay.causes.conftest import Recorded, led, root, why

LOOP = """
nodes:
  limit: {type: toy.number, value: 3}
  beside: {type: toy.number, value: 50}
  work: {type: flow.subgraph, graph: loop}
  after: {type: toy.add}
  both: {type: toy.length}
edges:
  - limit.out -> work.start
  - beside.out -> work.other
  - work.last -> after.a
  - work.all -> both.value
graphs:
  loop:
    nodes:
      start: {type: flow.input}
      other: {type: flow.input}
      step: {type: toy.add}
      aside: {type: toy.add}
      last: {type: flow.output}
      all: {type: flow.output, collect: true}
    edges:
      - step.out ~> step.a: {initial: 0}
      - start.value -> step.b
      - other.value -> aside.a
      - step.out -> last.value
      - aside.out -> all.value
      - step.out ~> all.value
    max_ticks: 3
"""


def test_a_region_leads_only_to_what_its_outputs_were_made_of(record: Recorded) -> None:
    causes = record(LOOP)

    inside = {"work/last@0.2", "work/step@0.2", "work/step@0.1", "work/step@0.0", "work/start@0.0", "limit@0"}
    assert led(causes, "after") == {"work@0", *inside}
    assert why(causes, "work", "0", "last") == {("last", "work/last@0.2", "leaves")}
    assert why(causes, "work/start", "0.0") == {("value", "limit@0", "enters")}


def test_a_collected_output_came_from_every_tick_that_was_fresh(record: Recorded) -> None:
    causes = record(LOOP)

    given = {edge[1] for edge in why(causes, "work", "0", "all")}
    assert given == {"work/all@0.0", "work/all@0.1", "work/all@0.2"}
    assert causes.value(causes.firing("work", "0"), "all") == [50, 3, 6], "fresh before held"
    assert led(causes, "both") >= {"work/aside@0.0", "beside@0", "work/step@0.1"}


MAP = """
nodes:
  base: {type: toy.number, value: 6}
  items: {type: toy.subset}
  extra: {type: toy.number, value: 5}
  unused: {type: toy.number, value: 6}
  work: {type: flow.map, graph: each}
  result: {type: toy.length}
edges:
  - base.out -> items.value
  - items.items -> work.items
  - extra.out -> work.plus
  - unused.out -> work.unused
  - work.sum -> result.value
graphs:
  each:
    nodes:
      item: {type: flow.input}
      plus: {type: flow.input}
      unused: {type: flow.input}
      sum: {type: flow.output}
      pair: {type: toy.gather}
      dead: {type: toy.echo}
    edges:
      - item.value -> pair.parts
      - plus.value -> pair.parts
      - pair.all -> sum.value
      - unused.value -> dead.value
"""


def test_a_map_leads_to_each_item_and_to_what_was_broadcast_and_used(record: Recorded) -> None:
    causes = record(MAP)

    count = len(causes.value(causes.firing("items", "0"), "items"))
    assert count > 1
    inside = {f"work/{n}/{name}@0.0" for n in range(count) for name in ("sum", "pair", "item", "plus")}
    assert led(causes, "result") == {"work@0", "items@0", "base@0", "extra@0", *inside}
    assert why(causes, "work/1/item", "0.0") == {("value", "items@0", "item")}


def test_an_item_that_failed_gave_nothing_to_the_list(record: Recorded) -> None:
    causes = record("""
nodes:
  words: {type: text.constant, text: "2,3,4"}
  parts: {type: text.split, by: separator, separator: ","}
  work: {type: flow.map, graph: each, on_item_error: "null"}
edges:
  - words.text -> parts.text
  - parts.parts -> work.items
graphs:
  each:
    nodes:
      item: {type: flow.input}
      number: {type: json.parse}
      odd: {type: toy.fail, modulus: 3, remainder: 0}
      early: {type: flow.output}
    edges:
      - item.value -> number.text
      - number.value -> odd.value
      - number.value -> early.value
""")

    assert causes.value(causes.firing("work", "0"), "early") == [2, None, 4]
    given = {edge[1] for edge in why(causes, "work", "0", "early")}
    assert given == {"parts@0", "work/0/early@0.0", "work/2/early@0.0"}


SHARED = """
nodes:
  count: {type: toy.add, plus: 1}
  door: {type: toy.parity}
  organ: {type: flow.subgraph, graph: sum, clock: shared}
  out: {type: toy.echo}
edges:
  - count.out ~> count.a: {initial: 1}
  - count.out -> door.value
  - door.even -> organ.when
  - count.out -> organ.x
  - organ.total -> out.value
max_ticks: 4
graphs:
  sum:
    nodes:
      x: {type: flow.input}
      add: {type: toy.add}
      total: {type: flow.output}
    edges:
      - x.value -> add.a
      - add.out ~> add.b: {initial: 0}
      - add.out -> total.value
"""


def test_an_organ_remembers_over_the_ticks_it_was_frozen(record: Recorded) -> None:
    causes = record(SHARED)

    assert led(causes, "out", "2") == {
        "organ@2", "organ/total@2", "organ/add@2", "organ/x@2", "organ/add@0", "organ/x@0",
        "door@2", "count@2", "count@1", "count@0",
    }  # fmt: skip
    assert root(causes, "out", "1") == ("route", "door@1")
    assert causes.undecided("organ/add", "1").kind == "frozen"
    assert causes.undecided("organ/add", "1").decided_by == causes.firing("door", "1")


def test_a_region_that_failed_leads_to_the_firing_that_failed_it(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  b: {type: toy.number, value: 5}
  work: {type: flow.subgraph, graph: body, on_error: route}
  told: {type: toy.echo}
  never: {type: toy.echo}
edges:
  - a.out -> work.x
  - b.out -> work.y
  - work.error -> told.value
  - work.out -> never.value
graphs:
  body:
    nodes:
      x: {type: flow.input}
      y: {type: flow.input}
      bad: {type: toy.fail, modulus: 1}
      fine: {type: toy.echo}
      out: {type: flow.output}
    edges:
      - x.value -> bad.value
      - y.value -> fine.value
      - fine.out -> out.value
""")

    assert led(causes, "told") == {"work@0", "work/bad@0.0", "work/x@0.0", "a@0"}
    assert root(causes, "never") == ("failed", "work/bad@0.0")


def test_of_a_region_tried_again_the_last_attempt_gave_the_output(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  work: {type: flow.subgraph, graph: body, retries: 2}
edges:
  - a.out -> work.x
graphs:
  body:
    nodes:
      x: {type: flow.input}
      early: {type: toy.echo}
      shaky: {type: toy.ask}
      out: {type: flow.output}
    edges:
      - x.value -> early.value
      - early.done -> shaky.when
      - shaky.text -> out.value
""", model=Scripted([{"error": "malformed"}, "fine"]))  # fmt: skip

    attempts = causes.firings("work/shaky", "0.0")
    assert [one.status for one in attempts] == ["error", "ok"]
    found = causes.ancestors(causes.firing("work", "0")).firings
    assert [one.id in found for one in attempts] == [False, True]
    assert [one.id in found for one in causes.firings("work/early", "0.0")] == [False, True]
