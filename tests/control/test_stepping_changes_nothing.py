"""Whatever a person does to hold a run, it makes what it would have made (rules 2.10 and 2.13).

Deterministic. `python -m tests.control.test_stepping_changes_nothing FROM TO` tries the graphs of other seeds.
"""

from __future__ import annotations

import sys
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.control import Controller
from tests.control.driving import Act, Driver, anything
from tests.engine.generator import random_graph
from tests.engine.players import by_reference, run_logged, seen
from tests.engine.same import differences
from tests.support.memory_log import MemoryLog
from tests.support.thorough import draws
from tests.support.toys import latencies, shuffled

EXAMPLES = draws(14, 60)
ONE_BY_ONE = ["a line for no node makes all calls wait their turn"]

held: Counter[str] = Counter()


def asked(log: MemoryLog) -> list[str]:
    """What was asked of the outside, by whom: the same whatever the order."""
    return sorted(f"{log.places[firing]} {n} {kind} {name} {request}" for firing, n, kind, name, request in log.intents)


def disagreements(seed: int, size: int, act: Act, replies: list[str]) -> list[str]:
    """Play a random graph by the book, and with somebody at the controls."""
    graph = random_graph(seed, size)
    expected = by_reference(graph)
    driver = Driver(act)
    with latencies(shuffled(seed)):
        result, log = driver.run(graph, replies=replies)
    held.update(frontiers=len(driver.frontiers), hits=len(driver.hits), runs=1)
    held.update(several=sum(len(waiting) > 1 for waiting in driver.frontiers))
    held.update(inside=sum("/" in waiting[0].node for waiting in driver.frontiers))
    found = differences(expected, seen(result, log))
    if expected.status == "ok" and not expected.torn:
        held.update(asked=1)
        _, plain = run_logged(graph, replies=replies)
        if asked(plain) != asked(log):
            found.append("other things were asked")
    return found


@settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 14), replies=st.sampled_from([[], ONE_BY_ONE]))
def test_a_restless_person_changes_nothing(seed: int, size: int, replies: list[str]) -> None:
    found = disagreements(seed, size, anything(seed), replies)

    assert not found, "\n".join([*found[:5], random_graph(seed, size).to_text()])


@settings(
    max_examples=EXAMPLES // 3, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 10))
def test_a_run_stepped_from_its_first_firing_to_its_last_is_the_same(seed: int, size: int) -> None:
    assert not disagreements(seed, size, Controller.step, [])


@settings(
    max_examples=draws(5, 10), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 2**32 - 1))
def test_stepping_is_the_same_every_time(seed: int) -> None:
    graph = random_graph(seed, 9)
    orders = []
    for latency in (0, 1):
        driver = Driver(Controller.step)
        with latencies(shuffled(latency)):
            _, log = driver.run(graph)
        orders.append(
            ([(one.path, one.tick) for one in log.firings], [[held.node for held in f] for f in driver.frontiers])
        )

    assert orders[0] == orders[1]


def test_the_examples_were_really_held() -> None:
    if held["runs"] < EXAMPLES:
        pytest.skip("needs the examples of the tests before")
    print(held)

    assert held["frontiers"] > 10 * held["runs"]
    assert held["hits"] > held["runs"] // 2
    assert held["asked"] > held["runs"] // 4
    assert held["several"] > 5 * held["runs"]
    assert held["inside"] > 5 * held["runs"]


def main(first: int, last: int) -> int:
    """Try the graphs of the seeds from `first` up to `last`; print what disagrees."""
    bad = 0
    for seed in range(first, last):
        for name, act in (("step", Controller.step), ("anything", anything(seed))):
            for replies in ([], ONE_BY_ONE):
                found = disagreements(seed, 3 + seed % 12, act, replies)
                if found:
                    bad += 1
                    print(f"seed {seed}, {name}, {len(replies)}:", *found[:3], sep="\n  ", flush=True)
    print(held, f"{bad} disagree")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
