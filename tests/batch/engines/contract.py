"""What every engine has to do, asked of each in the same words: the local pool, and Ray where it is installed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio import run
from studio.batch.driving.driver import Outcome
from studio.batch.driving.jobs import Job
from studio.batch.engines.base import Engine
from studio.batch.work.messages import Frame
from studio.trace.log import BatchResult
from tests.support.batches import Breaking, SmallJobs, drive, results_of, script, small_graph
from tests.support.outlines import is_as_expected, outline

COUNT = 12
REPLIES = ["A long draft.", "Short."]


def expected_outline(folder: Path) -> list[tuple[Any, ...]]:
    """The outline of one run as the plain engine makes it."""
    db = folder / "plain.db"
    result = run(small_graph(), model=script(folder, REPLIES), db=db)
    return list(outline(db, result.run_id))


def each_run_once_with_the_outline_of_the_plain_engine(engine: Engine, folder: Path) -> None:
    """A batch without any mishap."""
    db = folder / "batch.db"

    outcome = drive(SmallJobs(small_graph(), COUNT, {"model": script(folder, REPLIES)}), engine, db)

    assert (outcome.status, outcome.progress.done, outcome.progress.failed) == ("complete", COUNT, 0), outcome
    require_each_once(db, folder)


class LastFails(SmallJobs):
    """Runs whose last one has another model, which `fails` it."""

    fails = ""

    def __iter__(self) -> Iterator[Job]:
        for job in super().__iter__():
            yield job if job.row < self.count - 1 else replace(job, options={**job.options, "model": self.fails})


def killed_workers_and_a_failing_run_stop_nobody(
    engine: Engine,
    folder: Path,
    *,
    workers: int = 2,
    latency_ms: int = 0,
    count: int = COUNT,
    begins: Callable[[], bool] = lambda: True,
) -> Outcome:
    """Once it `begins`, the first worker that tells of a run dies, and so does the first of the others: whatever the
    speed of each, all of what they had is to be made again. A run that fails, the last of `count` + 1, is a result."""
    db = folder / "batch.db"
    killed: list[int] = []

    def dies(worker: int, heard: list[Any]) -> bool:
        if not begins() or worker in killed or len(killed) == 2 or not isinstance(heard[-1], Frame):
            return False
        killed.append(worker)
        return True

    breaking = Breaking(engine, dies)
    model = script(folder, [{"reply": reply, "latency_ms": latency_ms} for reply in REPLIES])
    jobs = LastFails(small_graph(), count + 1, {"model": model})
    jobs.fails = script(folder, REPLIES[:1], "short.jsonl")  # answers one call only: the second fails the run

    outcome = drive(jobs, breaking, db, workers=workers)

    assert (outcome.status, outcome.progress.failed) == ("complete", 1), outcome
    assert len(killed) == 2, "no two workers were killed: this checks nothing"
    assert breaking.started >= workers + 2
    assert outcome.progress.repeated >= 2
    *good, failed = results_of(db)
    assert (failed.row, failed.status) == (count, "failed")
    assert "no reply left" in failed.error
    _require_each_once(good, count, db, folder)
    return outcome


def require_each_once(db: Path, folder: Path) -> None:
    """Each row has one result, whose run has the outline of the plain engine."""
    _require_each_once(results_of(db), COUNT, db, folder)


def _require_each_once(results: list[BatchResult], count: int, db: Path, folder: Path) -> None:
    assert [one.row for one in results] == list(range(count))
    assert max(Counter(one.run for one in results).values()) == 1
    plain = expected_outline(folder)
    for one in results:
        assert is_as_expected(outline(db, one.run), plain, goes_on=one.attempt > 1), one
