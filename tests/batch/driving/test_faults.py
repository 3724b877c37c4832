"""What dies or stops costs a batch nothing but time; `tests.bench.batches` does the same with forty faults."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from studio import Trace, run
from studio.batch.driving.driver import Outcome
from studio.batch.engines.local import LocalEngine
from studio.support.errors import UsageError
from tests.support.batch_faults import suffer
from tests.support.batches import SmallJobs, chain_graph, drive, results_of, script
from tests.support.outlines import is_as_expected, outline
from tests.support.processes import children_of, have_ended

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills and stops processes, and reads /proc")

COUNT = 60
REPLIES = [f"Reply {number}" for number in range(6)]
SILENT_S = 2.5


def test_six_faults_and_each_run_counts_once(tmp_path: Path) -> None:
    db, alone, model = tmp_path / "batch.db", tmp_path / "alone.db", script(tmp_path, REPLIES)
    kinds = ("driver", "worker", "all workers", "stopped worker", "driver", "worker")
    moments = [(8 * place + 5, kind) for place, kind in enumerate(kinds)]

    suffered = suffer(db, COUNT, model, moments, silent_s=SILENT_S)

    assert sum(suffered.faults.values()) == 6
    assert suffered.drivers == 3, "the control: two were killed"
    assert suffered.end["status"] == "complete"
    results = results_of(db)
    assert [(one.row, one.status) for one in results] == [(row, "ok") for row in range(COUNT)]
    assert len({one.run for one in results}) == COUNT
    expected = list(outline(alone, run(chain_graph(), model=model, db=alone).run_id))
    with Trace(db) as trace:
        assert trace.verify() == []
        found = [trace.run(one.run) for one in results]
    assert {one.status for one in found} == {"ok"}
    for one in found:
        assert is_as_expected(outline(db, one.id), expected, goes_on=bool(one.parent_run))
    assert have_ended(suffered.workers)


def test_a_driver_that_was_stopped_itself_takes_nobody_for_dead(tmp_path: Path) -> None:
    db, model = tmp_path / "batch.db", script(tmp_path, REPLIES)

    suffered = suffer(db, 14, model, [(5, "stopped driver")], silent_s=SILENT_S)

    assert (suffered.end["status"], suffered.repeated, len(suffered.workers)) == ("complete", 0, 2)


def begun(command: list[str]) -> subprocess.Popen[str]:
    """Start a driver, and return when records of runs come from both workers."""
    process = subprocess.Popen([*command, "--begun"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    seen = 0
    while seen < 2:
        line = process.stdout.readline()
        assert line, "the driver has ended"
        seen += line == "begun\n"
    return process


def slow_driver(folder: Path, count: int) -> list[str]:
    """A driver of one batch whose runs do not end."""
    slow = script(folder, [REPLIES[0], {"reply": "x", "latency_ms": 600_000}], "slow.jsonl")
    return [sys.executable, "-m", "tests.support.batch_process", str(folder / "batch.db"), "B", str(count), slow]


def drive_here(folder: Path, count: int) -> Outcome:
    """Drive the same batch in this process; its runs end."""
    jobs = SmallJobs(chain_graph(models=len(REPLIES)), count, {"model": script(folder, REPLIES)})
    return drive(jobs, LocalEngine(), folder / "batch.db", batch="B")


def test_a_second_driver_is_told_who_drives_and_takes_over_from_a_dead_one_at_once(tmp_path: Path) -> None:
    with begun(slow_driver(tmp_path, 12)) as first:
        with pytest.raises(UsageError, match=rf"The batch B is being driven by process {first.pid}\."):
            drive_here(tmp_path, 12)
        workers = children_of(first.pid)
        first.kill()

    assert drive_here(tmp_path, 12).status == "complete"
    assert len(results_of(tmp_path / "batch.db")) == 12
    assert workers
    assert have_ended(workers)


def test_ctrl_c_leaves_no_worker_and_a_batch_that_can_go_on(tmp_path: Path) -> None:
    db = tmp_path / "batch.db"
    with begun(slow_driver(tmp_path, 8)) as process:
        workers = children_of(process.pid)
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=60)

    assert (code, bool(workers), have_ended(workers)) == (130, True, True)
    with Trace(db) as trace:
        assert trace.sql("SELECT status, reason FROM batch").rows == [("paused", "interrupted")]
        assert [one.status for one in trace.runs()] == ["aborted", "aborted"]
    assert drive_here(tmp_path, 8).status == "complete"
    assert len(results_of(db)) == 8
