"""When the machine or the file refuses: one sentence, nothing lost, and work goes on once it can."""

from __future__ import annotations

import sqlite3 as standard_sqlite
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.support.errors import EnvironmentProblem, UsageError
from studio.trace import Trace, open_run
from studio.trace.copies import seal
from studio.trace.runlog import FileRunLog
from studio.trace.sqlite import connect_reader, connect_writer, problem_of, sqlite3
from studio.trace.writer import close_writer, writer_of
from tests.trace.runs import child, put_firings, start_of


def limit_pages(db: Path, pages: int) -> None:
    writer_of(db)._connection.execute(f"PRAGMA max_page_count={pages}")


def test_a_full_disk_is_told_and_nothing_is_lost_once_there_is_room(
    db: Path, log: FileRunLog, trace: Callable[[], Trace]
) -> None:
    log.flush()
    limit_pages(db, db.stat().st_size // 4096 + 3)
    put_firings(log, 2000)
    with pytest.raises(EnvironmentProblem, match="disk is full"):
        log.flush()
    with pytest.raises(EnvironmentProblem, match="disk is full"):
        log.raise_if_broken()

    put_firings(log, 100, first=2001)  # the run may go on a while
    limit_pages(db, 1_000_000)
    log.flush()

    log.raise_if_broken()
    assert [firing.id for firing in trace().firings()] == list(range(1, 2101))
    assert trace().verify() == []


def test_a_full_disk_ends_in_an_error_and_not_in_a_hang_when_the_queue_is_full_too(
    db: Path, log: FileRunLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("runlog", "writer"):
        monkeypatch.setattr(f"studio.trace.{module}.QUEUE_LIMIT", 500)
    monkeypatch.setattr("studio.trace.writer.BATCH_LIMIT", 100)
    log.flush()
    limit_pages(db, db.stat().st_size // 4096)

    with pytest.raises(EnvironmentProblem, match="disk is full"):
        put_firings(log, 5000)

    limit_pages(db, 1_000_000)
    log.flush()


def test_a_full_queue_makes_callers_wait_and_loses_nothing(
    db: Path, log: FileRunLog, monkeypatch: pytest.MonkeyPatch, trace: Callable[[], Trace]
) -> None:
    for module in ("runlog", "writer"):
        monkeypatch.setattr(f"studio.trace.{module}.QUEUE_LIMIT", 300)
    put_firings(log, 5000)

    assert len(writer_of(db).queue) <= 301
    assert sum(1 for _ in trace().firings()) == 5000


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
def test_a_file_size_limit_is_told_and_nothing_is_lost_once_it_is_lifted(db: Path) -> None:
    process = child("file-limit", str(db), "01LIMIT")
    told, _ = process.communicate()

    assert told.splitlines()[0].startswith(("The disk refused", "The disk is full"))
    assert told.splitlines()[-1] == "written"
    with Trace(db) as trace:
        assert sum(1 for _ in trace.firings("01LIMIT")) == 3000


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes, and they are longer than a header of SQLite. " * 20)

    for attempt in (lambda: Trace(path), lambda: Trace(path, foreign=True), lambda: open_run(path, start_of())):
        with pytest.raises(EnvironmentProblem) as caught:
            attempt()
        assert str(path) in str(caught.value)
    assert path.read_text().startswith("These are my notes"), "it was left as it is"


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with standard_sqlite.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()

    for attempt in (lambda: Trace(path), lambda: open_run(path, start_of())):
        with pytest.raises(EnvironmentProblem, match="no trace of Ganglia Studio"):
            attempt()


def test_a_trace_of_a_newer_studio_is_refused_with_the_next_step(db: Path) -> None:
    connection = sqlite3.connect(str(db))
    connection.execute("PRAGMA user_version=999")
    connection.close()

    for attempt in (lambda: Trace(db), lambda: open_run(db, start_of())):
        with pytest.raises(EnvironmentProblem, match=r"newer Ganglia Studio.*Update"):
            attempt()


def test_a_missing_database_is_named_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="no such trace database"):
        Trace(tmp_path / "missing.db")
    assert not (tmp_path / "missing.db").exists()


def test_a_folder_is_made_for_a_new_database_and_the_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "trace.db"
    open_run(path, start_of()).flush()
    close_writer(path)

    assert path.stat().st_mode & 0o077 == 0 or sys.platform == "win32"


def test_what_sqlite_says_becomes_one_sentence_with_a_next_step(db: Path) -> None:
    reading = connect_reader(db)
    with pytest.raises(sqlite3.Error) as caught:
        reading.execute("DELETE FROM _run")
    reading.close()
    problem = problem_of(caught.value, db)

    assert problem is not None
    assert "may only be read" in problem.message
    assert problem.hint
    assert problem_of(ValueError("ours"), db) is None


def test_a_locked_database_names_the_waiting_time(db: Path) -> None:
    one, two = connect_writer(db), connect_writer(db)
    one.execute("BEGIN IMMEDIATE")
    two.execute("PRAGMA busy_timeout=1")
    with pytest.raises(sqlite3.Error) as caught:
        two.execute("BEGIN IMMEDIATE")
    one.close()
    two.close()

    problem = problem_of(caught.value, db)
    assert problem is not None
    assert "locked" in problem.message


def test_records_wait_while_another_program_locks_the_file(
    db: Path, log: FileRunLog, trace: Callable[[], Trace]
) -> None:
    log.flush()
    writer_of(db)._connection.execute("PRAGMA busy_timeout=20")
    other = connect_writer(db)
    other.execute("BEGIN IMMEDIATE")
    put_firings(log, 10)
    with pytest.raises(EnvironmentProblem, match="locked"):
        log.flush()

    other.execute("ROLLBACK")
    other.close()
    log.flush()
    assert sum(1 for _ in trace().firings()) == 10


def test_a_recorded_example_opens_without_side_files_and_is_never_written(db: Path, log: FileRunLog) -> None:
    put_firings(log, 10)
    log.effect_intent(1, 1, "chat", "m", {"messages": [{"role": "user", "content": "tide pools"}]}, 1, 0)
    log.finish("ok", "quiet", None, {}, {"firings": 10}, 1)
    folder = db.parent / "graphs"
    folder.mkdir()
    example = folder / "toy.run.db"
    seal(db, example)

    with Trace(example) as trace:
        assert trace.run("last").status == "ok"
        assert sum(1 for _ in trace.firings()) == 10
        assert trace.search("tide")[0].excerpt == "[tide] pools"
        assert trace.verify() == []
    assert [path.name for path in folder.iterdir()] == ["toy.run.db"]
    with pytest.raises(EnvironmentProblem, match="never written"):
        open_run(example, start_of("02"))
    assert [path.name for path in folder.iterdir()] == ["toy.run.db"]


def test_a_strangers_trace_is_read_from_a_private_copy(db: Path, log: FileRunLog) -> None:
    put_firings(log, 10)
    log.flush()
    close_writer(db)
    before = sorted(path.name for path in db.parent.iterdir())
    with Trace(db, foreign=True) as trace:
        copy = trace._reader._copy
        assert copy is not None
        assert copy.is_dir()
        assert trace.run().status == "interrupted", "no footer, and its process is none of ours"
        assert trace._reader.rows("PRAGMA trusted_schema") == [(0,)]
    assert not copy.exists()
    assert sorted(path.name for path in db.parent.iterdir()) == before


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_an_old_sqlite_allows_one_writing_process_and_says_so(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = child("old-sqlite", str(db), "01OLD")
    assert process.stdout is not None
    process.stdout.readline()

    connect_writer(db).close()  # the control: SQLite itself would let us in
    monkeypatch.setattr("studio.trace.writer.sqlite_is_safe", lambda: False)
    with pytest.raises(EnvironmentProblem, match="too old to share"):
        open_run(db, start_of("02"))
    with Trace(db) as trace:
        assert trace.run("01OLD").status == "running", "reading is always possible"

    process.kill()
    process.wait()
    process.stdout.close()
    open_run(db, start_of("02")).flush()


def test_a_long_reader_does_not_stop_checkpoints(db: Path, log: FileRunLog, trace: Callable[[], Trace]) -> None:
    put_firings(log, 2000)
    reading = trace().firings()
    next(reading)
    put_firings(log, 2000, first=2001)
    log.flush()
    writing = connect_writer(db)

    assert writing.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0

    # The control: a reader with an open transaction does stop them.
    put_firings(log, 10, first=5001)
    log.flush()
    rude = connect_reader(db)
    rude.execute("BEGIN")
    rude.execute("SELECT count(*) FROM _firing").fetchone()
    put_firings(log, 10, first=6001)
    log.flush()
    writing.execute("PRAGMA busy_timeout=20")
    assert writing.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 1
    rude.close()
    writing.close()
    assert sum(1 for _ in reading) == 4019, "the reader sees what came meanwhile"


def test_queries_are_bounded_and_cannot_write(db: Path, log: FileRunLog, trace: Callable[[], Trace]) -> None:
    put_firings(log, 50)
    reading = trace()

    table = reading.sql("SELECT id, node FROM firing ORDER BY id", limit=10)
    assert (len(table.rows), table.more, table.columns) == (10, True, ("id", "node"))
    for query in ("DELETE FROM _run", "ATTACH '/etc/passwd' AS x", "PRAGMA query_only=0", "DROP VIEW run"):
        with pytest.raises(UsageError, match="Only SELECT"):
            reading.sql(query)
    with pytest.raises(UsageError, match=r"no such column: nope.*There are run, firing"):
        reading.sql("SELECT nope FROM run")
    with pytest.raises(UsageError, match="longer than"):
        reading.sql(
            "WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a) SELECT max(x) FROM a", seconds=0.05
        )
    assert sum(1 for _ in reading.firings()) == 50, "the connection is of use afterwards"


def test_a_bug_of_ours_in_the_writer_is_told_to_every_caller_and_ends_no_other_file(
    db: Path, log: FileRunLog, tmp_path: Path, blank: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.flush()

    def broken(batch: object) -> None:
        raise MemoryError("no room")

    writer = writer_of(db)
    waited_for, let_go, join = threading.Event(), writer._lock.close, writer._thread.join

    def take_time() -> None:
        waited_for.wait(10)
        let_go()

    def wait_for() -> None:
        waited_for.set()
        join()

    monkeypatch.setattr(writer._rows, "write", broken)
    monkeypatch.setattr(writer._lock, "close", take_time)
    monkeypatch.setattr(writer._thread, "join", wait_for)
    put_firings(log, 1)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="trace writer failed"):
            log.flush()
    with pytest.raises(RuntimeError, match="trace writer failed"):
        log.raise_if_broken()

    other = tmp_path / "other.db"
    other.write_bytes(blank)
    open_run(other, start_of("02")).flush()
    close_writer(other)
    again = open_run(db, start_of("03"))  # a new thread takes over
    again.flush()
    with Trace(db) as trace:
        assert trace.run("03").status == "running"
