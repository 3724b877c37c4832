"""A resumed run is the run that nothing disturbed, wherever it was cut (design sections 2.10, 7; notes section 1)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio.engine.result import RunResult
from studio.graph import Graph
from studio.trace.log import ERROR, EXECUTED, SKIPPED
from tests.engine.generator import random_graph
from tests.engine.players import Services, by_reference
from tests.engine.same import differences, is_torn
from tests.reference.records import Firing
from tests.replay.crashes import Call, Tape, beside_failure, crashed, cuts, decided, outcome, resumed, undisturbed
from tests.replay.everyday import for_seeds
from tests.support.graphs import CRITIC_LOOP
from tests.support.thorough import draws
from tests.support.toys import latencies, shuffled

LABELS = ["vague", "wrong", "good"]
TELLING = (31, 35, 41, 48, 76, 187, 229, 465)
"""Graphs that showed a fault once: failed items and contenders, bodies that ended early, a failure in every tick."""


def critic_replies() -> list[object]:
    return [
        line for n, label in enumerate(LABELS) for line in (f"Draft {n}.", {"reply": label, "choices": {label: 1.0}})
    ]


def test_a_run_cut_at_every_moment_resumes_to_the_same_end(tmp_path: Path) -> None:
    """Three drafts, three judgements: whatever was answered is not asked again, whatever was not, is."""
    graph = Graph.from_text(CRITIC_LOOP)
    whole, tape = undisturbed(graph, critic_replies())
    assert whole.status == "ok"
    asked_in_all = sum(1 for name, _ in tape.calls if name == "effect_result" and _[0])
    db = tmp_path / "runs.db"

    for cut in range(1, len(tape.calls)):
        run_id = crashed(db, graph, tape.calls[:cut])
        answered = sum(1 for name, args in tape.calls[:cut] if name == "effect_result" and args[0])
        services = Services(critic_replies())
        result, again = resumed(db, run_id, services=services)

        assert (result.status, result.ended, result.outputs) == (whole.status, whole.ended, whole.outputs), cut
        assert decided(again) == decided(tape), cut
        assert len(services.model.requests) == asked_in_all - answered, cut
        before = {(one.path, one.tick) for one in tape.firings if one.seq <= last_seq(tape, cut)}
        executed = {(one.path, one.tick) for one in again.firings if one.origin == EXECUTED}
        assert not before & executed, cut


def test_a_resumed_run_that_is_cut_as_well_goes_on_without_asking_again(tmp_path: Path) -> None:
    """Also where it was cut while it still took over what the first one had."""
    graph = Graph.from_text(CRITIC_LOOP)
    whole, tape = undisturbed(graph, critic_replies())
    first = tape.calls[: len(tape.calls) * 2 // 3]
    left = answered(tape.calls) - answered(first)
    assert answered(first) >= 2
    _, again = resumed_after(tmp_path / "once.db", graph, first)

    db = tmp_path / "runs.db"
    for cut in range(1, len(again.calls), 4 - draws(1, 3)):
        parent = crashed(db, graph, first)
        run_id = crashed(db, graph, again.calls[:cut], parent=parent)
        services = Services(critic_replies())
        result, _ = resumed(db, run_id, services=services)

        assert (result.status, result.outputs) == (whole.status, whole.outputs), cut
        assert len(services.model.requests) == left - answered(again.calls[:cut]), cut


def resumed_after(db: Path, graph: Graph, calls: Sequence[Call]) -> tuple[RunResult, Tape]:
    return resumed(db, crashed(db, graph, calls), critic_replies())


def answered(calls: Sequence[Call]) -> int:
    """Return how many questions of firings were asked and answered in these very calls."""
    results = [args for name, args in calls if name == "effect_result"]
    return sum(1 for firing, *_, origin in results if firing and origin == EXECUTED)


def last_seq(tape: Tape, cut: int) -> int:
    return max((args[1] for name, args in tape.calls[:cut] if name == "firing"), default=0)


@for_seeds(range(30), also=TELLING)
def test_random_graphs_cut_anywhere_resume_to_the_same_end(seed: int, tmp_path: Path) -> None:
    """Regions, maps, organs, races, stores, errors: what was decided is taken over, and the rest comes out alike."""
    graph = random_graph(seed + 1000, 4 + seed % 9)
    expected = by_reference(graph)
    whole, db = undisturbed(graph), tmp_path / "runs.db"

    for cut in cuts(whole[1], 5):
        run_id = crashed(db, graph, whole[1].calls[:cut])
        again = resumed(db, run_id)

        assert not differences(expected, outcome(again)), (seed, cut, graph.to_text())
        here, there = decided(whole[1], expected), decided(again[1], expected)
        assert here == there, (seed, cut, [key for key in {**here, **there} if here.get(key) != there.get(key)][:3])
        kept = {(one.path, one.tick) for one in whole[1].firings if one.seq <= last_seq(whole[1], cut)}
        executed = {
            (one.path, one.tick) for one in again[1].firings if one.origin == EXECUTED and one.status != SKIPPED
        }
        torn_or_failed = {
            (one.path, one.tick) for one in whole[1].firings if one.status == ERROR or beside_failure(one, expected)
        }
        assert not (kept & executed) - torn_or_failed, (seed, cut)


@for_seeds(range(30))
def test_races_by_arrival_that_were_decided_stay_decided(seed: int, tmp_path: Path) -> None:
    """Who arrives first is chance: of two runs of a graph they may differ, of a run and its resumption they may not."""
    graph = random_graph(seed + 3000, 8 + seed % 7)
    with latencies(shuffled(seed)):
        whole = undisturbed(graph, catalog=Services(scripted=False))
    if whole[0].status != "ok":
        return

    db = tmp_path / "runs.db"
    for cut in cuts(whole[1], 4):
        run_id = crashed(db, graph, whole[1].calls[:cut], {"races": "by arrival"})
        with latencies(shuffled(seed + cut)):
            result, again = resumed(db, run_id, services=Services(scripted=False))

        assert result.status == "ok", result.error
        before = {
            (one.path, one.tick, one.attempt): (one.status, one.data, one.reason)
            for one in whole[1].firings
            if one.seq <= last_seq(whole[1], cut)
        }
        after = {(one.path, one.tick, one.attempt): (one.status, one.data, one.reason) for one in again.firings}
        torn = by_reference(graph)
        lost = {
            key for key, what in before.items()
            if after.get(key) != what and not is_torn(Firing(key[0], key[1], "", "", {}, {}), torn)
        }  # fmt: skip
        assert not lost, (seed, cut, {key: (before[key], after.get(key)) for key in lost})
