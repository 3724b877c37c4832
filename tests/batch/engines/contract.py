"""What every engine has to do, asked of each in the same words: the local pool, and Ray where it is installed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from studio import run
from studio.batch.engines.base import Engine
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
    _require_each_once(db, folder)


def a_killed_worker_costs_nothing_but_time(engine: Engine, folder: Path) -> None:
    """The first worker dies when it has said three things, another one when it has said six."""
    db = folder / "batch.db"
    breaking = Breaking(engine, lambda worker, heard: (worker, len(heard)) in {(1, 3), (3, 6)})

    outcome = drive(SmallJobs(small_graph(), COUNT, {"model": script(folder, REPLIES)}), breaking, db)

    assert outcome.status == "complete", outcome
    assert breaking.started >= 3, "no worker was killed: this checks nothing"
    _require_each_once(db, folder)


def a_failing_run_is_a_result_and_stops_nobody(engine: Engine, folder: Path) -> None:
    """The script answers one call only: the second one fails each run."""
    db = folder / "batch.db"

    outcome = drive(SmallJobs(small_graph(), 3, {"model": script(folder, REPLIES[:1])}), engine, db)

    assert (outcome.status, outcome.progress.failed) == ("complete", 3)
    assert [one.status for one in results_of(db)] == ["failed"] * 3
    assert "no reply left" in results_of(db)[0].error


def _require_each_once(db: Path, folder: Path) -> None:
    results = results_of(db)
    assert [one.row for one in results] == list(range(COUNT))
    assert max(Counter(one.run for one in results).values()) == 1
    plain = expected_outline(folder)
    for one in results:
        assert list(outline(db, one.run)) == plain
