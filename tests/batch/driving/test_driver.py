"""A batch stops, goes on, and repeats nothing that has a result or was paid for."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio import Trace
from studio.batch.driving.driver import LOST, Driver
from studio.batch.driving.jobs import Budget, Job
from studio.batch.driving.progress import Progress
from studio.batch.engines.local import LocalEngine
from studio.batch.work.messages import Frame
from studio.trace.batches import Batches
from studio.trace.log import BatchStart
from tests.support.batches import Breaking, SmallJobs, drive, has_answered, results_of, script, small_graph

REPLIES = ["A long draft.", "Short."]


def jobs(folder: Path, count: int) -> SmallJobs:
    return SmallJobs(small_graph(), count, {"model": script(folder, REPLIES)})


def test_a_budget_of_runs_pauses_the_batch_and_the_next_session_makes_the_rest(tmp_path: Path) -> None:
    db = tmp_path / "batch.db"

    first = drive(jobs(tmp_path, 10), LocalEngine(), db, budget=Budget(runs=4))
    before = [one.run for one in results_of(db)]
    second = drive(jobs(tmp_path, 10), LocalEngine(), db, batch=first.batch)

    assert (first.status, first.reason) == ("paused", "limit:runs")
    assert len(before) == 4, "to the run, with two workers as well"
    assert (second.status, second.progress.before) == ("complete", len(before))
    results = results_of(db)
    assert [one.row for one in results] == list(range(10))
    assert set(before) <= {one.run for one in results}, "what had a result keeps it"


def test_a_bound_of_tokens_is_held_while_runs_go_on(tmp_path: Path) -> None:
    db = tmp_path / "batch.db"
    model = script(tmp_path, [{"reply": "A draft.", "tokens_in": 10, "tokens_out": 20}, "Short."])
    many = SmallJobs(small_graph(), 40, {"model": model})

    outcome = drive(many, LocalEngine(), db, workers=1, budget=Budget(tokens=100))

    assert (outcome.status, outcome.reason) == ("paused", "limit:tokens")
    assert 100 <= outcome.progress.tokens <= 300
    with Batches(db) as batches:
        assert batches.batch().status == "paused"


def test_runs_that_look_around_are_made_anew_by_another_batch_and_not_by_the_same(tmp_path: Path) -> None:
    db = tmp_path / "batch.db"
    around = Around(small_graph(), 4, {"model": script(tmp_path, REPLIES)})
    first = drive(around, LocalEngine(), db, budget=Budget(runs=2))
    same = drive(around, LocalEngine(), db, batch=first.batch)
    other = drive(around, LocalEngine(), db)
    control = drive(jobs(tmp_path, 4), LocalEngine(), db)

    assert [one.progress.before for one in (first, same, other, control)] == [0, 2, 0, 4]


class Around(SmallJobs):
    """The same runs, of a graph that looks at files, say."""

    def __iter__(self) -> Iterator[Job]:
        return (replace(job, looks_around=True) for job in super().__iter__())


def test_runs_that_another_batch_made_are_not_made_again_unless_asked(tmp_path: Path) -> None:
    db = tmp_path / "batch.db"
    drive(jobs(tmp_path, 5), LocalEngine(), db)
    first = [one.run for one in results_of(db)]

    again = drive(jobs(tmp_path, 7), LocalEngine(), db)
    reused = [one.run for one in results_of(db)]
    fresh = drive(jobs(tmp_path, 5), LocalEngine(), db, reuse=False)

    assert (again.status, again.progress.before, reused[:5]) == ("complete", 5, first)
    assert fresh.progress.before == 0
    assert not set(first) & {one.run for one in results_of(db)}


def test_a_run_whose_worker_always_dies_is_lost_and_the_others_go_on(tmp_path: Path) -> None:
    """One worker, killed each time as soon as it has begun: whatever it works at then has bad luck three times."""
    db = tmp_path / "batch.db"
    breaking = Breaking(LocalEngine(), lambda worker, heard: worker <= 3)

    outcome = drive(jobs(tmp_path, 3), breaking, db, workers=1)

    assert outcome.status == "complete"
    assert Counter(one.status for one in results_of(db)) == {LOST: 1, "ok": 2}
    lost = next(one for one in results_of(db) if one.status == LOST)
    assert "killed by the test" in lost.error


def test_a_second_attempt_goes_on_from_the_answers_of_the_first(tmp_path: Path) -> None:
    db = tmp_path / "batch.db"
    slow = [{"reply": "A long draft."}, {"reply": "Short.", "latency_ms": 600}]
    one = SmallJobs(small_graph(), 1, {"model": script(tmp_path, slow)})
    breaking = Breaking(LocalEngine(), lambda worker, heard: worker == 1 and has_answered(heard))

    outcome = drive(one, breaking, db, workers=1)

    assert outcome.status == "complete"
    (result,) = results_of(db)
    assert (result.status, result.attempt) == ("ok", 2)
    with Trace(db) as trace:
        found = trace.run(result.run)
        assert found.parent_run
        assert trace.run(found.parent_run).status == "interrupted"
        asked = [
            effect for effect in trace.effects(result.run) if effect.kind == "chat" and effect.origin == "executed"
        ]
    assert len(asked) == 1, "the first call was answered before the worker died"


def test_what_a_worker_says_of_a_run_that_was_given_away_changes_nothing(tmp_path: Path) -> None:
    from studio.trace.frames import FrameWriter, Relay, WorkerLog
    from studio.trace.log import RunStart
    from studio.trace.writer import writer_of

    db = tmp_path / "batch.db"
    frames: list[bytes] = []
    writer = FrameWriter(lambda frame, mark: frames.append(frame))
    log = WorkerLog(writer, RunStart("ZOMBIE", "small", "", "hash", "text"), None)
    log.finish("ok", "quiet", None, {}, {}, 1)
    writer.close()
    relay = Relay(writer_of(db))

    relay.expect("ZOMBIE")
    relay.forget("ZOMBIE")
    for frame in frames:
        relay.take(frame)
    writer_of(db).flush()

    assert relay.refused == 2
    with Trace(db) as trace:
        assert not trace.has_run("ZOMBIE")
    relay.expect("ZOMBIE")
    for frame in frames:
        relay.take(frame)
    with Trace(db) as trace:
        assert trace.has_run("ZOMBIE"), "control: what is expected comes through"


def test_progress_tells_when_it_will_be_over() -> None:
    progress = Progress(planned=10, before=2, done=2)

    assert progress.eta_s is None
    progress.started -= 8.0
    for _ in range(4):
        progress.ended(ok=True)
    assert progress.eta_s is not None
    assert progress.left == 4
    assert 0 < progress.eta_s <= 8.1
    while progress.left:
        progress.ended(ok=False)
    assert (progress.eta_s, progress.failed) == (0.0, 4)


def test_stopping_now_leaves_runs_that_the_next_session_makes(tmp_path: Path) -> None:
    db = tmp_path / "batch.db"
    slow = SmallJobs(small_graph(), 3, {"model": script(tmp_path, [{"reply": "x", "latency_ms": 60_000}, "Short."])})
    stopping: list[Driver] = []

    def has_begun(worker: int, heard: list[Any]) -> bool:
        if any(isinstance(one, Frame) for one in heard):
            stopping[0].stop(now=True)
        return False

    start = BatchStart("B1", "small", {}, 3, b"", time.time_ns())
    stopping.append(Driver(start, slow, Breaking(LocalEngine(), has_begun), db, workers=1))
    outcome = asyncio.run(stopping[0].drive())

    assert (outcome.status, outcome.reason, outcome.progress.done) == ("paused", "as you asked", 0)
    with Trace(db) as trace:
        assert [run.status for run in trace.runs()] == ["aborted"]
    quick = SmallJobs(small_graph(), 3, {"model": script(tmp_path, REPLIES)})
    assert drive(quick, LocalEngine(), db, batch="B1").status == "complete"
