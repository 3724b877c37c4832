"""Runs that are stopped again and again, at any moment, also while they take over what came before."""

from __future__ import annotations

import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from studio.engine.past import Past
from studio.replay import continuing
from studio.replay.changes import Changes
from studio.replay.past import load_past
from studio.support.errors import UsageError
from studio.trace.log import EXECUTED, OK
from tests.engine.generator import random_graph
from tests.engine.players import REGISTRY, by_reference
from tests.engine.same import differences
from tests.replay.crashes import Tape, beside_failure, crashed, decided, outcome, resumed, undisturbed
from tests.replay.everyday import for_seeds
from tests.replay.test_fork import change_one, forked
from tests.support.toys import latencies, shuffled


@pytest.fixture
def gone_on_from(monkeypatch: pytest.MonkeyPatch) -> list[Past]:
    """The pasts that runs of the test went on from, in order."""
    found: list[Past] = []
    load = load_past

    def kept(*args: Any, **keywords: Any) -> Past:
        found.append(load(*args, **keywords))
        return found[-1]

    monkeypatch.setattr(continuing, "load_past", kept)
    return found


@for_seeds(range(40))
def test_what_any_run_of_a_lineage_had_done_none_does_again(
    seed: int, tmp_path: Path, gone_on_from: list[Past]
) -> None:
    """Stopped four times in a row, also early in what it takes over: the end is the same, and nothing fires twice."""
    graph, rng, db = random_graph(seed + 9000, 4 + seed % 9), random.Random(seed), tmp_path / "runs.db"
    expected = by_reference(graph)
    with latencies(shuffled(seed)):
        _, whole = undisturbed(graph)
    last, parent, fork_seq = whole, "", None
    done: set[tuple[str, str, int]] = set()
    for time in range(4):
        cut = rng.randrange(1, len(last.calls))
        run_id = crashed(db, graph, last.calls[:cut], {}, parent, fork_seq=fork_seq)
        done |= {key for key, seq in fired(last) if seq <= seq_at(last, cut)}

        with latencies(shuffled(seed + time)):
            again = resumed(db, run_id)

        assert not differences(expected, outcome(again)), (seed, time, graph.to_text())
        assert decided(again[1], expected) == decided(whole, expected)
        twice = {key for key, seq in fired(again[1]) if key in done and is_new(again[1], seq)}
        beside = {(one.path, one.tick, one.attempt) for one in whole.firings if beside_failure(one, expected)}
        assert not twice - beside, (seed, time)
        last, parent, fork_seq = again[1], gone_on_from[-1].run, gone_on_from[-1].fork_seq


def fired(tape: Tape) -> list[tuple[tuple[str, str, int], int]]:
    """Return the firings in which a node's code gave something, with their seq: not what the engine plays."""
    return [
        ((one.path, one.tick, one.attempt), one.seq)
        for one in tape.firings
        if one.status == OK and not role_of(one.type)
    ]


def role_of(name: str) -> str:
    cls = REGISTRY.find(name)
    return "" if cls is None else str(cls.spec.role or "")


def is_new(tape: Tape, seq: int) -> bool:
    return next(one for one in tape.firings if one.seq == seq).origin == EXECUTED


def seq_at(tape: Tape, cut: int) -> int:
    return max((args[1] for name, args in tape.calls[:cut] if name == "firing"), default=0)


@for_seeds(range(20))
def test_nothing_new_begins_before_all_that_is_known_is_taken_over(seed: int, tmp_path: Path) -> None:
    """So a run that is stopped while it takes over has done nothing yet: who goes on leaves it out."""
    graph = random_graph(seed + 9500, 6 + seed % 9)
    with latencies(shuffled(seed)):
        _, whole = undisturbed(graph)
    known = {key for key, _ in fired(whole)}
    expected = by_reference(graph)
    cut = random.Random(seed).randrange(1, len(whole.calls))
    run_id = crashed(tmp_path / "runs.db", graph, whole.calls[:cut])

    with latencies(shuffled(seed)):
        _, again = resumed(tmp_path / "runs.db", run_id)

    torn = {(one.path, one.tick, one.attempt) for one in whole.firings if beside_failure(one, expected)}
    order = sorted((seq, key) for key, seq in fired(again) if key in known - torn)
    new = [is_new(again, seq) for seq, _ in order]
    assert new == sorted(new), "first what was known, then what is new"


@for_seeds(range(100, 120))
def test_forks_of_resumed_forks_are_the_runs_of_their_graphs(
    seed: int, tmp_path: Path, gone_on_from: list[Past]
) -> None:
    """Up to five runs in a row, each cut anywhere and resumed, or forked at a step or with a number changed."""
    graph, rng, db = random_graph(seed + 20000, 4 + seed % 9), random.Random(seed), tmp_path / "runs.db"
    with latencies(shuffled(seed)):
        _, last = undisturbed(graph)
    parent, fork_seq = "", None
    for time in range(5):
        cut = rng.randrange(1, len(last.calls) + 1) if rng.random() < 0.7 else len(last.calls)
        run_id = crashed(db, graph, last.calls[:cut], {}, parent, fork_seq=fork_seq)
        change = change_one(graph, rng) if rng.random() < 0.4 else None
        with latencies(shuffled(seed + time)):
            try:
                if change is not None:
                    changes = Changes({change[0]: change[1]})
                    again = forked(db, run_id, changes=changes)
                    graph = changes.applied_to(deepcopy(graph), REGISTRY)
                elif rng.random() < 0.5 and cut < len(last.calls):
                    again = resumed(db, run_id)
                else:
                    again = forked(db, run_id, at=rng.randint(1, seq_at(last, cut) + 1))
            except UsageError as told:
                if "is concerned" in str(told):  # the number stands in a body that was not come to
                    return
                raise

        assert not differences(by_reference(graph), outcome(again)), (seed, time, graph.to_text())
        last, parent, fork_seq = again[1], gone_on_from[-1].run, gone_on_from[-1].fork_seq
