"""Rule 2.3: joins meet values of their own tick, fresh before held; a race raises only if nobody delivers."""

from __future__ import annotations

import pytest

from studio.graph import Graph
from tests.engine.players import Play, causes, ticks, values
from tests.support.toys import latencies

DOORS = """
nodes:
  n: {type: toy.add, plus: 1}
  door: {type: toy.parity}
  steady: {type: toy.number, value: 100}
  late: {type: toy.number, value: 200}
  JOIN
edges:
  - n.out ~> n.a: {initial: -1}
  - n.out -> door.value
  - WIRES
max_ticks: 4
"""


def doors(join: str, *wires: str) -> Graph:
    """A counter 0, 1, 2, 3 with a door for even and one for odd numbers, two constants, and a join under test."""
    return Graph.from_text(DOORS.replace("JOIN", join).replace("WIRES", "\n  - ".join(wires)))


def test_a_required_input_that_is_absent_skips_the_node(play: Play) -> None:
    got = play(doors("end: {type: toy.mix}", "door.even -> end.a", "n.out -> end.b"))

    assert ticks(got, "end") == ["0", "2"]
    assert causes(got, "end") == ["route", "route"]


def test_an_optional_input_that_is_absent_takes_its_default(play: Play) -> None:
    got = play(doors("end: {type: toy.add}", "n.out -> end.a", "door.odd -> end.b"))

    assert values(got, "end") == [0, 2, 2, 6]


def test_a_plain_port_takes_the_first_present_wire_in_edge_order(play: Play) -> None:
    one = play(doors("end: {type: toy.echo}", "steady.out -> end.value", "late.out -> end.value"))
    two = play(doors("end: {type: toy.echo}", "late.out -> end.value", "steady.out -> end.value"))
    gap = play(doors("end: {type: toy.echo}", "door.even -> end.value", "n.out -> end.value"))

    assert (values(one, "end"), values(two, "end")) == ([100], [200])
    assert [f.inputs["value"] for f in gap.outline if f.path == "end"] == [
        ("door", "0", "even"), ("n", "1", "out"), ("door", "2", "even"), ("n", "3", "out"),
    ]  # fmt: skip


def test_a_fresh_value_goes_before_a_held_one_whatever_the_edge_order(play: Play) -> None:
    got = play(doors("end: {type: toy.echo}", "steady.out -> end.value", "door.odd -> end.value"))

    assert values(got, "end") == [100, 1, 100, 3]


def test_what_a_hold_edge_repeats_is_held_and_yields_to_a_fresh_value(play: Play) -> None:
    got = play(
        doors(
            "end: {type: toy.echo}",
            "door.even ~> end.value: {initial: 50, hold: true}",
            "door.even -> end.value",
        )
    )

    # Tick 0: both fresh, edge order.  Tick 1: 0 was fed back, fresh.  Tick 2: a repetition against a fresh 2.
    assert values(got, "end") == [50, 0, 2, 2]


def test_between_held_values_the_edge_order_decides(play: Play) -> None:
    got = play(doors("end: {type: toy.echo, fires: every_tick}", "late.out -> end.value", "steady.out -> end.value"))

    assert values(got, "end") == [200] * 4


def test_a_many_port_gathers_all_present_in_edge_order(play: Play) -> None:
    got = play(
        doors(
            "end: {type: toy.gather}",
            "late.out -> end.parts",
            "door.odd -> end.parts",
            "n.out -> end.parts",
            "door.even -> end.parts",
        )
    )

    assert values(got, "end", "all") == [[200, 0, 0], [200, 1, 1], [200, 2, 2], [200, 3, 3]]
    assert [f.inputs["parts"] for f in got.outline if f.path == "end"][1] == (
        ("late", "0", "out"), ("door", "1", "odd"), ("n", "1", "out"),
    )  # fmt: skip


def test_a_many_port_with_nothing_is_absent_or_an_empty_list_if_optional(play: Play) -> None:
    required = play(doors("end: {type: toy.gather}", "door.even -> end.parts"))
    optional = play(doors("end: {type: toy.gather_any}", "door.even -> end.parts"))

    assert ticks(required, "end", "skipped") == ["1", "3"]
    assert values(optional, "end", "all") == [[0], [], [2], []]


def test_a_join_never_mixes_values_of_two_ticks(play: Play) -> None:
    graph = doors(
        "slow: {type: toy.echo}\n  quick: {type: toy.echo}\n  end: {type: toy.gather}",
        "n.out -> slow.value",
        "n.out -> quick.value",
        "slow.out -> end.parts",
        "quick.out -> end.parts",
    )

    with latencies(lambda node, tick: 9 if node == "slow" else 0):
        got = play(graph)

    assert values(got, "end", "all") == [[0, 0], [1, 1], [2, 2], [3, 3]]


def test_a_merge_fires_although_one_of_its_branches_was_not_taken(play: Play) -> None:
    got = play(doors("end: {type: flow.merge}", "door.even -> end.value", "door.odd -> end.value"))

    assert values(got, "end", "value") == [0, 1, 2, 3]


@pytest.mark.parametrize(("take", "expected"), [("first_present", 100), ("all", [100, 200])])
def test_a_merge_takes_the_first_or_all(play: Play, take: str, expected: object) -> None:
    got = play(doors(f"end: {{type: flow.merge, take: {take}}}", "steady.out -> end.value", "late.out -> end.value"))

    assert values(got, "end", "value") == [expected]


RACE = """
nodes:
  n: {type: toy.number, value: 8}
  first: {type: toy.fail, modulus: FIRST}
  step: {type: toy.echo}
  second: {type: toy.fail, modulus: SECOND}
  log: {type: toy.echo}
  end: {type: toy.first}
edges:
  - n.out -> first.value
  - n.out -> second.value
  - first.out -> step.value
  - step.out -> end.value
  - second.out -> end.value
  - LOG
"""


def race(first: int, second: int, log: str = "n.out -> log.value") -> Graph:
    """Two contenders, the first one behind a further step; modulus 1 fails, 100 does not."""
    text = RACE.replace("FIRST", str(first)).replace("SECOND", str(second)).replace("LOG", log)
    return Graph.from_text(text)


def test_a_contender_may_stand_some_steps_before_the_race(play: Play) -> None:
    got = play(race(1, 100))

    assert got.status == "ok"
    assert values(got, "end") == [8]
    assert causes(got, "step") == ["failed"]


def test_the_first_failure_in_edge_order_is_raised_when_no_contender_delivers(play: Play) -> None:
    got = play(race(1, 1))

    assert got.status == "failed"
    assert got.failure is not None
    assert got.failure.node == "first"


def test_a_node_that_leads_elsewhere_too_is_no_contender_and_its_failure_counts(play: Play) -> None:
    got = play(race(1, 100, "first.out -> log.value"))

    assert got.status == "failed"
    assert got.failure is not None
    assert got.failure.node == "first"


def test_a_contender_wired_straight_to_the_race_may_fail_though_it_leads_elsewhere(play: Play) -> None:
    got = play(race(100, 1, "second.out -> log.value"))

    assert got.status == "ok"
    assert values(got, "end") == [8]
    assert causes(got, "log") == ["failed"]


def test_a_contender_that_was_skipped_leaves_the_race_to_the_others(play: Play) -> None:
    got = play(doors("end: {type: toy.first}", "door.odd -> end.value", "n.out -> end.value"))

    assert values(got, "end") == [0, 1, 2, 3]


def test_the_error_of_a_steady_contender_is_raised_in_a_later_tick_in_which_nobody_delivers(play: Play) -> None:
    got = play(
        doors(
            "bad: {type: toy.fail}\n  end: {type: toy.first}",
            "steady.out -> bad.value",
            "bad.out -> end.value",
            "door.even -> end.value",
        )
    )

    assert got.status == "failed"
    assert values(got, "end") == [0]
    assert got.failure is not None
    assert (got.failure.node, got.failure.tick) == ("bad", "0")


@pytest.mark.parametrize("kind", ["toy.first", "toy.first_any"])
def test_a_race_nobody_wins_fires_nothing_behind_it_even_if_its_port_is_optional(play: Play, kind: str) -> None:
    graph = race(1, 1, "end.out -> log.value")
    graph.nodes["end"].type = kind

    got = play(graph)

    assert got.status == "failed"
    assert got.failure is not None
    assert got.failure.node == "first"
    assert ticks(got, "end") == []


def test_a_failure_counts_though_the_node_of_its_race_never_asked(play: Play) -> None:
    got = play(
        doors(
            "bad: {type: toy.fail}\n  no: {type: toy.at_least, limit: 99}\n  end: {type: toy.first}",
            "steady.out -> bad.value",
            "bad.out -> end.value",
            "n.out -> no.value",
            "no.yes -> end.when",
        )
    )

    assert got.status == "failed"
    assert got.failure is not None
    assert got.failure.node == "bad"
