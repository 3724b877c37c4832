"""A door: no controller until somebody needs one, and then it is there, before, in the midst of and after a run."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from studio.control import Controller, Door, Event, Frontier
from studio.graph import Graph
from studio.support.errors import UsageError
from tests.control.test_holding import CHAIN, LOOP
from tests.engine.players import run_logged


def test_a_run_with_a_door_nobody_opens_has_no_controller() -> None:
    door = Door()

    result, _ = run_logged(Graph.from_text(CHAIN), control=door)

    assert result.outputs == {"result": 5}
    assert door.opened is None


def test_a_door_is_opened_while_the_run_goes_on() -> None:
    """The run is in a thread and would take for ever; it is held, stepped and left from here."""
    door, bell, results = Door(), threading.Semaphore(0), list[Any]()

    def hear(events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Frontier):
                bell.release()

    door.when_open(lambda controller: controller.listen(hear))
    graph = Graph.from_text(LOOP.replace("max_ticks: 4", "max_ticks: 1000000000"))
    limits = {"ticks": 1e12, "firings": 1e12, "seconds": 60}
    runner = threading.Thread(
        target=lambda: results.append(run_logged(graph, control=door, limits=limits)), daemon=True
    )
    runner.start()

    controller = door.open()
    controller.pause()
    assert bell.acquire(timeout=10)
    controller.step()
    assert bell.acquire(timeout=10)
    status = controller.status().result(10)
    assert (status["state"], status["why"]) == ("paused", "one step done")
    controller.leave()
    runner.join(10)

    assert results[0][0].ended == "limit:control"
    assert door.opened is controller


def test_orders_to_a_door_opened_before_the_start_are_obeyed() -> None:
    door = Door()
    door.open().freeze("one", "out", 40)

    result, _ = run_logged(Graph.from_text(CHAIN), control=door)

    assert result.outputs == {"result": 41}


def test_a_door_opened_after_the_end_refuses_orders() -> None:
    door = Door()
    run_logged(Graph.from_text(CHAIN), control=door)

    with pytest.raises(UsageError, match="has ended"):
        door.open().pause().result(1)


def test_a_controller_is_a_door_that_is_open() -> None:
    seen: list[Controller] = []
    controller = Controller()
    controller.when_open(seen.append)

    assert controller.open() is controller.opened is seen[0] is controller
