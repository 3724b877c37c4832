"""Whatever workers say, and in whatever order: each run has one result at most, none is forgotten, all is whole."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio import Trace
from studio.batch.driving.driver import LOST
from studio.trace.writer import close_writer
from tests.support.batches import PLAYED, FakeEngine, SmallJobs, drive, results_of, small_graph
from tests.support.thorough import draws

JOBS = {count: SmallJobs(small_graph(), count) for count in range(1, 9)}


@settings(max_examples=draws(8, 40))
@given(
    words=st.lists(st.sampled_from(PLAYED), max_size=16),
    count=st.sampled_from(sorted(JOBS)),
    workers=st.integers(1, 3),
    at_once=st.integers(1, 3),
)
@example(words=["lost when ended", "late", "late", "speaks of others"], count=5, workers=2, at_once=2)
@example(words=["lost at once"] * 16, count=3, workers=2, at_once=1)
@example(words=["garbage", "no footer", "ends twice", "stopped", "fault", "refused"] * 2, count=8, workers=3, at_once=1)
def test_each_run_has_one_result_at_most_and_none_is_forgotten(
    words: list[str], count: int, workers: int, at_once: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "batch.db"
        engine = FakeEngine(words)

        first = drive(JOBS[count], engine, db, workers=workers, at_once=at_once)
        results = results_of(db)

        progress = first.progress
        assert (progress.under_way, progress.done + progress.left) == (0, count)
        assert len({one.key for one in results}) == len(results) == progress.done
        assert (first.status == "complete") is (progress.left == 0)
        if first.status != "complete":
            assert progress.refused or first.problem is not None, "a run was forgotten"
        before = {one.key: (one.run, one.status) for one in results}

        second = drive(JOBS[count], FakeEngine(), db, batch=first.batch, workers=workers)

        assert second.status == "complete"
        results = results_of(db)
        assert [one.row for one in results] == list(range(count))
        assert before.items() <= {one.key: (one.run, one.status) for one in results}.items(), "a result changed"
        with Trace(db) as trace:
            assert trace.verify() == []
            ok = {run.id for run in trace.runs() if run.status == "ok"}
            assert {one.run for one in results if one.status != LOST} <= ok
            assert not [run.id for run in trace.runs() if run.status == "running"]
        close_writer(db)


def test_what_was_said_of_runs_that_were_given_away_is_refused() -> None:
    """The control of the words: they do what they are called."""
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "batch.db"
        engine = FakeEngine(["lost when begun", "speaks of others"])

        outcome = drive(JOBS[2], engine, db, workers=1)

        assert outcome.status == "complete"
        with Trace(db) as trace:
            assert trace.run(engine.given_away[0]).status == "interrupted", "its footer came too late"
        assert (engine.started, outcome.progress.repeated) == (2, 1)
        close_writer(db)
