"""Holding a run and letting it go: pause, step, into, over, out, tick, to a node, leave."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import Any

import pytest

from studio import arun, run
from studio.control import Controller, Done, Event, Frontier, State
from studio.engine.prepared import prepare
from studio.graph import Graph
from studio.support.errors import UsageError
from tests.control.driving import Driver, in_turn
from tests.engine.players import REGISTRY, Services, run_logged
from tests.support.memory_log import MemoryLog
from tests.support.toys import latencies

CHAIN = """
nodes:
  seed: {type: toy.number, value: 3}
  one: {type: toy.add, plus: 1}
  two: {type: toy.add, plus: 1}
  aside: {type: toy.echo}
  result: {type: flow.output}
edges:
  - seed.out -> one.a
  - one.out -> two.a
  - seed.out -> aside.value
  - two.out -> result.value
"""

LOOP = """
nodes:
  count: {type: toy.add, plus: 1}
  watch: {type: toy.echo}
edges:
  - count.out ~> count.a: {initial: 0}
  - count.out -> watch.value
max_ticks: 4
"""

NESTED = """
nodes:
  items: {type: toy.subset}
  seed: {type: toy.number, value: 6}
  work: {type: flow.map, graph: body, key: name, concurrency: 3}
  aside: {type: toy.echo}
  result: {type: flow.output}
edges:
  - seed.out -> items.value
  - items.items -> work.items
  - seed.out -> aside.value
  - work.y -> result.value
graphs:
  body:
    nodes:
      item: {type: flow.input}
      digest: {type: toy.digest}
      last: {type: toy.add, plus: 1}
      y: {type: flow.output}
    edges:
      - item.value -> digest.value
      - digest.out -> last.a
      - last.out -> y.value
"""


def fired(log: MemoryLog) -> list[str]:
    """Who was decided, in order."""
    return [f"{one.path}@{one.tick}" for one in log.firings]


def next_of(driver: Driver) -> list[str]:
    """Who was next each time the run was held."""
    return [f"{waiting[0].node}@{waiting[0].tick}" for waiting in driver.frontiers]


def test_a_run_that_starts_held_has_fired_nothing_and_is_stepped_in_outline_order() -> None:
    driver = Driver(Controller.step)

    result, _ = driver.run(Graph.from_text(CHAIN))

    assert next_of(driver) == ["seed@0", "one@0", "two@0", "aside@0", "result@0"]
    assert result.outputs == {"result": 5}
    assert [event.name for event in driver.states if event.name != "pausing"] == [
        *["paused", "stepping"] * 5, "ended",
    ]  # fmt: skip


def test_the_frontier_tells_who_waits_with_which_inputs_and_what_was_done() -> None:
    driver = Driver(Controller.step)
    driver.run(Graph.from_text(CHAIN))
    told = [event for event in driver.events if isinstance(event, Frontier)]

    assert [(held.node, held.inputs) for held in told[1].waiting] == [
        ("one", {"a": 3, "b": 0}),
        ("aside", {"value": 3}),
    ]
    assert told[1].done == (Done("seed", "0", "ok", {"out": 3}),)
    assert told[0].done == ()


def test_pausing_lets_what_is_under_way_finish_and_starts_nothing_new() -> None:
    """All echoes wait some turns; the pause comes while both first firings are under way."""
    graph = Graph.from_text("""
nodes:
  a: {type: toy.number, value: 1}
  b: {type: toy.echo}
  c: {type: toy.echo}
  d: {type: toy.echo}
edges: [a.out -> b.value, a.out -> c.value, b.out -> d.value]
""")
    seen: list[list[str]] = []
    log = MemoryLog()

    def look(controller: Controller) -> object:
        seen.append(sorted(fired(log)))
        return controller.resume()

    driver = Driver(look, held=False)

    def latency(node: str, tick: str) -> int:
        if node == "c":
            driver.controller.pause()
        return 30

    with latencies(latency):
        run(graph, control=driver.controller, log=log, registry=REGISTRY, db="unused.db", catalog=Services())  # type: ignore[arg-type]

    assert seen == [["a@0", "b@0", "c@0"]]
    assert fired(log)[3:] == ["d@0"]
    assert driver.states[1] == State("pausing", "asked to pause")


def test_several_steps_at_once() -> None:
    driver = Driver(in_turn([lambda one: one.step(3)]))

    driver.run(Graph.from_text(CHAIN))

    assert next_of(driver) == ["seed@0", "aside@0"]


def test_a_tick_ends_before_the_first_firing_of_the_next() -> None:
    driver = Driver(Controller.tick)

    driver.run(Graph.from_text(LOOP))

    assert next_of(driver) == ["count@0", "count@1", "count@2", "count@3"]
    assert "tick 1 of the graph is done" in [state.why for state in driver.states]


def test_into_a_region_and_out_of_it_again() -> None:
    driver = Driver(in_turn([lambda one: one.to("items"), lambda one: one.into(), Controller.step, Controller.out]))

    _, log = driver.run(Graph.from_text(NESTED))

    assert next_of(driver)[:4] == ["seed@0", "work@0", "work/0/item@0.0", "work/0/digest@0.0"]
    assert next_of(driver)[4] == "aside@0"
    assert log.firings[-1].path == "result"


def test_over_a_region_fires_all_inside_and_nothing_else() -> None:
    driver = Driver(in_turn([lambda one: one.to("items"), Controller.over]))

    driver.run(Graph.from_text(NESTED))

    assert next_of(driver) == ["seed@0", "work@0", "aside@0"]
    inside = [event.done for event in driver.events if isinstance(event, Frontier)][2]
    assert {done.node.split("/")[0] for done in inside} == {"work"}


def test_every_waiting_firing_of_concurrent_regions_is_on_the_frontier() -> None:
    driver = Driver(in_turn([lambda one: one.to("items"), Controller.step]))

    driver.run(Graph.from_text(NESTED))

    waiting = [held.node for held in driver.frontiers[2]]
    assert waiting == ["work/0/item", "work/1/item", "work/2/item", "aside"]


@pytest.mark.parametrize("target", ["two", "one"])
def test_to_a_node_fires_what_it_needs_and_holds_the_rest(target: str) -> None:
    driver = Driver(in_turn([lambda one: one.to(target)]))

    driver.run(Graph.from_text(CHAIN))

    done = [event.done for event in driver.events if isinstance(event, Frontier)][1]
    assert [one.node for one in done] == ["seed", "one", "two"][: 3 if target == "two" else 2]
    assert "aside" in [held.node for held in driver.frontiers[1]]


def test_to_a_node_of_one_item_holds_the_other_items() -> None:
    driver = Driver(in_turn([lambda one: one.to("work/1/digest")]))

    driver.run(Graph.from_text(NESTED))

    done = [event.done for event in driver.events if isinstance(event, Frontier)][1]
    assert [one.node for one in done] == ["seed", "items", "work/1/item", "work/1/digest"]


def test_to_a_node_respects_the_order_of_store_uses() -> None:
    graph = Graph.from_text("""
nodes:
  a: {type: toy.number, value: 1}
  write: {type: toy.note, store: log}
  other: {type: toy.echo}
  read: {type: toy.notes, store: log}
edges: [a.out -> write.value, a.out -> other.value]
stores: {log: {type: list}}
max_ticks: 1
""")
    driver = Driver(in_turn([lambda one: one.to("read")]))

    driver.run(graph)

    assert [one.node for one in _done(driver, 1)] == ["a", "write", "read"]


def test_to_a_node_of_the_next_tick_lets_the_tick_end() -> None:
    """`count` fires at every tick; asked for again it needs the end of the tick, so all else goes too."""
    driver = Driver(in_turn([lambda one: one.to("count"), lambda one: one.to("count")]))

    driver.run(Graph.from_text(LOOP))

    assert [f"{one.node}@{one.tick}" for one in _done(driver, 1)] == ["count@0"]
    assert [f"{one.node}@{one.tick}" for one in _done(driver, 2)] == ["watch@0", "count@1"]


def _done(driver: Driver, stop: int) -> tuple[Done, ...]:
    return [event.done for event in driver.events if isinstance(event, Frontier)][stop]


def test_only_a_node_leaves_the_run_when_it_has_fired() -> None:
    driver = Driver(lambda one: one.only("one"))

    result, log = driver.run(Graph.from_text(CHAIN))

    assert (result.status, result.ended, result.exit_code) == ("paused", "limit:control", 3)
    assert fired(log) == ["seed@0", "one@0"]


def test_a_held_run_that_is_left_is_paused_and_can_be_resumed() -> None:
    driver = Driver(in_turn([Controller.step, Controller.leave]))

    result, log = driver.run(Graph.from_text(CHAIN))

    assert (result.status, result.ended) == ("paused", "limit:control")
    assert log.finished == ("paused", "limit:control")
    assert fired(log) == ["seed@0"]


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (lambda one: one.out(), "top of the graph"),
        (lambda one: one.into(), "`seed` at tick 0 has no inside"),
        (lambda one: one.to("tow"), "no node `tow`"),
        (lambda one: one.tick("one"), "`one` is no region"),
        (lambda one: one.step(0), "0 is no number of steps"),
        (lambda one: one.freeze("one", "in", 3), "no output `in`"),
        (lambda one: one.freeze("one", "out", "three"), "`one.out` is integer, not text"),
        (lambda one: one.freeze("result"), "has no outputs to freeze"),
        (lambda one: one.unfreeze("one"), "`one` is not frozen"),
        (lambda one: one.bring_back("one"), "`one` is not knocked out"),
        (lambda one: one.remove_breakpoint(4), "There is no breakpoint 4"),
        (lambda one: one.add_breakpoint("one:frob > 1"), "`one` has no port `frob`"),
        (lambda one: one.add_breakpoint("one:a > 1 and out > 1"), "over inputs or over outputs, not both"),
        (lambda one: one.add_breakpoint(":nothing"), "names no node"),
    ],
)
def test_orders_that_make_no_sense_are_refused_and_change_nothing(order: Any, sentence: str) -> None:
    refusals: list[BaseException | None] = []

    def act(controller: Controller) -> object:
        refused: Future[Any] = order(controller)
        refusals.append(refused.exception())
        return controller.resume()

    driver = Driver(act)
    result, _ = driver.run(Graph.from_text(CHAIN))

    assert isinstance(refusals[0], UsageError)
    assert sentence in str(refusals[0])
    assert result.status == "ok"


def test_orders_before_the_start_are_checked_at_once_if_the_plan_is_known() -> None:
    graph = Graph.from_text(CHAIN)
    controller = Controller(plan=prepare(graph, REGISTRY).plan(ordered_races=False))

    assert "no node" in str(controller.to("nowhere").exception())
    controller.freeze("one", "out", 40).result()
    result, _ = run_logged(graph, control=controller)

    assert result.outputs == {"result": 41}


def test_orders_before_the_start_are_obeyed_before_anything_fires() -> None:
    controller = Controller()
    frozen = controller.freeze("one", "out", 40)
    wrong = controller.to("nowhere")
    assert not frozen.done()

    result, _ = run_logged(Graph.from_text(CHAIN), control=controller)

    assert result.outputs == {"result": 41}
    assert frozen.result() is None
    assert isinstance(wrong.exception(), UsageError)


def test_orders_after_the_end_are_refused() -> None:
    controller = Controller()
    run_logged(Graph.from_text(CHAIN), control=controller)

    assert "The run has ended" in str(controller.pause().exception())


def test_a_run_is_steered_from_another_thread() -> None:
    """The run is in a thread; this one holds, looks, steps and lets go, waiting for events only."""
    heard: list[list[Event]] = []
    bell = threading.Semaphore(0)

    def listener(events: list[Event]) -> None:
        heard.append(events)
        for event in events:
            if isinstance(event, Frontier):
                bell.release()

    controller = Controller(held=True, listener=listener)
    results: list[Any] = []
    runner = threading.Thread(
        target=lambda: results.append(run_logged(Graph.from_text(CHAIN), control=controller)), daemon=True
    )
    runner.start()
    nodes = []
    for _ in range(5):
        assert bell.acquire(timeout=10)
        status = controller.status().result(10)
        nodes.append(status["waiting"][0]["node"])
        assert (status["state"], status["under_way"]) == ("paused", 0)
        controller.step().result(10)
    runner.join(10)

    assert nodes == ["seed", "one", "two", "aside", "result"]
    assert results[0][0].outputs == {"result": 5}


def test_a_limit_wakes_who_is_held() -> None:
    """The limit on firings is met while others of the region wait."""
    driver = Driver(Controller.step)

    result, log = driver.run(Graph.from_text(CHAIN), limits={"firings": 2})

    assert (result.status, result.ended) == ("paused", "limit:firings")
    assert len(log.firings) == 2


def test_a_failure_wakes_who_is_held_in_its_region() -> None:
    graph = Graph.from_text("""
nodes:
  a: {type: toy.number, value: 2}
  bad: {type: toy.fail, modulus: 1}
  later: {type: toy.echo}
edges: [a.out -> bad.value, a.out -> later.value]
""")
    driver = Driver(Controller.step)

    result, log = driver.run(graph)

    assert result.status == "failed"
    assert fired(log) == ["a@0", "bad@0"]


def test_time_held_counts_for_no_limit() -> None:
    """The run may take 0.2 s, a node around what is held 0.1 s; it is held for longer than both."""
    graph = Graph.from_text("""
nodes:
  a: {type: toy.number, value: 2}
  around: {type: flow.subgraph, graph: body, timeout_s: 0.1, limits: {seconds: 0.15}}
edges: [a.out -> around.x]
graphs:
  body:
    nodes:
      x: {type: flow.input}
      y: {type: flow.output}
    edges: [x.value -> y.value]
    limits: {seconds: 0.15}
""")

    def wait_long(controller: Controller) -> object:
        return asyncio.get_running_loop().call_later(0.3, controller.step)

    driver = Driver(in_turn([Controller.step, Controller.step, wait_long]))
    result, _ = driver.run(graph, limits={"seconds": 0.2})

    assert result.status == "ok", result.error
    assert result.duration_s > 0.3


def test_the_clock_goes_on_when_the_run_does() -> None:
    """The control of the test above: the same limit ends a run that is not held."""
    graph = Graph.from_text(LOOP.replace("4", "1000000"))
    driver = Driver(in_turn([]))

    result, _ = driver.run(graph, limits={"seconds": 0.05, "ticks": 1e9, "firings": 1e9})

    assert (result.status, result.ended) == ("paused", "limit:seconds")


async def test_what_was_ordered_and_told_before_the_start_is_heard_at_the_start() -> None:
    graph = Graph.from_text(CHAIN)
    heard: list[Event] = []

    def hear(events: list[Event]) -> None:
        heard.extend(events)
        if any(isinstance(event, Frontier) for event in events):
            controller.resume()

    plan = prepare(graph, REGISTRY).plan(ordered_races=False)
    controller = Controller(listener=hear, plan=plan)
    controller.pause("not yet")

    services: Any = Services()
    going = arun(graph, registry=REGISTRY, catalog=services, log=MemoryLog(), db="unused.db", control=controller)
    result = await asyncio.wait_for(going, 10)

    assert result.outputs == {"result": 5}
    states = dict.fromkeys((one.name, one.why) for one in heard if isinstance(one, State))
    assert list(states)[:2] == [("pausing", "not yet"), ("paused", "not yet")]
