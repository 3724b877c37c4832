"""A run that is left or aborted while a person holds it: it ends, keeps what it did, and can be gone on with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio import run
from studio.control import Controller
from studio.replay.continuing import resume
from studio.trace import Trace
from tests.control.driving import Act, Driver, anything
from tests.engine.generator import random_graph
from tests.engine.players import REGISTRY, Services, by_reference
from tests.support.memory_log import MemoryLog
from tests.support.thorough import draws
from tests.support.toys import latencies, shuffled

FEW = settings(
    max_examples=draws(5, 15), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def after(stops: int, last: Act, before: Act) -> Act:
    """Do something else at the n-th stop, and nothing more."""
    seen = [0]

    def act(controller: Controller) -> object:
        seen[0] += 1
        return last(controller) if seen[0] == stops else before(controller) if seen[0] < stops else None

    return act


@FEW
@given(seed=st.integers(0, 2**32 - 1), stops=st.integers(1, 25))
def test_left_at_any_moment_and_resumed_it_ends_as_it_would_have(
    tmp_path_factory: pytest.TempPathFactory, seed: int, stops: int
) -> None:
    graph = random_graph(seed, 9)
    expected = by_reference(graph)
    db: Path = tmp_path_factory.mktemp("left") / "trace.db"
    driver = Driver(after(stops, Controller.leave, anything(seed)))
    services: Any = Services()

    left = run(graph, control=driver.controller, registry=REGISTRY, db=db, catalog=services)
    if (left.status, left.ended) != ("paused", "limit:control"):
        assert (left.status, left.ended) == (expected.status, expected.ended)  # it was over before
        return
    again = resume(db, left.run_id, registry=REGISTRY, catalog=services)

    assert (again.status, again.ended) == (expected.status, expected.ended)
    assert again.taken_over <= left.firings
    if expected.status == "ok":
        assert again.outputs == expected.outputs
    with Trace(db) as trace:
        assert trace.run(left.run_id).ended == "limit:control"


@FEW
@given(seed=st.integers(0, 2**32 - 1), stops=st.integers(1, 25))
def test_aborted_at_any_moment_it_ends_and_holds_nobody(seed: int, stops: int) -> None:
    driver = Driver(after(stops, Controller.abort, anything(seed)))
    log = MemoryLog()
    services: Any = Services()

    try:
        with latencies(shuffled(seed)):
            run(
                random_graph(seed, 9), control=driver.controller, log=log, registry=REGISTRY, db="unused.db",
                catalog=services,
            )  # fmt: skip
    except asyncio.CancelledError:
        assert log.finished == ("aborted", "abort")
    else:
        assert len(driver.frontiers) < stops

    assert driver.controller.waiting == {}
    assert driver.states[-1].name == "ended"


@FEW
@given(seed=st.integers(0, 2**32 - 1))
def test_races_by_arrival_come_to_their_end_however_they_are_held(seed: int) -> None:
    driver = Driver(anything(seed))
    catalog = Services(scripted=False)

    with latencies(shuffled(seed)):
        result, _ = driver.run(random_graph(seed, 12), catalog=catalog)

    assert result.status in ("ok", "failed")
    assert driver.controller.waiting == {}
