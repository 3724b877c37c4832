"""Causes in random runs: both directions agree, and what a change reaches is among the descendants.

The oracle knows nothing of causes: a graph is run again with one number in it changed. Where both runs take the same
course (the same firings, decided alike, wired alike), values may differ only downstream of the change.
`python -m tests.replay.test_causes_at_random FROM TO` tries the graphs of other seeds.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.graph import Graph
from studio.graph.model import NodeInstance
from studio.replay.causes import Causes
from studio.replay.causes.giving import Giving
from studio.replay.continuing import resume
from studio.trace import Trace
from studio.trace.found import Firing
from tests.engine.generator import random_graph
from tests.engine.players import REGISTRY, Services

SEEDS = range(12)
CHANGES = 3
"""Numbers changed per graph."""

MOST_FIRINGS = 400

SAID = {
    "failed": "failed", "knockout": "knocked out", "when": "`when` is false", "not fed": "nothing fed back yet",
    "stopped": "was stopped", "no entry": "no entry", "cut off": "cut off",
}  # fmt: skip
"""What the engine says of the roots that are not just another way taken."""

LEAST = {"pairs": 2000, "same course": 22, "changed": 75, "skips": 75}
"""What must have been seen for the test to be worth its name."""


def record(graph: Graph, db: Path) -> None:
    run(graph, db=db, registry=REGISTRY, catalog=Services())  # type: ignore[arg-type]


def numbers_in(graph: Graph) -> list[tuple[NodeInstance, str]]:
    """Nodes with a number that all their outputs depend on."""
    found = []
    for _, inner in graph.walk():
        for node in inner.nodes.values():
            param = {"toy.mix": "salt", "toy.add": "plus", "toy.number": "value"}.get(node.type)
            if param is not None and param in node.params:
                found.append((node, param))
    return found


def course(trace: Trace) -> dict[tuple[str, str, int], tuple[Any, Firing]]:
    """What was decided and wired how, in words that two runs share."""
    known = {one.id: one for one in trace.firings()}

    def name(pair: Any) -> Any:
        return (known[pair[0]].node, known[pair[0]].tick, pair[1]) if pair[0] else "first"

    made = {}
    for one in known.values():
        wired = {
            port: [name(pair) for pair in (stored if stored and isinstance(stored[0], list) else [stored])]
            for port, stored in one.inputs.items()
        }
        made[one.node, one.tick, one.attempt] = ((one.status, wired, tuple(one.outputs)), one)
    return made


def contradictions(seed: int, size: int, folder: Path, seen: Counter[str]) -> list[str]:
    """Run the graph of a seed, and again with changes; return what contradicts the causes."""
    graph = random_graph(seed, size)
    db = folder / f"{seed}.db"
    record(graph, db)
    with Trace(db) as trace:
        firings = list(trace.firings())
        if len(firings) > MOST_FIRINGS:
            return []
        causes = Causes(trace, registry=REGISTRY)
        wrong = _both_ways(causes, firings, seen) + _roots(causes, firings, seen)
        options, choose = numbers_in(graph), random.Random(seed)
        for number in range(CHANGES if options else 0):
            node, param = choose.choice(options)
            before = node.params[param]
            node.params[param] = before + choose.choice([1, 2, 40])
            other = folder / f"{seed}_{number}.db"
            record(graph, other)
            node.params[param] = before
            with Trace(other) as changed:
                wrong += _unreached(causes, trace, changed, node.name, seen)
    return [f"seed {seed}, size {size}: {line}" for line in wrong]


def _both_ways(causes: Causes, firings: list[Firing], seen: Counter[str]) -> list[str]:
    """Where something led to a firing and does not know of it, or the other way round."""
    led: dict[int, set[int]] = {}
    for one in firings:
        for ancestor in causes.ancestors(one).firings:
            led.setdefault(ancestor, set()).add(one.id)
    wrong = []
    for one in firings:
        down = set(causes.descendants(one).firings) - {one.id}
        up = led.get(one.id, set()) - {one.id}
        seen["pairs"] += len(down)
        # Of a region node that something entered, only `done` came of it: it is on the way to what `done` is wired to.
        by_the_way = {id for id in down - up if causes.get(id).type in ("flow.subgraph", "flow.map")}
        if up - down or (down - up and not by_the_way):
            lost = [f"{causes.get(id).node}@{causes.get(id).tick}" for id in sorted(up ^ down)[:4]]
            wrong.append(f"{one.node}@{one.tick} and {', '.join(lost)} disagree about each other")
    return wrong


def _roots(causes: Causes, firings: list[Firing], seen: Counter[str]) -> list[str]:
    """Skips whose root is not found, or does not fit what the engine said."""
    wrong = []
    for one in firings:
        if one.status != "skipped":
            continue
        seen["skips"] += 1
        found = causes.absence(one)
        said = [phrase for kind, phrase in SAID.items() if kind == found.kind]
        others = [phrase for kind, phrase in SAID.items() if kind != found.kind and phrase in one.reason]
        if "never had a value" in one.reason and found.kind != "unknown":
            continue  # the engine's reason ends at a region with a clock of its own, the root lies within
        if found.kind == "unknown" or (said[0] not in one.reason if said else others):
            wrong.append(f"{one.node}@{one.tick} was skipped ({one.reason}), but the root is {found.kind}")
    return wrong


def _unreached(causes: Causes, trace: Trace, changed: Trace, name: str, seen: Counter[str]) -> list[str]:
    """Firings that the change of a node altered though it does not lead to them, in runs of the same course."""
    then, now = course(trace), course(changed)
    if {key: one[0] for key, one in then.items()} != {key: one[0] for key, one in now.items()}:
        return []
    seen["same course"] += 1
    reached: set[int] = set()
    for _, one in then.values():
        if one.node.rpartition("/")[2] == name and one.status != "skipped":
            reached |= set(causes.descendants(one).firings)
    altered = [one for key, (_, one) in then.items() if trace.outputs(one) != changed.outputs(now[key][1])]
    seen["changed"] += len(altered)
    return [f"{one.node}@{one.tick} changed with `{name}`" for one in altered if one.id not in reached]


def test_causes_agree_with_what_a_change_does(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()

    wrong = [line for seed in SEEDS for line in contradictions(seed, 3 + seed % 12, tmp_path, seen)]

    assert not wrong, "\n".join(wrong[:10])
    assert {fact: seen[fact] for fact, least in LEAST.items() if seen[fact] < least} == {}


@pytest.mark.parametrize(("lost", "seed"), [("input", 0), ("feedback", 5), ("item", 9), ("leaves", 20), ("enters", 20)])
def test_the_oracle_notices_a_relation_that_is_missing(
    lost: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Giving.of
    monkeypatch.setattr(
        Giving, "of", lambda self, one, port=None: [cause for cause in whole(self, one, port) if cause.why != lost]
    )

    wrong = contradictions(seed, 3 + seed % 12, tmp_path, Counter())

    assert any("changed with" in line for line in wrong)


@pytest.mark.parametrize("seed", [3, 9, 20, 31, 44])
def test_a_run_that_was_paused_and_resumed_has_the_causes_of_one_that_was_not(seed: int, tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    services: Any = {"db": db, "registry": REGISTRY, "catalog": Services()}
    whole = run(random_graph(seed, 3 + seed % 12), **services)
    half = run(random_graph(seed, 3 + seed % 12), **services, limits={"firings": whole.firings // 2})

    resumed = resume(db, half.run_id, registry=REGISTRY, catalog=Services(), limits={"firings": 10**6})

    with Trace(db) as trace:
        assert any(one.origin == "replayed" for one in trace.firings(resumed.run_id))
        assert led_by_name(trace, resumed.run_id) == led_by_name(trace, whole.run_id)
        assert led_by_name(trace, half.run_id) != led_by_name(trace, whole.run_id), "the half has fewer"


def led_by_name(trace: Trace, run_id: str) -> dict[tuple[str, str, int], frozenset[tuple[str, str]]]:
    """What led to each firing that fired, in words that two runs share."""
    causes = Causes(trace, run_id, registry=REGISTRY)
    return {
        (one.node, one.tick, one.attempt): frozenset(
            (found.node, found.tick) for found in causes.ancestors(one).firings.values()
        )
        for one in trace.firings(run_id)
        if one.status in ("ok", "error")
    }


def main(first: int, last: int) -> int:
    """Try the graphs of the seeds from `first` up to `last`; print what contradicts."""
    seen: Counter[str] = Counter()
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, last):
            for line in contradictions(seed, 3 + seed % 12, Path(folder), seen):
                bad += 1
                print(line)
    print(dict(seen), f"{bad} contradictions")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
