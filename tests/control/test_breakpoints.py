"""Breakpoints: before, after, on error, on an alarm, with conditions, hit counts and switches."""

from __future__ import annotations

import asyncio

import pytest

from studio.control import Breakpoint, Controller, State
from studio.control.breakpoints import read_breakpoint
from studio.engine.prepared import prepare
from studio.graph import Graph
from studio.support.errors import StudioError
from tests.control.driving import Act, Driver
from tests.control.test_holding import LOOP, NESTED
from tests.engine.players import REGISTRY

FAILING = """
nodes:
  a: {type: toy.number, value: 2}
  bad: {type: toy.fail, modulus: 1, on_error: skip}
  good: {type: toy.echo}
edges: [a.out -> bad.value, a.out -> good.value]
"""


def stops(text: str, *breakpoints: str, **options: object) -> list[str]:
    """Where a run stopped: `node@tick` of each hit."""
    driver = Driver(Controller.resume, held=False)
    for where in breakpoints:
        driver.controller.add_breakpoint(where, **options)  # type: ignore[arg-type]
    result, _ = driver.run(Graph.from_text(text))
    assert result.status == "ok"
    return [f"{hit.node}@{hit.tick}" for hit in driver.hits]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("watch", ["watch@0", "watch@1", "watch@2", "watch@3"]),
        ("watch:value > 2", ["watch@2", "watch@3"]),
        ("count:out == 2", ["count@1"]),
        ("count:after", ["count@0", "count@1", "count@2", "count@3"]),
        ("count:a == 1 or a == 3", ["count@1", "count@3"]),
        ("watch:error", []),
    ],
)
def test_a_breakpoint_stops_where_it_says(where: str, expected: list[str]) -> None:
    assert stops(LOOP, where) == expected


def test_hits_are_counted_and_stop_from_the_one_that_was_asked_for() -> None:
    assert stops(LOOP, "watch", from_hit=3) == ["watch@2", "watch@3"]


def test_a_breakpoint_for_once_stops_once() -> None:
    assert stops(LOOP, "watch", once=True) == ["watch@0"]
    assert stops(LOOP, "watch", once=True, from_hit=2) == ["watch@1"]


def test_a_breakpoint_is_switched_off_and_on_and_taken_away() -> None:
    def act(controller: Controller) -> object:
        tick = controller.in_order()[0].region.tick_key
        controller.enable_breakpoint(1, enabled=False)
        if tick == "a0":
            controller.enable_breakpoint(1)
        return controller.resume()

    driver = Driver(act, held=False)
    driver.controller.add_breakpoint("watch")
    driver.run(Graph.from_text(LOOP))

    assert [hit.tick for hit in driver.hits] == ["0", "1"]
    driver = Driver(lambda one: (one.remove_breakpoint(1), one.resume()), held=False)
    driver.controller.add_breakpoint("watch")
    driver.run(Graph.from_text(LOOP))
    assert [hit.tick for hit in driver.hits] == ["0"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("work/1/last", ["work/1/last"]),
        ("work/last", ["work/0/last", "work/1/last", "work/2/last"]),
        ("digest", ["work/0/digest", "work/1/digest", "work/2/digest"]),
    ],
)
def test_a_path_with_items_means_that_item_and_one_without_means_every(where: str, expected: list[str]) -> None:
    assert sorted(stop.split("@")[0] for stop in stops(NESTED, where)) == expected


def test_before_a_node_it_has_not_fired_and_is_next() -> None:
    driver = Driver(Controller.resume, held=False)
    driver.controller.add_breakpoint("count")

    driver.run(Graph.from_text(LOOP))

    assert [(waiting[0].node, waiting[0].inputs["a"]) for waiting in driver.frontiers] == [
        ("count", 0), ("count", 1), ("count", 2), ("count", 3),
    ]  # fmt: skip
    assert State("paused", "breakpoint 1 (before count) at `count`, tick 2") in driver.states


def test_on_error_it_stops_after_the_failure() -> None:
    assert stops(FAILING, "bad:error") == ["bad@0"]
    assert stops(FAILING, ":error") == ["bad@0"]
    assert stops(FAILING, "good:error") == []


def test_a_condition_that_cannot_be_evaluated_holds_nowhere_and_is_told_once() -> None:
    driver = Driver(Controller.resume, held=False)
    driver.controller.add_breakpoint("watch:value.deep > 1")

    result, _ = driver.run(Graph.from_text(LOOP))

    assert result.status == "ok"
    assert driver.hits == []
    assert len(driver.notes) == 1
    assert "breakpoint 1" in driver.notes[0]


def test_an_alarm_stops_a_run_that_waits_for_one() -> None:
    seen: list[str] = []

    def raise_alarm(controller: Controller) -> object:
        seen.append(controller.state.why)
        if len(seen) == 1:
            controller.alarm(0, "repeats", "the same prompt again")
            assert [event.name for event in [controller.state]] == ["paused"]
            controller.resume()
            controller.alarm(0, "repeats", "and again")
            return None
        return controller.resume()

    driver = Driver(raise_alarm)
    driver.controller.add_breakpoint(":alarm")
    driver.run(Graph.from_text(LOOP))

    assert seen == ["held from the start", "alarm: and again"]


def read(text: str, where: str) -> Breakpoint:
    return read_breakpoint(prepare(Graph.from_text(text), REGISTRY).plan(ordered_races=False), where)


def test_conditions_find_their_side_by_the_names_in_them() -> None:
    assert read(LOOP, "count:a > 1").when == "before"
    assert read(LOOP, "count:out > 1").when == "after"
    assert read(LOOP, "count").when == "before"
    assert read(LOOP, "count:1 == 1").when == "before"
    assert read(LOOP, "count:after 1 == 1").when == "after"
    both = "nodes: {m: {type: flow.merge}, a: {type: toy.number}}\nedges: [a.out -> m.value]\n"
    assert (read(both, "m:value > 1").when, read(both, "m:after value > 1").when) == ("before", "after")


@pytest.mark.parametrize("where", ["count:a >", "count:before out > 1", "nothing", "count:zap(a)", "", ":", "count:x"])
def test_breakpoints_that_make_no_sense_are_refused(where: str) -> None:
    with pytest.raises(StudioError):
        read(LOOP, where)


def test_a_name_that_several_nodes_have_is_refused_with_their_paths() -> None:
    text = NESTED.replace(
        "  aside: {type: toy.echo}", "  aside: {type: toy.echo}\n  more: {type: flow.subgraph, graph: body}"
    )

    with pytest.raises(StudioError, match="`work/digest`, `more/digest`"):
        read(text, "digest")


FATAL = """
nodes:
  a: {type: toy.number, value: 2}
  around: {type: flow.subgraph, graph: body}
  beside: {type: toy.echo}
edges: [a.out -> around.x, a.out -> beside.value]
graphs:
  body:
    nodes:
      x: {type: flow.input}
      bad: {type: toy.fail, modulus: 1}
      other: {type: toy.echo}
    edges: [x.value -> bad.value, x.value -> other.value]
"""


@pytest.mark.parametrize("on", [Controller.resume, Controller.step, Controller.leave], ids=["resume", "step", "leave"])
@pytest.mark.parametrize(
    "text",
    [FATAL, FATAL.replace("graph: body}", "graph: body, clock: shared}"), FAILING.replace(", on_error: skip", "")],
    ids=["inside", "shared", "top"],
)
def test_a_failure_that_ends_the_run_is_held_for_a_look(text: str, on: Act) -> None:
    looks: list[object] = []

    def act(controller: Controller) -> object:
        looks.append(controller.last_outputs("a").result())
        return on(controller)

    driver = Driver(act, held=False)
    driver.controller.add_breakpoint(":error", once=True)

    result, log = driver.run(Graph.from_text(text))

    assert looks[0] == {"out": 2}
    assert "error at" in driver.states[2].why or "any error" in driver.states[2].why
    assert (result.status, log.finished) == ("failed", ("failed", "error"))
    assert driver.controller.waiting == {}


def test_a_failure_nobody_waits_for_is_not_held() -> None:
    """The control of the test before."""
    driver = Driver(Controller.resume, held=False)
    driver.controller.add_breakpoint("a:error")

    result, _ = driver.run(Graph.from_text(FATAL))

    assert (result.status, driver.frontiers) == ("failed", [])


def test_a_held_failure_can_be_aborted() -> None:
    driver = Driver(Controller.abort, held=False)
    driver.controller.add_breakpoint(":error")

    with pytest.raises(asyncio.CancelledError):
        driver.run(Graph.from_text(FATAL))
