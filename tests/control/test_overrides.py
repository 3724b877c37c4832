"""Freezing outputs and switching nodes off while a run goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.control import Controller
from studio.graph import Graph
from studio.trace.log import FROZEN
from tests.control.driving import Driver, in_turn
from tests.control.test_holding import CHAIN, LOOP, NESTED
from tests.engine.generator import random_graph
from tests.engine.players import by_reference, run_logged, seen
from tests.engine.same import differences
from tests.support.memory_log import MemoryLog
from tests.support.thorough import draws


def play(text: str, *orders: Callable[[Controller], object], **options: Any) -> tuple[Any, MemoryLog]:
    """Run a graph with orders given before it starts."""
    controller = Controller()
    given = [order(controller) for order in orders]
    result, log = run_logged(Graph.from_text(text), control=controller, **options)
    for one in given:
        one.result()  # type: ignore[attr-defined]
    return result, log


def test_a_frozen_value_stands_in_place_of_what_the_node_gives() -> None:
    result, log = play(CHAIN, lambda one: one.freeze("one", "out", 40))

    assert result.outputs == {"result": 41}
    assert [(one.path, one.origin) for one in log.firings if one.origin == FROZEN] == [("one", FROZEN)]


def test_an_output_frozen_as_it_was_last_repeats_it() -> None:
    driver = Driver(in_turn([Controller.tick, lambda one: (one.freeze("count", "out"), one.resume())]))

    _, log = driver.run(Graph.from_text(LOOP))

    assert [one.outputs["out"] for one in log.firings if one.path == "count"] == [1, 1, 1, 1]
    assert [one.origin == FROZEN for one in log.firings if one.path == "count"] == [False, True, True, True]


def test_frozen_as_it_was_last_before_it_gave_anything_is_what_it_gives_first() -> None:
    _, log = play(LOOP, lambda one: one.freeze("count"))

    assert [one.outputs["out"] for one in log.firings if one.path == "count"] == [1, 1, 1, 1]


def test_other_outputs_of_a_frozen_node_stay_as_they_were_or_are_absent() -> None:
    text = """
nodes:
  a: {type: toy.number, value: 4}
  sides: {type: toy.parity}
  even: {type: toy.echo}
  odd: {type: toy.echo}
edges: [a.out -> sides.value, sides.even -> even.value, sides.odd -> odd.value]
"""
    _, log = play(text, lambda one: one.freeze("sides", "odd", 9))

    outcomes = {one.path: one.outputs.get("out") or one.reason for one in log.firings}
    assert outcomes["odd"] == 9
    assert "it is frozen at `sides`" in outcomes["even"]


def test_an_unfrozen_node_gives_what_it_gives() -> None:
    thaw = in_turn([Controller.tick, Controller.tick, lambda one: (one.unfreeze("count"), one.resume())])
    driver = Driver(thaw)
    driver.controller.freeze("count", "out", 50)

    _, log = driver.run(Graph.from_text(LOOP))

    assert [one.outputs["out"] for one in log.firings if one.path == "count"] == [50, 50, 51, 52]


def test_items_of_a_map_are_frozen_one_by_one_or_all() -> None:
    one_item, _ = play(NESTED, lambda one: one.freeze("work/1/last", "out", 5))
    all_items, _ = play(NESTED, lambda one: one.freeze("work/last", "out", 5))
    plain, _ = play(NESTED)

    assert all_items.outputs["result"] == [5, 5, 5]
    assert one_item.outputs["result"] == [plain.outputs["result"][0], 5, plain.outputs["result"][2]]


def test_a_frozen_region_runs_nothing_inside() -> None:
    result, log = play(NESTED, lambda one: one.freeze("work", "y", [1]))

    assert result.outputs == {"result": [1]}
    assert not [one for one in log.firings if one.path.startswith("work/")]


def test_a_node_knocked_out_is_skipped_and_back_again() -> None:
    driver = Driver(in_turn([Controller.tick, lambda one: (one.bring_back("watch"), one.resume())]))
    driver.controller.knock_out("watch")

    _, log = driver.run(Graph.from_text(LOOP))

    told = [(one.tick, one.reason or "fired") for one in log.firings if one.path == "watch"]
    assert told == [("0", "`watch` is knocked out"), ("1", "fired"), ("2", "fired"), ("3", "fired")]


def test_a_node_knocked_out_passes_its_input_through() -> None:
    result, _ = play(CHAIN, lambda one: one.knock_out("two", pass_through=True))

    assert result.outputs == {"result": 4}


def test_the_frontier_says_what_stands_in_place_of_a_node() -> None:
    driver = Driver(Controller.step)
    driver.controller.knock_out("aside")
    driver.controller.freeze("one", "out", 3)

    driver.run(Graph.from_text(CHAIN))

    told = {held.node: held.instead for waiting in driver.frontiers for held in waiting}
    assert told == {"seed": "", "one": "frozen", "two": "", "aside": "knocked out", "result": ""}


def test_a_node_that_is_switched_off_in_the_graph_cannot_be_brought_back_here() -> None:
    controller = Controller()
    back = controller.bring_back("one")
    run_logged(
        Graph.from_text(CHAIN.replace("one: {type: toy.add,", "one: {knockout: true, type: toy.add,")),
        control=controller,
    )

    assert "knocked out in the graph" in str(back.exception())


LIVE = """
nodes:
  clock: {type: toy.world}
  steady: {type: toy.number, value: 1}
  mixed: {type: toy.add}
  after: {type: toy.echo}
edges:
  - clock.out -> mixed.a
  - steady.out -> mixed.b
  - mixed.out -> after.value
  - after.out ~> clock.after
max_ticks: 3
"""


@pytest.mark.parametrize(
    "order",
    [
        lambda one: one.freeze("clock", "out", 5),
        lambda one: one.freeze("steady", "out", 5),
        lambda one: one.knock_out("steady"),
        lambda one: one.add_breakpoint("steady"),
    ],
    ids=["freeze live", "freeze steady", "knock out steady", "break"],
)
def test_liveness_never_changes(order: Callable[[Controller], object]) -> None:
    """Rule 2.4: what is decided at which tick is the plan's affair."""
    driver = Driver(Controller.resume, held=False)
    order(driver.controller)
    _, plain = run_logged(Graph.from_text(LIVE))

    _, log = driver.run(Graph.from_text(LIVE))

    assert sorted((one.path, one.tick) for one in log.firings) == sorted((one.path, one.tick) for one in plain.firings)


@settings(
    max_examples=draws(12, 25), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_node_switched_off_live_is_as_if_it_were_written_in_the_graph(seed: int) -> None:
    graph = random_graph(seed, 8)
    name = next(
        node.name for node in graph.nodes.values() if node.type not in ("flow.input", "flow.stop") and not node.knockout
    )
    controller = Controller()
    controller.knock_out(name)
    got = seen(*run_logged(graph, control=controller))
    graph.nodes[name].knockout = True

    expected = by_reference(graph)

    here = [(firing.path, firing.tick, firing.status) for firing in expected.outline]
    assert (got.status, got.ended) == (expected.status, expected.ended)
    if expected.status == "ok" and not expected.torn:
        assert [(firing.path, firing.tick, firing.status) for firing in got.outline] == here


def test_the_comparison_of_these_tests_sees_a_changed_value() -> None:
    """A control: a frozen value that is another shows, so an empty list of differences says something."""
    graph = Graph.from_text(CHAIN)
    controller = Controller()
    controller.freeze("one", "out", 40)

    assert differences(by_reference(graph), seen(*run_logged(graph, control=controller)))
