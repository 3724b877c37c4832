"""Causes through stores: a value read comes from its last write, and from no other."""

from __future__ import annotations

import pytest

from tests.replay.causes.conftest import Recorded, led, place, why


def test_a_key_comes_from_its_last_write_and_from_no_other_key(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 1}
  b: {type: toy.number, value: 2}
  c: {type: toy.number, value: 3}
  old: {type: store.set, store: facts, key: x}
  new: {type: store.set, store: facts, key: x}
  other: {type: store.set, store: facts, key: y}
  read: {type: store.get, store: facts, key: x}
  late: {type: store.set, store: facts, key: x}
  all: {type: store.keys, store: facts}
edges:
  - a.out -> old.value
  - b.out -> new.value
  - c.out -> other.value
  - c.out -> late.value
stores:
  facts: {type: kv}
""")

    assert led(causes, "read") == {"new@0", "b@0"}
    assert led(causes, "all") == {"late@0", "other@0", "c@0"}
    assert led(causes, "new") == {"b@0"}, "who writes a key is told nothing"
    down = {place(causes, id) for id in causes.descendants(causes.firing("old", "0")).firings}
    assert down == {"old@0"}, "what was overwritten led to nothing"


def test_a_taken_value_comes_from_who_put_it_in_and_who_took_those_before(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 1}
  b: {type: toy.number, value: 2}
  put: {type: queue.push, store: tasks}
  more: {type: queue.push, store: tasks}
  one: {type: queue.pop, store: tasks}
  two: {type: queue.pop, store: tasks}
  three: {type: queue.pop, store: tasks}
edges:
  - a.out -> put.value
  - b.out -> more.value
stores:
  tasks: {type: queue}
""")

    assert led(causes, "one") == {"put@0", "a@0"}
    assert led(causes, "two") == {"more@0", "b@0", "put@0", "a@0", "one@0"}
    assert {edge[1] for edge in why(causes, "three")} == {"two@0"}, "who took the last left it empty"


def test_a_list_comes_from_its_content_and_a_length_from_the_one_before(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 1}
  b: {type: toy.number, value: 2}
  c: {type: toy.number, value: 3}
  first: {type: store.append, store: log}
  wipe: {type: store.clear, store: log}
  second: {type: store.append, store: log}
  third: {type: store.append, store: log}
  read: {type: store.items, store: log}
  newest: {type: store.items, store: log, last: 1}
edges:
  - a.out -> first.value
  - b.out -> second.value
  - c.out -> third.value
stores:
  log: {type: list}
""")

    assert {edge[1] for edge in why(causes, "read")} == {"second@0", "third@0", "wipe@0"}
    assert led(causes, "read") == {"second@0", "third@0", "wipe@0", "b@0", "c@0"}
    assert {edge[1] for edge in why(causes, "newest")} == {"third@0", "wipe@0"}
    assert {edge[1] for edge in why(causes, "third")} == {"c@0", "second@0"}
    assert {edge[1] for edge in why(causes, "second")} == {"b@0", "wipe@0"}


NOTES = """
nodes:
  base: {type: toy.number, value: 6}
  before: {type: store.append, store: log}
  items: {type: toy.subset}
  work: {type: flow.map, graph: each, sequential: SEQUENTIAL}
  read: {type: store.items, store: log}
edges:
  - base.out -> before.value
  - base.out -> items.value
  - items.items -> work.items
stores:
  log: {type: list}
graphs:
  each:
    nodes:
      item: {type: flow.input}
      index: {type: flow.input}
      note: {type: store.append, store: log}
      seen: {type: store.items, store: log}
      out: {type: flow.output}
    edges:
      - index.value -> note.value
      - seen.items -> out.value
"""


@pytest.mark.parametrize("sequential", [False, True])
def test_an_item_sees_what_was_there_and_its_own_writes(record: Recorded, sequential: bool) -> None:
    causes = record(NOTES.replace("SEQUENTIAL", str(sequential).lower()))

    writers = {edge[1] for edge in why(causes, "work/1/seen", "0.0")}
    others = {"work/0/note@0.0"} if sequential else set()
    assert writers == {"before@0", "work/1/note@0.0", *others}
    after = {edge[1] for edge in why(causes, "read")}
    count = len(causes.value(causes.firing("items", "0"), "items"))
    assert after == {"before@0", *(f"work/{n}/note@0.0" for n in range(count))}


def test_a_store_of_a_region_is_another_one_in_each_execution(record: Recorded) -> None:
    causes = record("""
nodes:
  count: {type: toy.add, plus: 1}
  work: {type: flow.subgraph, graph: body}
edges:
  - count.out ~> count.a: {initial: 0}
  - count.out -> work.x
max_ticks: 3
graphs:
  body:
    nodes:
      x: {type: flow.input}
      note: {type: store.append, store: log}
      seen: {type: store.items, store: log}
      out: {type: flow.output}
    edges:
      - x.value -> note.value
      - seen.items -> out.value
    stores:
      log: {type: list}
""")

    assert {edge[1] for edge in why(causes, "work/seen", "1.0")} == {"work/note@1.0"}
