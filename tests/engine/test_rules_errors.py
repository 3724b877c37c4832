"""Rules 2.11 and 2.13: what an error does, retries, and nodes knocked out."""

from __future__ import annotations

import asyncio

import pytest

from studio.graph import Graph
from tests.engine.players import Play, Services, by_engine, causes, run_logged, ticks, values
from tests.support.toys import latencies

GRAPH = """
nodes:
  n: {type: toy.add, plus: 1}
  it: {type: toy.fail, modulus: 2, remainder: 1, KEYS}
  user: {type: toy.echo}
  after: {type: toy.number, fires: every_tick}
  told: {type: toy.echo}
edges:
  - n.out ~> n.a: {initial: -1}
  - n.out -> it.value
  - it.out -> user.value
  - it.done -> after.when
  - it.error -> told.value
max_ticks: 4
"""


def failing(keys: str) -> Graph:
    """A node that fails at the odd ones of 0, 1, 2, 3, with users of its output, of `done` and of `error`."""
    text = GRAPH.replace("KEYS", keys)
    if "route" not in keys:
        text = text.replace("  - it.error -> told.value\n", "").replace("  told: {type: toy.echo}\n", "")
    return Graph.from_text(text)


def test_fail_fails_the_region_and_so_the_run(play: Play) -> None:
    got = play(failing("on_error: fail"))

    assert (got.status, got.ended) == ("failed", "error")
    assert got.failure is not None
    assert (got.failure.node, got.failure.tick, got.failure.code) == ("it", "1", "unwanted")
    assert ticks(got, "user") == ["0"]
    assert ticks(got, "it", "error") == ["1"]


def test_skip_leaves_the_outputs_absent_with_the_error_as_reason(play: Play) -> None:
    got = play(failing("on_error: skip"))

    assert got.status == "ok"
    assert values(got, "user") == [0, 2]
    assert causes(got, "user") == ["failed", "failed"]
    assert ticks(got, "after") == ["0", "2"]


def test_default_gives_the_values_named_and_counts_as_done(play: Play) -> None:
    got = play(failing("on_error: default, default: {out: 50}"))

    assert values(got, "user") == [0, 50, 2, 50]
    assert ticks(got, "after") == ["0", "1", "2", "3"]
    assert ticks(got, "it", "error") == ["1", "3"]


def test_route_gives_the_error_as_a_value(play: Play) -> None:
    got = play(failing("on_error: route"))

    errors = values(got, "told")
    assert ticks(got, "told") == ["1", "3"]
    assert {key: errors[0][key] for key in ("code", "node")} == {"code": "unwanted", "node": "it"}
    assert "1 is not wanted" in errors[0]["message"]
    assert values(got, "user") == [0, 2]
    assert ticks(got, "after") == ["0", "2"]


def test_default_leaves_the_ports_it_does_not_name_absent(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  text: {type: flow.input, value: odd}
  door: {type: toy.parity, on_error: default, default: {even: 8}}
  even: {type: toy.echo}
  odd: {type: toy.echo}
edges:
  - text.value -> door.value
  - door.even -> even.value
  - door.odd -> odd.value
""")
    )

    assert ticks(got, "door", "error") == ["0"]
    assert values(got, "even") == [8]
    assert causes(got, "odd") == ["failed"]


def test_a_firing_that_takes_longer_than_its_time_is_an_error_of_that_node() -> None:
    graph = Graph.from_text("""
nodes:
  slow: {type: toy.world, timeout_s: 0.01, on_error: route}
  told: {type: toy.echo}
edges:
  - slow.error -> told.value
""")
    with latencies(lambda node, tick: 50_000 if node == "slow" else 0):
        got = by_engine(graph)

    assert got.status == "ok"
    assert values(got, "told")[0]["code"] == "timeout"


@pytest.mark.parametrize(("retries", "heals", "ok"), [(0, 1, False), (1, 1, True), (1, 2, False), (3, 2, True)])
def test_retries_are_attempts_of_one_firing(play: Play, retries: int, heals: int, ok: bool) -> None:
    got = play(
        Graph.from_text(f"""
nodes:
  one: {{type: toy.number, value: 1}}
  it: {{type: toy.fail, heals: {heals}, retries: {retries}}}
edges:
  - one.out -> it.value
""")
    )

    assert got.status == ("ok" if ok else "failed")
    assert [f.tick for f in got.outline if f.path == "it"] == ["0"]


def test_attempts_wait_twice_as_long_each_time_give_or_take_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all is scripted nothing is waited for, and nowhere longer than the most."""
    graph = Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  it: {type: toy.fail, heals: 8, retries: 8}
edges:
  - one.out -> it.value
""")
    waits: list[float] = []
    chances = iter([0.5, 1.5] + [1.0] * 6)
    turn = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waits.extend([seconds] if seconds else [])
        await turn(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr("studio.engine.context.random.uniform", lambda least, most: next(chances))
    live, _ = run_logged(graph, catalog=Services(scripted=False))
    waited, waits[:] = list(waits), []
    scripted, _ = run_logged(graph)

    assert waited == [0.5 * 0.5, 1.0 * 1.5, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert waits == []
    assert (live.status, scripted.status) == ("ok", "ok")


def test_what_is_in_flight_beside_a_failure_finishes_and_is_recorded() -> None:
    graph = Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  fails: {type: toy.fail}
  slow: {type: toy.echo}
  behind: {type: toy.echo}
edges:
  - one.out -> fails.value
  - one.out -> slow.value
  - slow.out -> behind.value
""")
    with latencies(lambda node, tick: 9 if node == "slow" else 0):
        got = by_engine(graph)

    assert got.status == "failed"
    assert ticks(got, "slow") == ["0"]
    assert "behind" not in [f.path for f in got.outline], "nothing new starts in a region that failed"


def test_an_item_that_fails_its_map_lets_nothing_new_start_in_the_others() -> None:
    graph = Graph.from_text("""
nodes:
  items: {type: flow.input, value: [1, 2]}
  work: {type: flow.map, graph: work, concurrency: 2}
edges:
  - items.value -> work.items
graphs:
  work:
    nodes:
      item: {type: flow.input}
      fails: {type: toy.fail, modulus: 2, remainder: 1}
      slow: {type: toy.echo}
      behind: {type: toy.echo}
    edges:
      - item.value -> fails.value
      - item.value -> slow.value
      - slow.out -> behind.value
""")
    with latencies(lambda node, tick: 9 if node.endswith("slow") else 0):
        got = by_engine(graph)

    assert got.status == "failed"
    assert ticks(got, "work/1/slow") == ["0.0"]
    assert not [f.path for f in got.outline if f.path.endswith("behind")]


def test_of_two_errors_the_first_in_plan_order_is_reported() -> None:
    graph = Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  first: {type: toy.fail, modulus: 1}
  second: {type: toy.fail, modulus: 1}
edges:
  - one.out -> first.value
  - one.out -> second.value
""")
    with latencies(lambda node, tick: 9 if node == "first" else 0):
        got = by_engine(graph)

    assert got.failure is not None
    assert got.failure.node == "first"
    assert ticks(got, "second", "error") == ["0"]


def test_a_failed_region_does_not_hold_up_its_siblings_when_its_error_is_skipped() -> None:
    graph = Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  bad: {type: flow.subgraph, graph: bad, on_error: skip}
  good: {type: toy.echo}
  behind: {type: toy.echo}
edges:
  - one.out -> bad.x
  - one.out -> good.value
  - good.out -> behind.value
graphs:
  bad:
    nodes:
      x: {type: flow.input}
      fails: {type: toy.fail}
    edges:
      - x.value -> fails.value
""")
    with latencies(lambda node, tick: 9 if node == "good" else 0):
        got = by_engine(graph)

    assert got.status == "ok"
    assert ticks(got, "behind") == ["0"]


# -- knockouts ------------------------------------------------------------------------------------


def test_a_node_knocked_out_is_skipped_and_says_so(play: Play) -> None:
    got = play(failing("knockout: true"))

    assert causes(got, "it") == ["knocked out"] * 4
    assert causes(got, "user") == ["knocked out"] * 4


def test_a_node_knocked_out_to_pass_lets_its_input_through(play: Play) -> None:
    got = play(failing("knockout: pass"))

    assert values(got, "user") == [0, 1, 2, 3]
    assert ticks(got, "after") == ["0", "1", "2", "3"]


def test_a_pass_takes_the_first_present_input_whose_type_the_output_accepts(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  a: {type: toy.person, leaver: x, knockout: pass}
  gone: {type: toy.echo, knockout: true}
  mix: {type: toy.mix, knockout: pass}
  len: {type: toy.length, knockout: pass}
  list: {type: flow.input, value: [1]}
  hello: {type: flow.input, value: hello}
edges:
  - gone.out -> mix.a
  - one.out -> mix.b
  - gone.out -> a.name
  - hello.value -> a.mail
  - list.value -> len.value
""")
    )

    assert values(got, "mix") == [1], "the first input is absent, the second goes through"
    assert values(got, "a", "said") == ["hello"]
    assert causes(got, "len") == ["knocked out"], "a list is no integer"


def test_a_pass_still_waits_for_its_when(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  no: {type: flow.input, value: false}
  it: {type: toy.add, knockout: pass}
edges:
  - one.out -> it.a
  - no.value -> it.when
""")
    )

    assert ticks(got, "it", "skipped") == ["0"]


def test_a_knocked_out_stop_stops_nothing(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  n: {type: toy.add, plus: 1}
  stop: {type: flow.stop, knockout: true}
edges:
  - n.out ~> n.a: {initial: 0}
  - n.out -> stop.when
max_ticks: 3
""")
    )

    assert got.ended == "max_ticks"


def test_a_knocked_out_region_runs_nothing_inside(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  region: {type: flow.subgraph, graph: body, knockout: true}
graphs:
  body:
    nodes:
      inner: {type: toy.tool}
""")
    )

    assert [f.path for f in got.outline] == ["region"]


def test_a_value_of_the_wrong_type_is_an_error_of_the_node_it_reaches() -> None:
    result, _ = run_logged(
        Graph.from_text("""
nodes:
  text: {type: flow.input, value: not a number}
  add: {type: toy.add}
edges:
  - text.value -> add.a
""")
    )

    assert result.status == "failed"
    assert result.error is not None
    assert result.error["node"] == "add"


# -- shared bodies that failed --------------------------------------------------------------------

ORGAN = """
nodes:
  n: {type: toy.add, plus: 1}
  organ: {type: flow.subgraph, graph: body, clock: shared, on_error: skip}
  y: {type: flow.output, collect: true}
edges:
  - n.out ~> n.a: {initial: -1}
  - n.out -> organ.x
  - organ.y -> y.value
max_ticks: 4
graphs:
  body:
    nodes:
      x: {type: flow.input}
      sum: {type: toy.add}
      fail: {type: toy.fail, modulus: 3, remainder: 1}
      y: {type: flow.output}
    edges:
      - sum.out ~> sum.a: {initial: 0}
      - x.value -> sum.b
      - x.value -> fail.value
      - sum.out -> y.value
"""


def test_nothing_new_starts_in_an_organ_that_failed_and_its_node_is_skipped_from_then_on(play: Play) -> None:
    got = play(Graph.from_text(ORGAN))

    assert got.status == "ok"
    assert ticks(got, "organ", "error") == ["1"]
    assert ticks(got, "organ", "skipped") == ["2", "3"]
    assert causes(got, "organ") == ["failed"] * 3
    assert ticks(got, "organ/x") == ["0", "1"]
    assert got.outputs == {"y": [0]}


POPULATION = """
nodes:
  n: {type: toy.add, plus: 1}
  people: {type: flow.input, value: [0, 10]}
  town: {type: flow.map, graph: body, clock: shared, key: name, on_item_error: CHOICE, on_error: skip}
  y: {type: flow.output, collect: true}
edges:
  - n.out ~> n.a: {initial: -1}
  - n.out -> town.x
  - people.value -> town.items
  - town.y -> y.value
max_ticks: 3
graphs:
  body:
    nodes:
      item: {type: flow.input}
      x: {type: flow.input}
      sum: {type: toy.add}
      fail: {type: toy.fail, modulus: 99, remainder: 11}
      y: {type: flow.output}
    edges:
      - item.value -> sum.a
      - x.value -> sum.b
      - sum.out -> fail.value
      - fail.out -> y.value
"""


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("skip", [[0, 10], [1], [2]]), ("null", [[0, 10], [1, None], [2, None]]), ("fail", [[0, 10]])],
)
def test_an_item_of_a_population_that_failed_stays_out_of_it(play: Play, choice: str, expected: list[object]) -> None:
    got = play(Graph.from_text(POPULATION.replace("CHOICE", choice)))

    assert got.status == "ok"
    assert got.outputs == {"y": expected}
    assert ticks(got, "town/10/fail", "error") == ["1"]
    assert ticks(got, "town/10/sum") == ["0", "1"]
    assert causes(got, "town") == (["failed", "failed"] if choice == "fail" else [])
