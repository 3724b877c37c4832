"""What goes wrong in other builders (design section 2, first paragraph), each as a test by its name."""

from __future__ import annotations

import pytest

from studio.graph import Graph
from tests.engine.players import Play, by_engine, ticks, values
from tests.support.toys import latencies, shuffled


@pytest.mark.parametrize("seed", range(4))
def test_joins_never_mix_iterations_however_late_one_branch_is(play: Play, seed: int) -> None:
    graph = Graph.from_text("""
nodes:
  n: {type: toy.add, plus: 1}
  long1: {type: toy.echo}
  long2: {type: toy.echo}
  short: {type: toy.echo}
  inner: {type: flow.subgraph, graph: inner}
  join: {type: toy.gather}
edges:
  - n.out ~> n.a: {initial: 0}
  - n.out -> long1.value
  - long1.out -> long2.value
  - n.out -> short.value
  - n.out -> inner.x
  - long2.out -> join.parts
  - short.out -> join.parts
  - inner.y -> join.parts
max_ticks: 6
graphs:
  inner:
    nodes:
      x: {type: flow.input}
      slow: {type: toy.echo}
      y: {type: flow.output}
    edges:
      - x.value -> slow.value
      - slow.out -> y.value
""")
    with latencies(shuffled(seed, 20)):
        got = play(graph)

    assert values(got, "join", "all") == [[n, n, n] for n in range(1, 7)]


def test_no_item_vanishes_whatever_happens_to_its_neighbours(play: Play) -> None:
    graph = Graph.from_text("""
nodes:
  items: {type: flow.input, value: [1, 2, 3, 4, 5, 6, 7]}
  work: {type: flow.map, graph: work, concurrency: 3, on_item_error: 'null'}
  y: {type: flow.output}
  seen: {type: flow.output}
edges:
  - items.value -> work.items
  - work.y -> y.value
  - work.seen -> seen.value
graphs:
  work:
    nodes:
      item: {type: flow.input}
      fail: {type: toy.fail, modulus: 3, remainder: 2}
      door: {type: toy.parity}
      y: {type: flow.output}
      seen: {type: flow.output}
    edges:
      - item.value -> fail.value
      - fail.out -> door.value
      - door.odd -> y.value
      - fail.out -> seen.value
""")
    with latencies(shuffled(3, 15)):
        got = play(graph)

    assert got.outputs == {"y": [1, None, 3, None, None, None, 7], "seen": [1, None, 3, 4, None, 6, 7]}


def test_a_leaf_of_a_loop_fires_in_every_turn_of_it(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  n: {type: toy.add, plus: 1}
  constant: {type: toy.number, value: 10}
  leaf: {type: toy.add}
  told: {type: toy.tool}
  y: {type: flow.output, collect: true}
edges:
  - n.out ~> n.a: {initial: 0}
  - n.out -> leaf.a
  - constant.out -> leaf.b
  - leaf.out -> told.value
  - leaf.out -> y.value
max_ticks: 5
""")
    )

    assert ticks(got, "leaf") == ticks(got, "told") == ["0", "1", "2", "3", "4"]
    assert got.outputs == {"y": [11, 12, 13, 14, 15]}


def test_parallel_branches_do_not_run_one_after_the_other() -> None:
    graph = Graph("fan")
    graph.add("toy.number", "start")
    for branch in range(5):
        graph.add("toy.echo", f"a{branch}")
        graph.add("toy.echo", f"b{branch}")
        graph.connect("start.out", f"a{branch}.value")
        graph.connect(f"a{branch}.out", f"b{branch}.value")

    with latencies(lambda node, tick: 6 if node != "start" else 0) as turns:
        got = by_engine(graph)

    assert got.status == "ok"
    assert turns.most_waiting == 5


@pytest.mark.parametrize("take", ["first_present", "first_arrival", "all"])
def test_a_merge_fires_in_every_turn_though_only_one_branch_is_ever_taken(play: Play, take: str) -> None:
    got = play(
        Graph.from_text(f"""
nodes:
  n: {{type: toy.add, plus: 1}}
  door: {{type: toy.parity}}
  even: {{type: toy.echo}}
  odd: {{type: toy.echo}}
  merge: {{type: flow.merge, take: {take}}}
edges:
  - n.out ~> n.a: {{initial: 0}}
  - n.out -> door.value
  - door.even -> even.value
  - door.odd -> odd.value
  - even.out -> merge.value
  - odd.out -> merge.value
max_ticks: 4
""")
    )

    expected = [1, 2, 3, 4]
    assert values(got, "merge", "value") == ([[n] for n in expected] if take == "all" else expected)


def test_a_diamond_fires_its_bottom_once(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  top: {type: toy.tool}
  left: {type: toy.echo}
  right: {type: toy.echo}
  bottom: {type: toy.gather}
edges:
  - top.done -> left.value
  - top.done -> right.value
  - left.out -> bottom.parts
  - right.out -> bottom.parts
""")
    )

    assert ticks(got, "bottom") == ["0"]
    assert values(got, "bottom", "all") == [[True, True]]
