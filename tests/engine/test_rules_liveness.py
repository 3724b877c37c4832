"""Rule 2.4: steady nodes fire once and hold, live ones fire every tick; the plan decides which is which."""

from __future__ import annotations

import pytest

from studio.graph import Graph
from tests.engine.players import Play, causes, ticks, values

EVERY = ["0", "1", "2"]


def loop(nodes: str, edges: str = "", graphs: str = "", stores: str = "") -> Graph:
    """A counter that keeps the region ticking three times beside the nodes under test."""
    return Graph.from_text(
        "nodes:\n  n: {type: toy.add, plus: 1}\n  one: {type: toy.number, value: 1}\n"
        + nodes
        + "\nedges:\n  - n.out ~> n.a: {initial: -1}\n"
        + edges
        + ("\nstores:\n" + stores if stores else "")
        + "\nmax_ticks: 3\n"
        + graphs
    )


def test_a_node_with_steady_inputs_only_fires_once_and_its_value_holds(play: Play) -> None:
    got = play(
        loop(
            "  steady: {type: toy.echo}\n  sum: {type: toy.add}",
            "  - one.out -> steady.value\n  - n.out -> sum.a\n  - steady.out -> sum.b",
        )
    )

    assert ticks(got, "steady") == ["0"]
    assert values(got, "sum") == [1, 2, 3]
    assert [f.inputs["b"] for f in got.outline if f.path == "sum"] == [("steady", "0", "out")] * 3


def test_a_steady_absence_holds_too(play: Play) -> None:
    got = play(
        loop(
            "  door: {type: toy.parity}\n  steady: {type: toy.echo}\n  sum: {type: toy.mix}",
            "  - one.out -> door.value\n  - door.even -> steady.value\n  - n.out -> sum.b\n  - steady.out -> sum.a",
        )
    )

    assert ticks(got, "steady", "skipped") == ["0"]
    assert causes(got, "sum") == ["route"] * 3


def test_a_steady_error_holds_too(play: Play) -> None:
    got = play(
        loop(
            "  steady: {type: toy.fail, on_error: route}\n  told: {type: toy.tool}\n  sum: {type: toy.mix}",
            "  - one.out -> steady.value\n  - steady.error -> told.value\n  - n.out -> sum.b\n  - steady.out -> sum.a",
        )
    )

    assert ticks(got, "steady", "error") == ["0"]
    assert ticks(got, "told") == EVERY
    assert causes(got, "sum") == ["failed"] * 3


def test_a_feedback_input_makes_a_node_live_and_so_it_does_its_successors(play: Play) -> None:
    got = play(
        loop(
            "  fed: {type: toy.add}\n  behind: {type: toy.echo}\n  gated: {type: toy.number}",
            "  - one.out ~> fed.b\n  - one.out -> fed.a\n  - fed.out -> behind.value\n  - behind.done -> gated.when",
        )
    )

    assert (ticks(got, "fed"), ticks(got, "behind"), ticks(got, "gated")) == (EVERY, EVERY, EVERY)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("{type: toy.world}", EVERY),
        ("{type: toy.tool}", EVERY),
        ("{type: toy.dice}", EVERY),
        ("{type: toy.world, fires: once}", ["0"]),
        ("{type: toy.number}", ["0"]),
        ("{type: toy.number, fires: every_tick}", EVERY),
    ],
)
def test_the_type_decides_unless_fires_overrides(play: Play, node: str, expected: list[str]) -> None:
    got = play(loop(f"  it: {node}\n  behind: {{type: toy.echo}}", "  - it.out -> behind.value"))

    assert ticks(got, "it") == expected
    assert ticks(got, "behind") == expected


def test_fires_once_holds_the_absence_of_tick_0(play: Play) -> None:
    got = play(
        loop(
            "  door: {type: toy.parity}\n  once: {type: toy.echo, fires: once}",
            "  - n.out -> door.value\n  - door.odd -> once.value",
        )
    )

    assert [(f.tick, f.status) for f in got.outline if f.path == "once"] == [("0", "skipped")]


SUBGRAPH = """
graphs:
  body:
    nodes:
      x: {type: flow.input}
      work: WORK
      y: {type: flow.output}
    edges:
      - x.value -> work.value
      - work.out -> y.value
"""


@pytest.mark.parametrize("clock", ["own", "shared"])
@pytest.mark.parametrize(
    ("work", "source", "expected"),
    [
        ("{type: toy.echo}", "one", ["0"]),
        ("{type: toy.echo}", "n", EVERY),
        ("{type: toy.tool}", "one", EVERY),
        ("{type: toy.tool, fires: once}", "one", ["0"]),
        ("{type: toy.echo, fires: every_tick}", "one", EVERY),
    ],
)
def test_a_region_node_is_live_by_its_wires_or_by_what_is_inside(
    play: Play, clock: str, work: str, source: str, expected: list[str]
) -> None:
    got = play(
        loop(
            f"  sub: {{type: flow.subgraph, graph: body, clock: {clock}}}",
            f"  - {source}.out -> sub.x",
            SUBGRAPH.replace("WORK", work),
        )
    )

    assert ticks(got, "sub") == expected


def test_a_shared_body_with_feedback_makes_its_region_node_live(play: Play) -> None:
    body = SUBGRAPH.replace("WORK", "{type: toy.add}").replace("work.value", "work.b")
    body += "      - work.out ~> work.a: {initial: 0}\n"

    shared = play(loop("  sub: {type: flow.subgraph, graph: body, clock: shared}", "  - one.out -> sub.x", body))
    own = play(loop("  sub: {type: flow.subgraph, graph: body}", "  - one.out -> sub.x", body + "    max_ticks: 2\n"))

    assert ticks(shared, "sub") == EVERY
    assert values(shared, "sub", "y") == [1, 2, 3]
    assert ticks(own, "sub") == ["0"]


def test_inputs_of_a_shared_body_that_no_live_wire_feeds_are_steady(play: Play) -> None:
    body = """
graphs:
  body:
    nodes:
      x: {type: flow.input}
      s: {type: flow.input}
      on_x: {type: toy.echo}
      on_s: {type: toy.echo}
      y: {type: flow.output}
    edges:
      - x.value -> on_x.value
      - s.value -> on_s.value
      - on_s.out -> y.value
"""
    got = play(
        loop(
            "  sub: {type: flow.subgraph, graph: body, clock: shared}",
            "  - n.out -> sub.x\n  - one.out -> sub.s",
            body,
        )
    )

    assert (ticks(got, "sub/x"), ticks(got, "sub/on_x")) == (EVERY, EVERY)
    assert (ticks(got, "sub/s"), ticks(got, "sub/on_s")) == (["0"], ["0"])
    assert values(got, "sub", "y") == [1, 1, 1]


@pytest.mark.parametrize("knockout", ["true", "pass"])
def test_a_knockout_leaves_live_what_was_live(play: Play, knockout: str) -> None:
    got = play(
        loop(
            f"  out: {{type: toy.tool, knockout: {knockout}}}\n  behind: {{type: toy.gather_any}}",
            "  - one.out -> out.value\n  - out.out -> behind.parts",
        )
    )

    assert ticks(got, "behind") == EVERY


def test_a_steady_output_feeds_back_at_every_tick(play: Play) -> None:
    got = play(loop("  user: {type: toy.echo}", "  - one.out ~> user.value"))

    assert ticks(got, "user") == ["1", "2"]


NESTED = """
graphs:
  outside:
    nodes:
      x: {type: flow.input}
      organ: {type: flow.subgraph, graph: organ, clock: shared, KEYS}
      y: {type: flow.output}
    edges:
      - x.value -> organ.x
      - organ.y -> y.value
    ENDS
    graphs:
      organ:
        nodes:
          x: {type: flow.input}
          sum: {type: toy.add}
          y: {type: flow.output}
        edges:
          - sum.out ~> sum.a: {initial: 0}
          - x.value -> sum.b
          - sum.out -> y.value
"""


@pytest.mark.parametrize(("clock", "expected"), [("own", ["0"]), ("shared", EVERY)])
def test_feedback_of_an_organ_makes_live_only_those_whose_clock_it_shares(
    play: Play, clock: str, expected: list[str]
) -> None:
    text = NESTED.replace("KEYS", "title: organ").replace("ENDS", "max_ticks: 2" if clock == "own" else "about: shared")
    got = play(loop(f"  sub: {{type: flow.subgraph, graph: outside, clock: {clock}}}", "  - one.out -> sub.x", text))

    assert ticks(got, "sub") == expected


@pytest.mark.parametrize("inner", ["{type: toy.note, store: log, fires: once}", "{type: toy.world, fires: once}"])
def test_fires_once_inside_takes_away_what_type_or_store_would_make_live(play: Play, inner: str) -> None:
    body = SUBGRAPH.replace("WORK", inner)
    if "world" in inner:
        body = body.replace("work.value", "work.after")
    got = play(
        loop("  sub: {type: flow.subgraph, graph: body}", "  - one.out -> sub.x", body, stores="  log: {type: list}\n")
    )

    assert ticks(got, "sub") == ["0"]
