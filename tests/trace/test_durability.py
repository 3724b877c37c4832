"""Nothing acknowledged is lost when a process is killed. (`tests/reliability` has the power cuts.)"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.trace import Trace, open_run, sqlite
from studio.trace.runlog import FileRunLog
from studio.trace.sqlite import sqlite_is_safe, writer_pragmas
from studio.trace.writer import writer_of
from tests.support.thorough import draws
from tests.trace.declaring import declare
from tests.trace.runs import child, put_firings, start_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX matter")


def test_kills_lose_nothing_acknowledged_and_leave_no_gap(db: Path) -> None:
    kills = draws(5, 20)
    acknowledged: dict[str, int] = {}
    together = 4 if sqlite_is_safe() else 1  # writers of one file at a time
    for first in range(0, kills, together):
        writers = {f"R{n:02}": child("forever", str(db), f"R{n:02}") for n in range(first, first + together)}
        for n, (run, process) in enumerate(writers.items(), first):
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(1 + n % 4)]
            process.kill()
            lines += process.stdout.readlines()
            process.wait()
            process.stdout.close()
            acknowledged[run] = max(int(line) for line in lines if line.endswith("\n"))

    with Trace(db) as trace:
        for run, last in acknowledged.items():
            ids = [firing.id for firing in trace.firings(run)]
            assert ids == list(range(1, len(ids) + 1)), "no gap"
            assert len(ids) >= last, "nothing acknowledged is missing"
            assert trace.run(run).status == "interrupted"
        assert trace.verify() == []


def test_a_flush_is_what_saves_a_record_from_a_kill(db: Path) -> None:
    kept = {}
    for mode in ("flush-and-die", "put-and-die"):
        process = child(mode, str(db), mode)
        assert process.wait() == -signal.SIGKILL
        assert process.stdout is not None
        process.stdout.close()
        with Trace(db) as trace:
            known = {run.id for run in trace.runs()}
            kept[mode] = len(list(trace.firings(mode))) if mode in known else 0

    assert kept["flush-and-die"] == 10
    assert kept["put-and-die"] < 10, "the control: without a flush the kill wins"


def test_a_killed_run_reads_as_interrupted_at_once_and_everywhere(db: Path) -> None:
    process = child("wait", str(db), "01WAIT")
    assert process.stdout is not None
    process.stdout.readline()
    with Trace(db) as trace:
        assert trace.run("01WAIT").status == "running"
        assert [firing.status for firing in trace.firings("01WAIT")] == ["ok", "running"]

        process.kill()
        process.wait()

        assert trace.run("01WAIT").status == "interrupted"
        assert [firing.status for firing in trace.firings("01WAIT")] == ["ok", "interrupted"]
        assert trace.sql("SELECT status FROM run").rows == [("interrupted",)]
        assert trace.sql("SELECT status FROM firing ORDER BY id").rows == [("ok",), ("interrupted",)]
    process.stdout.close()


def test_what_was_put_is_written_when_the_program_ends_by_itself(db: Path) -> None:
    process = child("exit-at-once", str(db), "01EXIT")
    process.communicate()
    with Trace(db) as trace:
        assert process.returncode == 0
        assert trace.run("01EXIT").status == "ok"
        assert sum(1 for _ in trace.firings("01EXIT")) == 1000


@pytest.mark.skipif(not sqlite_is_safe(), reason="this SQLite allows one writing process")
def test_two_processes_and_this_one_write_one_file(db: Path, log: FileRunLog) -> None:
    others = [child("many", str(db), f"OTHER{n}") for n in range(2)]
    for at in range(1, 1001, 10):
        put_firings(log, 10, first=at)
        log.flush()
    for other in others:
        other.communicate()

    with Trace(db) as trace:
        for run in ("01RUN", "OTHER0", "OTHER1"):
            assert [firing.id for firing in trace.firings(run)] == list(range(1, 1001))
        assert trace.verify() == []


def test_commits_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "writer_pragmas", writer_pragmas)  # which other tests do without
    connection = writer_of(tmp_path / "waited.db")._connection

    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


@pytest.mark.skipif(not hasattr(os, "fork") or not sqlite_is_safe(), reason="needs fork, and a second writer")
def test_a_forked_child_opens_its_own_connection(db: Path, log: FileRunLog) -> None:
    log.flush()
    pid = os.fork()
    if pid == 0:  # in the child: report by exit code only
        code = 1
        try:
            own = open_run(db, start_of("01CHILD"))
            declare(own, 1, "work", "toy.work", 1, 0, 0)
            put_firings(own, 5)
            own.flush()
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    put_firings(log, 5)

    with Trace(db) as trace:
        assert sum(1 for _ in trace.firings("01CHILD")) == 5
        assert sum(1 for _ in trace.firings("01RUN")) == 5
        assert trace.run("01CHILD").status == "interrupted", "the child died without a footer"
        assert trace.run("01RUN").status == "running"


def test_a_waiter_is_called_when_its_records_are_durable(db: Path, log: FileRunLog, trace: Callable[[], Trace]) -> None:
    answers: list[object] = []
    put_firings(log, 3)
    log.when_durable(answers.append)
    log.flush()

    assert answers == [None]
    assert sum(1 for _ in trace().firings()) == 3
