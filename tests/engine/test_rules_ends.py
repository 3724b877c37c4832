"""Rule 2.5: a region ends after a whole tick by stop, quiet or bound; and what `flow.output` gives then."""

from __future__ import annotations

import pytest

from studio.graph import Graph
from tests.engine.players import Play, ticks, values

COUNTER = """
nodes:
  n: {type: toy.add, plus: 1}
  enough: {type: toy.at_least, limit: LIMIT}
  gate: {type: toy.echo}
  OTHER
edges:
  - gate.out ~> n.a: {initial: -1}
  - n.out -> enough.value
  - n.out -> gate.value
  - enough.no -> gate.when
  - EDGES
KEYS
"""


def counting(limit: int, other: str, *edges: str, keys: str = "") -> Graph:
    """A counter 0, 1, 2, … that feeds itself until it has reached the limit, and nodes of the test's choice."""
    text = COUNTER.replace("LIMIT", str(limit)).replace("OTHER", other).replace("KEYS", keys)
    return Graph.from_text(text.replace("EDGES", "\n  - ".join(edges or ("n.done -> enough.when",))))


def test_a_region_ends_quiet_when_no_plain_feedback_carries_a_value_onward(play: Play) -> None:
    got = play(counting(2, "end: {type: toy.echo}"))

    assert (got.ended, values(got, "n")) == ("quiet", [0, 1, 2])


def test_a_graph_without_feedback_is_quiet_after_one_tick(play: Play) -> None:
    got = play(Graph.from_text("nodes:\n  live: {type: toy.tool}\n"))

    assert (got.ended, ticks(got, "live")) == ("quiet", ["0"])


def test_a_stop_ends_the_region_before_quiet_is_asked(play: Play) -> None:
    got = play(counting(0, "stop: {type: flow.stop}", "enough.yes -> stop.when"))

    assert got.ended == "stop"
    assert ticks(got, "n") == ["0"]


def test_quiet_goes_before_the_bound(play: Play) -> None:
    got = play(counting(2, "end: {type: toy.echo}", keys="max_ticks: 3"))

    assert got.ended == "quiet"


def test_a_stop_cancels_nothing_of_its_tick(play: Play) -> None:
    got = play(
        counting(
            9,
            "stop: {type: flow.stop}\n  two: {type: toy.at_least, limit: 2}\n  after: {type: toy.echo}\n"
            "  result: {type: flow.output}",
            "n.out -> two.value",
            "two.yes -> stop.when",
            "two.yes -> after.value",
            "stop.done -> after.when",
            "after.out -> result.value",
        )
    )

    assert (got.ended, values(got, "n")) == ("stop", [0, 1, 2])
    assert ticks(got, "after") == ["2"]
    assert got.outputs == {"result": True}


def test_a_bound_written_in_the_graph_is_a_normal_end(play: Play) -> None:
    got = play(counting(99, "end: {type: toy.echo}", keys="max_ticks: 4"))

    assert (got.status, got.ended, values(got, "n")) == ("ok", "max_ticks", [0, 1, 2, 3])


def test_a_bound_may_be_declared_a_failure(play: Play) -> None:
    got = play(counting(99, "end: {type: toy.echo}", keys="max_ticks: 4\non_limit: fail"))

    assert (got.status, got.ended, values(got, "n")) == ("failed", "error", [0, 1, 2, 3])


def test_an_unwritten_bound_is_100_and_pauses_the_run(play: Play) -> None:
    got = play(counting(1000, "end: {type: toy.echo}"))

    assert (got.status, got.ended) == ("paused", "limit:max_ticks")
    assert len(ticks(got, "n")) == 100


def test_an_unwritten_bound_of_an_inner_region_pauses_the_run_too(play: Play) -> None:
    graph = Graph("outer")
    inner = counting(1000, "end: {type: toy.echo}")
    inner.name = "inner"
    graph.graphs["inner"] = inner
    graph.add("flow.subgraph", "sub", graph="inner", on_error="skip")

    got = play(graph)

    assert (got.status, got.ended) == ("paused", "limit:max_ticks")
    assert ticks(got, "sub/n")[-1] == "0.99"


def test_a_bound_that_the_region_reaches_as_it_ends_quiet_pauses_nothing(play: Play) -> None:
    got = play(counting(99, "end: {type: toy.echo}"))

    assert (got.status, got.ended, len(ticks(got, "n"))) == ("ok", "quiet", 100)


def test_until_stop_leaves_out_quiet(play: Play) -> None:
    text = """
nodes:
  world: {type: toy.world}
  clock: {type: toy.replies, replies: [0, 0, 5], fires: every_tick}
  five: {type: toy.at_least, limit: 5}
  stop: {type: flow.stop}
edges:
  - clock.out -> five.value
  - five.yes -> stop.when
"""
    stopped = play(Graph.from_text(text + "until: stop\n"))
    quiet = play(Graph.from_text(text))

    assert (stopped.ended, ticks(stopped, "world")) == ("stop", ["0", "1", "2"])
    assert (quiet.ended, ticks(quiet, "world")) == ("quiet", ["0"])


def test_a_hold_edge_is_memory_and_keeps_no_region_at_work(play: Play) -> None:
    got = play(counting(1, "memory: {type: toy.add}", "memory.out ~> memory.a: {initial: 0, hold: true}"))

    assert (got.ended, ticks(got, "memory")) == ("quiet", ["0", "1"])


def test_a_steady_output_on_a_plain_feedback_edge_keeps_the_region_at_work(play: Play) -> None:
    nodes = "one: {type: toy.number}\n  user: {type: toy.echo}"
    got = play(counting(1, nodes, "one.out ~> user.value", keys="max_ticks: 5"))

    assert got.ended == "max_ticks"


OUTPUT = "door: {type: toy.parity}\n  y: {type: flow.output, collect: COLLECT}"


@pytest.mark.parametrize(
    ("wire", "last", "all_fresh"),
    [
        ("n.out -> y.value", 3, [0, 1, 2, 3]),
        ("door.even -> y.value", 2, [0, 2]),
        ("door.even ~> y.value: {hold: true}", 2, [0, 2]),
        ("door.even ~> y.value: {initial: 9, hold: true}", 2, [9, 0, 2]),
    ],
)
def test_an_output_gives_the_last_present_value_or_collects_the_fresh_ones(
    play: Play, wire: str, last: int, all_fresh: list[int]
) -> None:
    plain = play(counting(3, OUTPUT.replace("COLLECT", "false"), "n.out -> door.value", wire))
    collected = play(counting(3, OUTPUT.replace("COLLECT", "true"), "n.out -> door.value", wire))

    assert plain.outputs == {"y": last}
    assert collected.outputs == {"y": all_fresh}


def test_an_output_that_was_never_present_is_absent_or_an_empty_list(play: Play) -> None:
    wire = "stopped.out -> y.value"
    nodes = "\n  stopped: {type: toy.number, knockout: true}"
    plain = play(counting(3, OUTPUT.replace("COLLECT", "false") + nodes, "n.out -> door.value", wire))
    collected = play(counting(3, OUTPUT.replace("COLLECT", "true") + nodes, "n.out -> door.value", wire))

    assert plain.outputs == {}
    assert collected.outputs == {"y": []}


def test_a_steady_output_is_collected_once(play: Play) -> None:
    nodes = "one: {type: toy.number, value: 1}\n  y: {type: flow.output, collect: true}"
    got = play(counting(3, nodes, "one.out -> y.value"))

    assert got.outputs == {"y": [1]}


def test_a_held_value_is_not_collected_again_by_an_output_that_fires(play: Play) -> None:
    got = play(
        counting(
            3,
            OUTPUT.replace("COLLECT", "true") + "\n  one: {type: toy.number, value: 100}",
            "n.out -> door.value",
            "one.out -> y.value",
            "door.odd -> y.value",
        )
    )

    assert got.outputs == {"y": [100, 1, 3]}


STOPPING_ORGAN = """
graphs:
  organ:
    nodes:
      x: {type: flow.input}
      sum: {type: toy.add}
      two: {type: toy.at_least, limit: 2}
      stop: {type: flow.stop}
      y: {type: flow.output}
    edges:
      - x.value -> sum.b
      - sum.out ~> sum.a: {initial: 0}
      - x.value -> two.value
      - two.yes -> stop.when
      - sum.out -> y.value
"""


def test_a_stop_in_a_shared_body_ends_that_body_only(play: Play) -> None:
    got = play(
        counting(
            5,
            "organ: {type: flow.subgraph, graph: organ, clock: shared}\n  y: {type: flow.output, collect: true}",
            "n.out -> organ.x",
            "organ.y -> y.value",
            keys=STOPPING_ORGAN.strip(),
        )
    )

    assert ticks(got, "organ") == ["0", "1", "2"]
    assert ticks(got, "organ", "skipped") == ["3", "4", "5"]
    assert (got.ended, ticks(got, "n")[-1]) == ("quiet", "5")
    assert got.outputs == {"y": [0, 1, 3]}


def test_feedback_in_a_shared_body_that_ticks_keeps_the_region_at_work(play: Play) -> None:
    got = play(
        Graph.from_text(
            "nodes:\n  one: {type: toy.number, value: 0}\n  organ: {type: flow.subgraph, graph: organ, clock: shared}\n"
            "edges:\n  - one.out -> organ.x\nmax_ticks: 4\n" + STOPPING_ORGAN
        )
    )

    assert (got.ended, ticks(got, "organ/sum")) == ("max_ticks", ["0", "1", "2", "3"])


def test_an_output_of_a_shared_body_gives_the_value_of_each_tick_and_no_older_one(play: Play) -> None:
    got = play(
        counting(
            3,
            "organ: {type: flow.subgraph, graph: doors, clock: shared}\n  user: {type: toy.echo}",
            "n.out -> organ.x",
            "organ.even -> user.value",
            keys="""graphs:
  doors:
    nodes:
      x: {type: flow.input}
      door: {type: toy.parity}
      even: {type: flow.output}
    edges:
      - x.value -> door.value
      - door.even -> even.value
""",
        )
    )

    assert ticks(got, "organ") == ["0", "1", "2", "3"]
    assert (ticks(got, "user"), values(got, "user")) == (["0", "2"], [0, 2])
