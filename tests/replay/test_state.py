"""The state at a step: what the cursor finds in the database is what the rules make of all records up to there.

Deterministic: the graphs are the same in every run.  `python -m tests.replay.test_state FROM TO` tries those of other
seeds, for as long as one likes.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from studio.engine.run import run
from studio.graph import Graph
from studio.replay.continuing import resume
from studio.replay.cursor import Cursor
from studio.replay.states.state import State
from studio.trace import Trace
from studio.trace.log import REPLAYED
from studio.trace.records import FiringRecord, OpenRecord
from tests.engine.generator import random_graph
from tests.engine.players import REGISTRY, Services
from tests.replay.oracle import ERROR, SKIPPED, Oracle, Place, Start, place_of
from tests.support.thorough import draws
from tests.support.toys import latencies, shuffled

covered: Counter[str] = Counter()

SERVICES: Any = Services()
"""Nobody to ask: these graphs ask nobody."""


def recorded(graph: Graph, db: Path, **options: Any) -> tuple[str, list[Any]]:
    """Run a graph into a database; return its run and all records in the order in which they were put."""
    records: list[Any] = []
    made = run(graph, db=db, registry=REGISTRY, catalog=SERVICES, listener=records.extend, **options)
    return made.run_id, records


SHARE = draws(1, 2)
"""Of two steps of a run, so many are compared."""

UnderWay = dict[int, FiringRecord | OpenRecord]


def under_way_at(
    firings: list[FiringRecord | OpenRecord], decided: dict[int, FiringRecord], step: FiringRecord
) -> UnderWay:
    """What had started when a step was decided and had not ended, by id; of all that started and all decisions."""
    time = step.started_at + step.duration
    found: UnderWay = {}
    for one in firings:
        if one.started_at > time:
            continue
        end = decided.get(one.id)
        if isinstance(one, FiringRecord) and one.status == SKIPPED:
            continue
        if end is not None and end.seq <= step.seq:
            continue
        if isinstance(one, OpenRecord) and end is not None and end.status != SKIPPED:
            continue  # its decision tells when it started
        found[one.id] = one
    return found


def running_at(under_way: UnderWay, oracle: Oracle, place: Place) -> dict[str, str]:
    """What was under way in a region: node to tick."""
    started = [(*oracle.paths[one.path_id], one.tick) for one in under_way.values()]
    return {name: tick for prefix, name, tick in started if place_of(prefix, tick) == place}


def compare(state: State, oracle: Oracle, start: Start, running: dict[str, str]) -> list[str]:
    """Return where a state differs from what the oracle says."""
    there = oracle.at_moment(start.place, running)
    found = []
    if state.tick_key != there.tick:
        return [f"tick {state.tick_key}, expected {there.tick}"]
    for name, node in state.nodes.items():
        expected = there.state_of(name, running)
        covered[expected] += 1
        if node.state != expected:
            found.append(f"{name} {node.state}, expected {expected}")
        said = there.outs.get(name)
        if (node.last is None) != (said is None) or (said is not None and node.last and node.last.id != said.id):
            found.append(f"{name} last {node.last}, expected {said}")
        if node.state == "waiting" and not any(wait.kind == "failure" for wait in node.waits):
            awaited = {(wait.port, wait.node) for wait in node.waits if wait.kind == "input"}
            if awaited != there.awaited(name):
                found.append(f"{name} waits for {awaited}, expected {there.awaited(name)}")
            if any(wait.kind == "ready" for wait in node.waits) and (awaited or there.store_users_before(name)):
                found.append(f"{name} is said to be ready")
            covered.update(f"waits for {wait.kind}" for wait in node.waits)
    for i, wire in enumerate(state.wires):
        kind, value, fresh = there.lying(i, wire.edge)
        covered[f"{kind} {'fresh' if fresh else 'held'}{' fed back' if wire.edge.feedback else ''}"] += 1
        got = (wire.lying.state, wire.lying.value)
        if got != (kind, value) or (kind == "present" and wire.lying.fresh != fresh):
            found.append(f"{wire.edge} {got} {wire.lying.fresh}, expected {(kind, value, fresh)}")
    for store in state.stores:
        content = oracle.content(start, store.name)
        covered["store" + (" of an item" if store.in_item else "") + ("" if store.used else " not used yet")] += 1
        if not store.known or store.content != content:
            found.append(f"store {store.name} {store.content}, expected {content}")
    return found


def check(db: Path, run_id: str, graph: Graph, records: list[Any]) -> list[str]:
    """Compare steps of a run with what the records say, in the region of the step and at the top."""
    oracle = Oracle(graph, REGISTRY)
    found: list[str] = []
    counted = (0, 0, 0)
    with Trace(db) as trace:
        cursor = Cursor(trace, run_id, registry=REGISTRY)
        # The listener has heard all of it now.
        firings = [one for one in records if isinstance(one, FiringRecord | OpenRecord)]
        decided = {one.id: one for one in records if isinstance(one, FiringRecord)}
        for record in records:
            oracle.take(record)
            if not isinstance(record, FiringRecord):
                continue
            count, skipped, failed = counted
            counted = (count + 1, skipped + (record.status == SKIPPED), failed + (record.status == ERROR))
            if record.seq % 2 >= SHARE:
                continue
            cursor.seek(record.seq)
            assert cursor.here.id == record.id
            start = oracle.starts[record.id]
            expected = under_way_at(firings, decided, record)
            under_way = {firing.id for firing, _ in cursor.state().under_way}
            if under_way != set(expected):
                found.append(f"step {record.seq}: under way {under_way}, expected {expected}")
            counts = cursor.steps.counts(record.seq)
            if counts[:3] != counted:
                found.append(f"step {record.seq}: {counts}, expected {counted}")
            found += looked_at(cursor.state(), oracle, start, expected, record)
            if start.place.prefix:
                outside = Start(Place("", ""), "", 0, 0)
                found += looked_at(cursor.state(cursor.regions.top()), oracle, outside, expected, record)
            if len(found) > 5:
                break
    return found


def looked_at(state: State, oracle: Oracle, start: Start, under_way: UnderWay, step: FiringRecord) -> list[str]:
    running = running_at(under_way, oracle, start.place)
    where = f"step {step.seq} in `{start.place.prefix}`"
    return [f"{where}: {line}" for line in compare(state, oracle, start, running)]


LEAST = {
    "fired": 2000, "held": 500, "skipped": 300, "failed": 30, "running": 200, "waiting": 1000,
    "waits for input": 1000, "waits for store": 5, "waits for ready": 300, "open fresh": 1000, "present held": 1000,
    "present fresh fed back": 1000, "present held fed back": 50, "absent fresh fed back": 200,
    "absent held fed back": 20, "open fresh fed back": 20, "store": 50, "store of an item": 20,
}  # fmt: skip
"""How often each of these must have been compared at least when all steps are, for the test to be worth its name."""

SEEDS = (0, 4, 7, 9, 16, 23, 34, 37, 72, 92, 99, 111, 122, 148, 266, 276, 339)


def graph_of(seed: int) -> Graph:
    return random_graph(seed * 7919 + 11, 3 + seed % 10)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_state_is_what_the_rules_make_of_the_records(db: Path, seed: int) -> None:
    with latencies(shuffled(seed)):
        run_id, records = recorded(graph_of(seed), db)

    assert check(db, run_id, graph_of(seed), records) == []


@pytest.mark.parametrize("seed", [7, 37, 92, 122])
def test_so_it_is_in_runs_that_paused_and_in_those_that_continue_them(db: Path, seed: int) -> None:
    with latencies(shuffled(seed)):
        run_id, records = recorded(graph_of(seed), db, limits={"firings": 25})
        continued: list[Any] = []
        with Trace(db) as trace:
            assert trace.run(run_id).status == "paused"
        again = resume(
            db, run_id, registry=REGISTRY, catalog=SERVICES, limits={"firings": 10_000}, listener=continued.extend
        )

    assert check(db, run_id, graph_of(seed), records) == []
    assert any(isinstance(one, FiringRecord) and one.origin == REPLAYED for one in continued)
    assert check(db, again.run_id, graph_of(seed), continued) == []


def test_the_states_that_were_compared_cover_the_rules() -> None:
    if not covered:
        pytest.skip("needs the states of the test before")

    assert {fact: covered[fact] for fact, least in LEAST.items() if covered[fact] < least * SHARE / 2} == {}


def main(first: int, last: int) -> int:
    """Compare every state of the random graphs of the seeds from `first` up to `last`; print what differs."""
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "runs.db"
        for seed in range(first, last):
            with latencies(shuffled(seed)):
                run_id, records = recorded(graph_of(seed), db)
            found = check(db, run_id, graph_of(seed), records)
            if found:
                bad += 1
                print(f"seed {seed}:", *found[:3], sep="\n  ")
    print(*(f"{count:7} {fact}" for fact, count in covered.most_common()), sep="\n")
    print(f"{bad} of {last - first} runs differ")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
