"""What every engine has to do, asked of each in the same words: the local pool, and Ray where it is installed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from studio import run
from studio.batch.engines.base import Engine
from studio.batch.work.messages import Frame
from tests.support.batches import Breaking, SmallJobs, drive, results_of, script, small_graph
from tests.support.outlines import outline

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


def a_killed_worker_costs_nothing_but_time(engine: Engine, folder: Path) -> None:
    """The first worker that tells of a run dies then, and so does the first of the others: whatever the speed of each,
    all of what they had is to be made again."""
    db = folder / "batch.db"
    killed: list[int] = []

    def dies(worker: int, heard: list[Any]) -> bool:
        if worker in killed or len(killed) == 2 or not isinstance(heard[-1], Frame):
            return False
        killed.append(worker)
        return True

    breaking = Breaking(engine, dies)

    outcome = drive(SmallJobs(small_graph(), COUNT, {"model": script(folder, REPLIES)}), breaking, db)

    assert outcome.status == "complete", outcome
    assert len(killed) == 2, "no two workers were killed: this checks nothing"
    assert breaking.started >= 4
    assert outcome.progress.repeated >= 2
    require_each_once(db, folder)


def a_failing_run_is_a_result_and_stops_nobody(engine: Engine, folder: Path) -> None:
    """The script answers one call only: the second one fails each run."""
    db = folder / "batch.db"

    outcome = drive(SmallJobs(small_graph(), 3, {"model": script(folder, REPLIES[:1])}), engine, db)

    assert (outcome.status, outcome.progress.failed) == ("complete", 3)
    assert [one.status for one in results_of(db)] == ["failed"] * 3
    assert "no reply left" in results_of(db)[0].error


def require_each_once(db: Path, folder: Path) -> None:
    """Each row has one result, whose run has the outline of the plain engine."""
    results = results_of(db)
    assert [one.row for one in results] == list(range(COUNT))
    assert max(Counter(one.run for one in results).values()) == 1
    plain = expected_outline(folder)
    for one in results:
        assert list(outline(db, one.run)) == plain
