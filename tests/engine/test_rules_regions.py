"""Rules 2.6 and 2.7: subgraphs, organs, maps and populations, and the identity of what fires in them."""

from __future__ import annotations

from typing import Any

import pytest

from studio.graph import Graph
from tests.engine.players import Play, causes, ticks
from tests.support.toys import latencies, shuffled

OUTER = """
nodes:
  n: {type: toy.add, plus: 1}
  door: {type: toy.parity}
  region: REGION
  y: {type: flow.output, collect: true}
edges:
  - n.out ~> n.a: {initial: -1}
  - n.out -> door.value
  - EDGES
max_ticks: 4
graphs:
  body:
    nodes:
      BODY
"""


def outer(region: str, edges: list[str], body: str) -> Graph:
    """A counter 0, 1, 2, 3 with doors, and a region node over `body` (nodes, then `edges:` and its wires)."""
    text = OUTER.replace("REGION", region).replace("EDGES", "\n  - ".join(edges))
    return Graph.from_text(
        text.replace("BODY", body.strip().replace("\n", "\n      ").replace("      edges:", "    edges:"))
    )


SUM = """
x: {type: flow.input}
sum: {type: toy.add}
y: {type: flow.output}
edges:
- sum.out ~> sum.a: {initial: 10}
- x.value -> sum.b
- sum.out -> y.value
"""


def test_registers_of_an_own_clock_body_start_anew_each_time(play: Play) -> None:
    graph = outer("{type: flow.subgraph, graph: body}", ["n.out -> region.x", "region.y -> y.value"], SUM)
    graph.graphs["body"].max_ticks = 2

    got = play(graph)

    assert got.outputs == {"y": [10, 12, 14, 16]}
    assert ticks(got, "region/sum") == [f"{t}.{i}" for t in range(4) for i in range(2)]


def test_registers_of_an_organ_are_kept_and_it_ticks_with_its_region(play: Play) -> None:
    got = play(
        outer("{type: flow.subgraph, graph: body, clock: shared}", ["n.out -> region.x", "region.y -> y.value"], SUM)
    )

    assert got.outputs == {"y": [10, 11, 13, 16]}
    assert ticks(got, "region/sum") == ["0", "1", "2", "3"]


def test_an_own_clock_region_is_skipped_when_a_required_input_is_absent(play: Play) -> None:
    graph = outer("{type: flow.subgraph, graph: body}", ["door.even -> region.x", "region.y -> y.value"], SUM)
    graph.graphs["body"].max_ticks = 1

    got = play(graph)

    assert ticks(got, "region", "skipped") == ["1", "3"]
    assert causes(got, "region") == ["route", "route"]


def test_an_own_clock_input_with_a_default_needs_nothing(play: Play) -> None:
    graph = outer(
        "{type: flow.subgraph, graph: body}",
        ["door.even -> region.x", "region.y -> y.value"],
        SUM.replace("{type: flow.input}", "{type: flow.input, value: 500}"),
    )
    graph.graphs["body"].max_ticks = 1

    assert play(graph).outputs == {"y": [10, 510, 12, 510]}


MEMORY = """
x: {type: flow.input}
z: {type: flow.input, value: 7}
needs: {type: toy.add}
alive: {type: toy.add, plus: 1}
y: {type: flow.output}
edges:
- x.value -> needs.a
- z.value -> needs.b
- alive.out ~> alive.a: {initial: 0}
- needs.out -> y.value
"""


def test_absent_data_enters_an_organ_as_absence_and_skips_only_what_needs_it(play: Play) -> None:
    got = play(
        outer(
            "{type: flow.subgraph, graph: body, clock: shared}",
            ["door.even -> region.x", "region.y -> y.value"],
            MEMORY,
        )
    )

    assert ticks(got, "region") == ["0", "1", "2", "3"]
    assert ticks(got, "region/alive") == ["0", "1", "2", "3"]
    assert causes(got, "region/needs") == ["route", "route"]
    assert got.outputs == {"y": [7, 9]}


def test_an_unwired_input_of_an_organ_has_its_default_and_a_wired_one_has_not(play: Play) -> None:
    got = play(
        outer(
            "{type: flow.subgraph, graph: body, clock: shared}",
            ["n.out -> region.x", "door.odd -> region.z", "region.y -> y.value"],
            MEMORY.replace("toy.add}\nalive", "toy.mix}\nalive"),
        )
    )

    assert causes(got, "region/z") == ["route", "route"]
    assert ticks(got, "region/needs") == ["0", "1", "2", "3"]
    assert len(set(got.outputs["y"])) == 4


@pytest.mark.parametrize("when", ["door.even -> region.when", "door.always -> region.when"])
def test_a_closed_when_freezes_an_organ_with_the_feedback_that_waits_in_it(play: Play, when: str) -> None:
    graph = outer(
        "{type: flow.subgraph, graph: body, clock: shared}",
        ["n.out -> region.x", when, "region.y -> y.value"],
        SUM,
    )
    if "always" in when:  # a number opens, whatever it is
        assert play(graph).outputs == {"y": [10, 11, 13, 16]}
    else:
        assert play(graph).outputs == {"y": [10, 12]}
        assert ticks(play(graph), "region", "skipped") == ["1", "3"]


def test_a_steady_node_in_a_body_that_begins_late_fires_at_the_bodys_first_tick(play: Play) -> None:
    got = play(
        outer(
            "{type: flow.subgraph, graph: body, clock: shared}",
            ["n.out -> region.x", "door.odd -> region.when", "region.y -> y.value"],
            """
x: {type: flow.input}
base: {type: toy.number, value: 100}
sum: {type: toy.add}
y: {type: flow.output}
edges:
- x.value -> sum.a
- base.out -> sum.b
- sum.out ~> y.value: {initial: 1}
""",
        )
    )

    assert ticks(got, "region/base") == ["1"]
    assert got.outputs == {"y": [1, 101]}


FAILING = """
x: {type: flow.input}
fail: {type: toy.fail, modulus: 2, remainder: 1}
y: {type: flow.output}
edges:
- x.value -> fail.value
- fail.out -> y.value
"""


@pytest.mark.parametrize("clock", ["own", "shared"])
def test_an_error_in_a_body_is_the_error_of_its_region_node(play: Play, clock: str) -> None:
    edges = ["n.out -> region.x", "region.y -> y.value"]
    got = play(outer(f"{{type: flow.subgraph, graph: body, clock: {clock}}}", edges, FAILING))

    assert got.status == "failed"
    assert got.failure is not None
    assert got.failure.node == "region/fail"
    assert ticks(got, "region") == ["0"]
    assert ticks(got, "region", "error") == ["1"]


def test_an_own_clock_body_that_failed_once_runs_again(play: Play) -> None:
    got = play(
        outer(
            "{type: flow.subgraph, graph: body, on_error: skip}", ["n.out -> region.x", "region.y -> y.value"], FAILING
        )
    )

    assert got.status == "ok"
    assert got.outputs == {"y": [0, 2]}


# -- maps -----------------------------------------------------------------------------------------

MAP = """
nodes:
  list: {type: flow.input, value: [1, 2, 3]}
  extra: {type: flow.input, value: 100}
  work: {type: flow.map, graph: body, KEYS}
  y: {type: flow.output}
  z: {type: flow.output}
edges:
  - list.value -> work.items
  - work.y -> y.value
  - work.z -> z.value
  - EDGE
graphs:
  body:
    nodes:
      item: {type: flow.input}
      index: {type: flow.input}
      extra: {type: flow.input, value: 0}
      fail: {type: toy.fail, modulus: MODULUS}
      door: {type: toy.parity}
      sum: {type: toy.mix}
      y: {type: flow.output}
      z: {type: flow.output}
    edges:
      - item.value -> fail.value
      - fail.out -> door.value
      - fail.out -> sum.a
      - index.value -> sum.b
      - extra.value -> sum.c
      - door.odd -> y.value
      - sum.out -> z.value
"""


def mapping(keys: str = "concurrency: 2", edge: str = "list.done -> work.when", modulus: int = 999) -> Graph:
    return Graph.from_text(MAP.replace("KEYS", keys).replace("EDGE", edge).replace("MODULUS", str(modulus)))


def test_a_map_gives_null_where_an_item_gives_nothing_so_that_lists_stay_aligned(play: Play) -> None:
    with latencies(lambda node, tick: 9 if node.startswith("work/0") else 0):
        got = play(mapping())

    assert got.outputs["y"] == [1, None, 3]
    assert len(got.outputs["z"]) == 3
    assert ticks(got, "work/1/sum") == ["0.0"]


def test_a_map_over_nothing_gives_empty_lists(play: Play) -> None:
    got = play(mapping(), list=[])

    assert got.outputs == {"y": [], "z": []}
    assert ticks(got, "work") == ["0"]


@pytest.mark.parametrize(("choice", "expected"), [("skip", [1, 3]), ("null", [1, None, 3]), ("fail", None)])
def test_an_item_that_fails_fails_the_map_or_is_dropped_or_null(
    play: Play, choice: str, expected: list[int | None] | None
) -> None:
    got = play(mapping(f"on_item_error: {choice}", modulus=2))

    assert got.status == ("ok" if expected else "failed")
    if expected is None:
        assert got.failure is not None
        assert got.failure.node == "work/1/fail"
    else:
        assert got.outputs["y"] == expected
        assert len(got.outputs["z"]) == len(expected)


@pytest.mark.parametrize(
    ("keys", "value", "same"),
    [
        ("concurrency: 4", 100, [100, 100, 100]),
        ("each: [extra]", [7, 8, 9], [7, 8, 9]),
        ("each: [extra]", [7, 8], [7, 8, 0]),
        ("each: [extra], key: k", {"1": 7, "3": 9}, [7, 0, 9]),
    ],
)
def test_other_inputs_are_broadcast_or_split_by_index_or_key(
    play: Play, keys: str, value: Any, same: list[int]
) -> None:
    got = play(mapping(keys, "extra.value -> work.extra"), extra=value)
    one_by_one = [
        play(mapping("concurrency: 1", "extra.value -> work.extra"), extra=extra).outputs["z"][i]
        for i, extra in enumerate(same)
    ]

    assert got.outputs["z"] == one_by_one


def test_an_item_without_an_entry_that_it_needs_does_not_run_and_gives_null(play: Play) -> None:
    graph = mapping("each: [extra]", "extra.value -> work.extra")
    del graph.graphs["body"].nodes["extra"].params["value"]

    got = play(graph, extra=[7, 8])

    assert got.outputs["y"] == [1, None, None]
    assert got.outputs["z"][2] is None
    assert not [f for f in got.outline if f.path.startswith("work/2/")]


@pytest.mark.parametrize("concurrency", [1, 2, 64])
@pytest.mark.parametrize("seed", [1, 2])
def test_concurrency_never_changes_what_a_map_does(play: Play, concurrency: int, seed: int) -> None:
    expected = play(mapping("concurrency: 3"))
    with latencies(shuffled(seed)):
        got = play(mapping(f"concurrency: {concurrency}"))

    assert (got.outputs, got.outline) == (expected.outputs, expected.outline)


POPULATION = """
nodes:
  turns: {type: toy.replies, fires: every_tick, replies: TURNS}
  town: {type: flow.map, graph: body, clock: shared, key: name}
  y: {type: flow.output, collect: true}
edges:
  - turns.out -> town.items
  - town.y -> y.value
until: stop
max_ticks: 4
graphs:
  body:
    nodes:
      item: {type: flow.input}
      age: {type: toy.add, plus: 1}
      first: {type: toy.number, value: 5}
      y: {type: flow.output}
    edges:
      - age.out ~> age.a: {initial: 0}
      - age.out -> y.value
"""


def test_a_new_key_starts_at_its_initial_values_and_a_missing_one_is_frozen(play: Play) -> None:
    got = play(Graph.from_text(POPULATION.replace("TURNS", "[[a, b], [b], [b, c], [c, a]]")))

    assert got.outputs == {"y": [[1, 1], [2], [3, 1], [2, 2]]}
    assert ticks(got, "town/a/age") == ["0", "3"]
    assert ticks(got, "town/c/first") == ["2"]
    assert ticks(got, "town/a/item") == ["0", "3"]


def test_a_population_takes_its_keys_from_a_field_of_the_items(play: Play) -> None:
    got = play(Graph.from_text(POPULATION.replace("TURNS", "[[{name: a}, {name: b}], [{name: b}]]")))

    assert got.outputs == {"y": [[1, 1], [2], [3], [4]]}
    assert ticks(got, "town/b/age") == ["0", "1", "2", "3"]


def test_two_items_of_one_key_in_one_tick_are_an_error(play: Play) -> None:
    got = play(Graph.from_text(POPULATION.replace("TURNS", "[[a, a]]")))

    assert got.status == "failed"
    assert got.failure is not None
    assert got.failure.node == "town"


def test_a_graph_may_contain_itself_and_ends_where_its_recursion_does(play: Play) -> None:
    got = play(Graph.from_text(RECURSIVE.replace("DEPTH", "3")))

    assert got.outputs == {"y": 6}
    assert ticks(got, "go/again/again/again/x") == ["0.0.0.0.0"]


def test_a_graph_that_contains_itself_without_end_fails_at_depth_16(play: Play) -> None:
    got = play(Graph.from_text(RECURSIVE.replace("DEPTH", "99")))

    assert got.status == "failed"
    assert max(f.path.count("/") for f in got.outline) == 16


RECURSIVE = """
nodes:
  start: {type: toy.number, value: DEPTH}
  go: {type: flow.subgraph, graph: down}
  y: {type: flow.output}
edges:
  - start.out -> go.x
  - go.y -> y.value
graphs:
  down:
    nodes:
      x: {type: flow.input}
      more: {type: toy.at_least, limit: 1}
      less: {type: toy.add, plus: -1}
      again: {type: flow.subgraph, graph: down}
      sum: {type: toy.add}
      none: {type: toy.number, value: 0}
      y: {type: flow.output}
    edges:
      - x.value -> more.value
      - x.value -> less.a
      - less.out -> again.x
      - more.yes -> again.when
      - again.y -> sum.b
      - none.out -> sum.b
      - x.value -> sum.a
      - sum.out -> y.value
"""


# -- identity -------------------------------------------------------------------------------------


def test_the_outline_goes_depth_first_and_a_region_node_comes_after_its_body(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  work: {type: flow.map, graph: body}
  items: {type: flow.input, value: [a, b]}
  last: {type: toy.number}
edges:
  - items.value -> work.items
graphs:
  body:
    nodes:
      again: {type: toy.add, plus: 1}
      use: {type: toy.echo}
    edges:
      - again.out ~> again.a: {initial: 0}
      - again.out -> use.value
    max_ticks: 2
""")
    )

    assert [(f.path, f.tick) for f in got.outline] == [
        ("items", "0"),
        ("work/0/again", "0.0"), ("work/0/use", "0.0"), ("work/0/again", "0.1"), ("work/0/use", "0.1"),
        ("work/1/again", "0.0"), ("work/1/use", "0.0"), ("work/1/again", "0.1"), ("work/1/use", "0.1"),
        ("work", "0"),
        ("last", "0"),
    ]  # fmt: skip


def test_plan_order_is_topological_with_ties_by_the_order_in_the_file(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  late: {type: toy.echo}
  b: {type: toy.number}
  a: {type: toy.number}
  early: {type: toy.echo}
edges:
  - a.out -> late.value
  - b.out -> early.value
""")
    )

    assert [f.path for f in got.outline] == ["b", "a", "late", "early"]
