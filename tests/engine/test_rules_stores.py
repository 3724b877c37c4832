"""Rule 2.9: uses of a store run in plan order; a map's items see a snapshot and write in item order; scopes."""

from __future__ import annotations

import pytest

from studio.graph import Graph
from tests.engine.players import Play, ticks, values
from tests.support.toys import latencies, shuffled

SLOW_FIRST = {"first": 9, "second": 5, "third": 1, "reader": 0}


def test_uses_of_one_store_run_in_plan_order_whatever_their_latency(play: Play) -> None:
    graph = Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  two: {type: toy.number, value: 2}
  early: {type: toy.notes, store: log}
  first: {type: toy.note, store: log}
  second: {type: toy.note, store: log}
  reader: {type: toy.notes, store: log}
  third: {type: toy.note, store: log}
edges:
  - one.out -> first.value
  - two.out -> second.value
  - one.out -> third.value
stores:
  log: {type: list}
""")
    with latencies(lambda node, tick: SLOW_FIRST.get(node, 3)):
        got = play(graph)

    assert values(got, "early", "all") == [[]]
    assert values(got, "reader", "all") == [[1, 2]]
    assert values(got, "third") == [3]


def test_a_store_makes_its_users_live_and_a_later_tick_sees_what_an_earlier_one_wrote(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  n: {type: toy.add, plus: 1}
  reader: {type: toy.notes, store: log}
  writer: {type: toy.note, store: log}
edges:
  - n.out ~> n.a: {initial: 0}
  - one.out -> writer.value
stores:
  log: {type: list, items: [7]}
max_ticks: 3
""")
    )

    assert values(got, "reader", "all") == [[7], [7, 1], [7, 1, 1]]


def test_an_own_clock_region_counts_as_one_use_of_each_outside_store_its_body_uses(play: Play) -> None:
    graph = Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  before: {type: toy.notes, store: log}
  work: {type: flow.subgraph, graph: work}
  after: {type: toy.notes, store: log}
edges:
  - one.out -> work.x
stores:
  log: {type: list}
graphs:
  work:
    nodes:
      x: {type: flow.input}
      again: {type: toy.add, plus: 1}
      write: {type: toy.note, store: log}
    edges:
      - again.out ~> again.a: {initial: 0}
      - again.out -> write.value
    max_ticks: 3
""")
    with latencies(lambda node, tick: 9 if node.startswith("work") else 0):
        got = play(graph)

    assert values(got, "before", "all") == [[]]
    assert values(got, "after", "all") == [[1, 2, 3]]


def test_a_shared_body_uses_a_store_as_if_it_were_inlined(play: Play) -> None:
    graph = Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  before: {type: toy.note, store: log}
  organ: {type: flow.subgraph, graph: organ, clock: shared}
  after: {type: toy.notes, store: log}
  last: {type: toy.note, store: log}
edges:
  - one.out -> before.value
  - one.out -> organ.x
  - one.out -> last.value
stores:
  log: {type: list}
max_ticks: 2
until: stop
graphs:
  organ:
    nodes:
      x: {type: flow.input}
      see: {type: toy.notes, store: log}
      two: {type: toy.number, value: 2}
      write: {type: toy.note, store: log}
    edges:
      - two.out -> write.value
""")
    with latencies(lambda node, tick: {"before": 7, "organ/write": 9, "organ/see": 3}.get(node, 0)):
        got = play(graph)

    assert values(got, "organ/see", "all") == [[1], [1, 2, 1, 1]]
    assert values(got, "after", "all") == [[1, 2], [1, 2, 1, 1, 2]]


MAP = """
nodes:
  tasks: {type: flow.input, value: [5, 6, 7]}
  before: {type: toy.note, store: log}
  work: {type: flow.map, graph: work, concurrency: CONCURRENCY, sequential: SEQUENTIAL}
  after: {type: toy.notes, store: log}
  seen: {type: flow.output}
  end: {type: flow.output}
edges:
  - tasks.value -> before.value
  - tasks.value -> work.items
  - work.seen -> seen.value
  - work.done -> after.after
  - after.all -> end.value
stores:
  log: {type: list}
graphs:
  work:
    nodes:
      item: {type: flow.input}
      write: {type: toy.note, store: log}
      read: {type: toy.notes, store: log}
      seen: {type: flow.output}
    edges:
      - item.value -> write.value
      - write.done -> read.after
      - read.all -> seen.value
"""


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("seed", range(5))
def test_items_of_a_map_see_a_snapshot_and_their_own_writes_only(play: Play, concurrency: int, seed: int) -> None:
    text = MAP.replace("CONCURRENCY", str(concurrency)).replace("SEQUENTIAL", "false")
    with latencies(shuffled(seed)):
        got = play(Graph.from_text(text))

    start = [[5, 6, 7]]
    assert got.outputs == {"seen": [[*start, 5], [*start, 6], [*start, 7]], "end": [*start, 5, 6, 7]}


def test_items_of_a_sequential_map_see_what_those_before_them_wrote(play: Play) -> None:
    text = MAP.replace("CONCURRENCY", "3").replace("SEQUENTIAL", "true")
    with latencies(shuffled(3)):
        got = play(Graph.from_text(text))

    start = [[5, 6, 7]]
    assert got.outputs["seen"] == [[*start, 5], [*start, 5, 6], [*start, 5, 6, 7]]


TAKING = """
nodes:
  tasks: {type: flow.input, value: [1, 2, 3]}
  work: {type: flow.map, graph: work, sequential: true}
  out: {type: flow.output}
edges:
  - tasks.value -> work.items
  - work.out -> out.value
stores:
  queue: {type: queue, items: [a, b]}
graphs:
  work:
    nodes:
      take: {type: toy.take, store: queue}
      out: {type: flow.output}
    edges:
      - take.out -> out.value
"""


def test_a_sequential_map_may_take(play: Play) -> None:
    got = play(Graph.from_text(TAKING))

    assert got.outputs == {"out": ["a", "b", None]}


def test_a_store_of_scope_region_begins_anew_with_each_execution_and_one_of_scope_run_goes_on(play: Play) -> None:
    text = """
nodes:
  n: {type: toy.add, plus: 1}
  work: {type: flow.subgraph, graph: work}
  seen: {type: flow.output, collect: true}
edges:
  - n.out ~> n.a: {initial: 0}
  - n.out -> work.x
  - work.seen -> seen.value
max_ticks: 3
graphs:
  work:
    nodes:
      x: {type: flow.input}
      write: {type: toy.note, store: log}
      read: {type: toy.notes, store: log}
      seen: {type: flow.output}
    edges:
      - x.value -> write.value
      - read.all -> seen.value
    stores:
      log: {type: list, scope: SCOPE}
"""
    region = play(Graph.from_text(text.replace("SCOPE", "region")))
    whole = play(Graph.from_text(text.replace("SCOPE", "run")))

    assert region.outputs == {"seen": [[1], [2], [3]]}
    assert whole.outputs == {"seen": [[1], [1, 2], [1, 2, 3]]}


def test_a_keyed_item_keeps_its_store_and_shares_it_with_nobody(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  n: {type: toy.add, plus: 1}
  people: {type: flow.input, value: [a, b]}
  town: {type: flow.map, graph: person, clock: shared, key: name}
  seen: {type: flow.output, collect: true}
edges:
  - n.out ~> n.a: {initial: 0}
  - people.value -> town.items
  - n.out -> town.x
  - town.seen -> seen.value
max_ticks: 2
graphs:
  person:
    nodes:
      x: {type: flow.input}
      write: {type: toy.note, store: log}
      read: {type: toy.notes, store: log}
      seen: {type: flow.output}
    edges:
      - x.value -> write.value
      - read.all -> seen.value
    stores:
      log: {type: list}
""")
    )

    assert got.outputs == {"seen": [[[1], [1]], [[1, 2], [1, 2]]]}


QUEUE_LOOP = """
nodes:
  pop: {type: toy.take, store: tasks}
  execute: {type: toy.echo}
  left: {type: toy.shorter}
  set: {type: toy.refill, store: tasks}
  stop: {type: flow.stop}
edges:
  - pop.out -> execute.value
  - execute.out -> left.left
  - left.tasks -> set.values
  - pop.empty -> stop.when
  - EXTRA
stores:
  tasks: {type: queue, items: [3]}
"""


def test_04_a_loop_through_a_store_alone_is_quiet_after_one_tick(play: Play) -> None:
    got = play(Graph.from_text(QUEUE_LOOP.replace("  - EXTRA\n", "")))

    assert (got.ended, ticks(got, "execute")) == ("quiet", ["0"])


@pytest.mark.parametrize("arrow", [False, True])
def test_04_until_stop_or_an_arrow_lets_it_run_until_the_queue_is_empty(play: Play, arrow: bool) -> None:
    if arrow:
        text = QUEUE_LOOP.replace("- EXTRA", "- set.done ~> pop.when: {initial: true}")
    else:
        text = QUEUE_LOOP.replace("  - EXTRA\n", "") + "until: stop\n"

    got = play(Graph.from_text(text))

    assert (got.status, got.ended) == ("ok", "stop")
    assert (ticks(got, "execute"), ticks(got, "stop")) == (["0", "1", "2"], ["3"])
    assert values(got, "execute") == [3, 2, 1]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_14_a_map_that_appends_to_an_outer_store_has_one_result_whatever_the_latencies(
    play: Play, concurrency: int
) -> None:
    graph = Graph.from_text(f"""
nodes:
  tasks: {{type: flow.input, value: [5, 6, 7]}}
  work: {{type: flow.map, graph: work, concurrency: {concurrency}}}
  read: {{type: toy.notes, store: log}}
  odd: {{type: flow.output}}
  log: {{type: flow.output}}
edges:
  - tasks.value -> work.items
  - work.odd -> odd.value
  - work.done -> read.after
  - read.all -> log.value
stores:
  log: {{type: list, items: [0]}}
graphs:
  work:
    nodes:
      item: {{type: flow.input}}
      door: {{type: toy.parity}}
      write: {{type: toy.note, store: log}}
      again: {{type: toy.note, store: log}}
      odd: {{type: flow.output}}
    edges:
      - item.value -> door.value
      - item.value -> write.value
      - write.out -> again.value
      - door.odd -> odd.value
""")
    outlines = []
    for seed in range(20):
        with latencies(shuffled(seed)):
            got = play(graph)
        outlines.append(got.outline)

        assert got.outputs == {"odd": [5, None, 7], "log": [0, 5, 2, 6, 2, 7, 2]}

    assert all(outline == outlines[0] for outline in outlines)
