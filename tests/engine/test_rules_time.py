"""Rules 2.1 and 2.2: two kinds of edge, and a tick that decides every node once."""

from __future__ import annotations

import pytest

from studio.graph import Graph
from tests.engine.players import Play, causes, run_logged, ticks, values

COUNTER = """
nodes:
  n: {type: toy.add, plus: 1}
  even: {type: toy.parity}
  end: {type: toy.echo}
edges:
  - n.out ~> n.a: {initial: -1}
  - n.out -> even.value
  - WIRE
max_ticks: 5
"""


def counting(wire: str) -> Graph:
    """A counter that gives 0, 1, 2, … to a parity node, and one wire of the test's choice to `end`."""
    return Graph.from_text(COUNTER.replace("WIRE", wire))


def test_an_edge_delivers_in_the_same_tick_and_a_feedback_edge_in_the_next(play: Play) -> None:
    same = play(counting("n.out -> end.value"))
    later = play(counting("n.out ~> end.value"))

    assert (ticks(same, "end"), values(same, "end")) == (["0", "1", "2", "3", "4"], [0, 1, 2, 3, 4])
    assert (ticks(later, "end"), values(later, "end")) == (["1", "2", "3", "4"], [0, 1, 2, 3])


def test_a_skipped_source_feeds_back_absence_and_clears_the_edge(play: Play) -> None:
    got = play(counting("even.even ~> end.value"))

    assert ticks(got, "end") == ["1", "3"]
    assert causes(got, "end") == ["not fed", "route", "route"]


def test_an_initial_value_is_there_for_the_first_tick_only(play: Play) -> None:
    got = play(counting("even.odd ~> end.value: {initial: 50}"))

    assert list(zip(ticks(got, "end"), values(got, "end"), strict=True)) == [("0", 50), ("2", 1), ("4", 3)]


def test_null_is_a_present_initial_value(play: Play) -> None:
    got = play(counting("even.odd ~> end.value: {initial: null}"))

    assert values(got, "end") == [None, 1, 3]


def test_a_hold_edge_repeats_what_it_delivered_last_when_nothing_new_came(play: Play) -> None:
    got = play(counting("even.odd ~> end.value: {initial: 50, hold: true}"))

    assert values(got, "end") == [50, 50, 1, 1, 3]


def test_a_hold_edge_with_no_initial_value_has_nothing_to_repeat_at_first(play: Play) -> None:
    got = play(counting("even.odd ~> end.value: {hold: true}"))

    assert ticks(got, "end", "skipped") == ["0", "1"]
    assert values(got, "end") == [1, 1, 3]


def test_initial_from_takes_the_output_of_tick_0_once_and_orders_that_tick(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  user: {type: toy.echo}
  n: {type: toy.add, plus: 1}
  maker: {type: toy.add, plus: 10}
edges:
  - n.out ~> n.a: {initial: 0}
  - n.out -> maker.a
  - n.out ~> user.value: {initial_from: maker.out}
max_ticks: 3
""")
    )

    assert values(got, "user") == [11, 1, 2]
    assert [f.path for f in got.outline][:3] == ["n", "maker", "user"]


def test_initial_from_with_hold_repeats_the_value_it_started_with(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  n: {type: toy.add, plus: 1}
  maker: {type: toy.add, plus: 10}
  never: {type: toy.echo}
  no: {type: toy.at_least, limit: 99}
  user: {type: toy.echo}
edges:
  - n.out ~> n.a: {initial: 0}
  - n.out -> maker.a
  - n.out -> no.value
  - no.yes -> never.when
  - n.out -> never.value
  - never.out ~> user.value: {initial_from: maker.out, hold: true}
max_ticks: 3
""")
    )

    assert values(got, "user") == [11, 11, 11]


def test_a_node_is_decided_once_in_every_tick(play: Play) -> None:
    got = play(counting("even.even -> end.value"))

    decided = [(f.path, f.tick) for f in got.outline]
    assert len(decided) == len(set(decided)) == 15


@pytest.mark.parametrize(
    ("value", "opens"), [("false", False), ("0", True), ('""', True), ("null", True), ("[]", True), ("true", True)]
)
def test_when_is_closed_by_exactly_false(play: Play, value: str, opens: bool) -> None:
    got = play(
        Graph.from_text(f"""
nodes:
  signal: {{type: flow.input, value: {value}}}
  gated: {{type: toy.number, value: 1}}
edges:
  - signal.value -> gated.when
""")
    )

    assert ticks(got, "gated") == (["0"] if opens else [])
    assert got.status == "ok"


def test_one_open_wire_of_several_opens_when(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  no: {type: flow.input, value: false}
  yes: {type: flow.input, value: true}
  both: {type: toy.number}
  closed: {type: toy.number}
edges:
  - no.value -> both.when
  - yes.value -> both.when
  - no.value -> closed.when
""")
    )

    assert ticks(got, "both") == ["0"]
    assert ticks(got, "closed", "skipped") == ["0"]


def test_done_is_present_where_a_node_fired_and_absent_where_it_was_skipped(play: Play) -> None:
    graph = counting("even.even -> end.value")
    graph.add("toy.number", "after")
    graph.add("toy.echo", "told")
    graph.connect("end.done", "after.when")
    graph.connect("end.done", "told.value")

    got = play(graph)

    assert ticks(got, "after") == ["0", "2", "4"]
    assert values(got, "told") == [True, True, True]


def test_absence_carries_its_reason_downstream(play: Play) -> None:
    got = play(
        Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  door: {type: toy.parity}
  a: {type: toy.echo}
  b: {type: toy.echo}
  c: {type: toy.echo}
edges:
  - one.out -> door.value
  - door.even -> a.value
  - a.out -> b.value
  - b.done -> c.when
  - door.odd -> c.value
""")
    )

    assert [causes(got, name) for name in "abc"] == [["route"], ["route"], ["route"]]


def test_the_reasons_of_the_rule_are_in_the_words_of_the_rule() -> None:
    """A reason is read by people, in the window and in SQL: what happened, at which node, in one sentence."""
    graph = Graph.from_text("""
nodes:
  judge: {type: flow.switch, cases: [good]}
  word: {type: flow.input, value: bad}
  a: {type: toy.echo}
  one: {type: toy.number, value: 1}
  fetch: {type: json.parse, on_error: skip}
  b: {type: toy.echo}
  off: {type: toy.echo, knockout: true}
  c: {type: toy.echo}
  loop: {type: toy.echo}
  shut: {type: toy.echo}
  no: {type: flow.input, value: false}
  ways: {type: flow.switch, cases: [bad]}
  d: {type: toy.echo}
edges:
  - word.value -> judge.value
  - judge.good -> a.value
  - word.value -> fetch.text
  - fetch.value -> b.value
  - one.out -> off.value
  - off.out -> c.value
  - one.out ~> loop.value
  - one.out -> shut.value
  - no.value -> shut.when
  - word.value -> ways.value
  - fetch.value -> ways.data
  - ways.bad -> d.value
max_ticks: 1
""")
    _, log = run_logged(graph)

    why = {one.path: one.reason for one in log.firings if one.reason}
    failed = why.pop("fetch")
    assert why == {
        "a": "input `value` absent: route not taken at `judge`",
        "b": f"input `value` absent: `fetch` failed: {failed}",
        "off": "`off` is knocked out",
        "c": "input `value` absent: `off` is knocked out",
        "loop": "input `value` absent: nothing fed back yet",
        "shut": "`when` is false",
        "d": f"input `value` absent: `fetch` failed: {failed.rstrip('.')} at `ways`",
    }
    assert failed.endswith(".")


SWITCH = """
nodes:
  value: {type: flow.input}
  switch: {type: flow.switch, cases: [x, y]}
  data: {type: toy.number, value: 5}
  got_x: {type: toy.echo}
  got_y: {type: toy.echo}
  got_else: {type: toy.echo}
edges:
  - value.value -> switch.value
  - switch.x -> got_x.value
  - switch.y -> got_y.value
  - switch.else -> got_else.value
"""


@pytest.mark.parametrize(("value", "chosen"), [("x", "got_x"), ("y", "got_y"), ("z", "got_else"), (None, "got_else")])
def test_a_switch_opens_the_port_of_its_case_or_else(play: Play, value: str | None, chosen: str) -> None:
    plain = play(Graph.from_text(SWITCH), value=value)
    loaded = play(Graph.from_text(SWITCH + "  - data.out -> switch.data\n"), value=value)

    assert {name: values(plain, name) for name in ("got_x", "got_y", "got_else") if values(plain, name)} == {
        chosen: [True]
    }
    assert values(loaded, chosen) == [5]
    assert [name for name in ("got_x", "got_y", "got_else") if causes(loaded, name) == ["route"]] == [
        name for name in ("got_x", "got_y", "got_else") if name != chosen
    ]
