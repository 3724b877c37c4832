"""Runs of other files come in whole, once, with everything that can be read of them, and nothing is believed."""

from __future__ import annotations

import sqlite3 as standard_sqlite
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.values import content_hash
from studio.trace import Trace, open_run
from studio.trace.copies import seal
from studio.trace.merging import CARRIED, LEFT, merge
from studio.trace.rows import checksum
from studio.trace.runlog import FileRunLog
from studio.trace.sqlite import connect_writer, sqlite3
from studio.trace.writer import close_writer
from tests.trace.runs import child, put_firings, start_of
from tests.trace.test_schema import oldest
from tests.trace.whole import everything, read


@pytest.fixture
def other(tmp_path: Path, blank: bytes) -> Path:
    """Another trace file with a finished run and its fork."""
    path = tmp_path / "other.db"
    path.write_bytes(blank)
    everything(path, "01PARENT")
    everything(path, "02FORK", parent_run="01PARENT", fork_seq=4)
    close_writer(path)
    return path


def change(path: Path, statement: str, *parameters: Any) -> None:
    connection = sqlite3.connect(str(path))
    connection.execute(statement, parameters)
    connection.commit()
    connection.close()


def test_a_merged_run_reads_as_it_did(db: Path, other: Path) -> None:
    everything(db, "00MINE")  # shares messages and values, so that ids differ on both sides
    close_writer(db)
    mine = read(db, "00MINE")

    report = merge(other, db)

    assert report.added == ["01PARENT", "02FORK"]
    assert (report.present, report.running, report.refused, report.orphans) == ([], [], [], [])
    for run in report.added:
        assert read(db, run) == read(other, run)
    assert read(db, "00MINE") == mine
    with Trace(db) as trace:
        assert trace.verify() == []
        picture = trace.outputs(trace.firing("01PARENT", 6))["image"]["picture"]["$blob"]
        assert trace.blob(picture) == b"\x89PNG01PARENT"


def test_a_second_merge_adds_nothing(db: Path, other: Path) -> None:
    merge(other, db)
    before = db.read_bytes()

    report = merge(other, db)

    assert (report.added, report.rows) == ([], 0)
    assert report.present == ["01PARENT", "02FORK"]
    assert db.read_bytes() == before


def test_two_files_with_the_same_runs_come_in_once(db: Path, other: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.run.db"
    seal(other, copy)
    merge(other, db)

    assert merge(copy, db).present == ["01PARENT", "02FORK"]
    with Trace(db) as trace:
        assert [run.id for run in trace.runs()] == ["02FORK", "01PARENT"]


def test_one_run_brings_the_runs_it_continues(tmp_path: Path, other: Path) -> None:
    everything(other, "03ALONE")
    close_writer(other)
    fresh = tmp_path / "new" / "fresh.db"

    report = merge(other, fresh, ["02FORK"])

    assert report.added == ["01PARENT", "02FORK"]
    with Trace(fresh) as trace:
        assert trace.run("02FORK").parent_run == "01PARENT"
        assert trace.verify() == []
    with pytest.raises(UsageError, match="no run '04'"):
        merge(other, fresh, ["04"])


def test_a_merged_run_is_not_the_last_one_unless_it_is_newer(db: Path, other: Path) -> None:
    mine = start_of("00MINE")
    open_run(db, mine).flush()
    everything(other, "09AHEAD")
    close_writer(other)
    change(other, "UPDATE _run SET started_at = ? WHERE run = '02FORK'", mine.started_at - 10)
    change(other, "UPDATE _run SET started_at = ? WHERE run = '01PARENT'", mine.started_at - 20)
    change(other, "UPDATE _run SET started_at = ? WHERE run = '09AHEAD'", mine.started_at + (1 << 60))
    merge(other, db)

    with Trace(db) as trace:
        assert [run.id for run in trace.runs()] == ["00MINE", "02FORK", "01PARENT", "09AHEAD"]
        assert trace.run("last").id == "00MINE"
        newer = start_of("00NEWER")
    open_run(db, newer).flush()
    with Trace(db) as trace:
        assert trace.run("last").id == "00NEWER"


def test_a_recorded_example_can_be_taken_over(db: Path, other: Path, tmp_path: Path) -> None:
    example = tmp_path / "toy.run.db"
    seal(other, example)
    example.chmod(0o400)

    assert merge(example, db, ["01PARENT"]).added == ["01PARENT"]
    assert read(db, "01PARENT") == read(example, "01PARENT")


def test_a_fork_whose_parent_is_nowhere_is_named(db: Path, tmp_path: Path, blank: bytes) -> None:
    lone = tmp_path / "lone.db"
    lone.write_bytes(blank)
    everything(lone, "02FORK", parent_run="01GONE", fork_seq=4)
    close_writer(lone)

    report = merge(lone, db)

    assert report.added == ["02FORK"]
    assert report.orphans == [("02FORK", "01GONE")]


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX matter")
def test_a_run_under_way_waits_and_a_dead_one_comes(db: Path, tmp_path: Path, blank: bytes) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(blank)
    process = child("wait", str(path), "01WAIT")
    assert process.stdout is not None
    process.stdout.readline()
    assert merge(path, db).running == ["01WAIT"]

    process.kill()
    process.communicate()

    assert merge(path, db).added == ["01WAIT"]
    with Trace(db) as trace:
        assert trace.run("01WAIT").status == "interrupted"
        assert [firing.status for firing in trace.firings("01WAIT")] == ["ok", "interrupted"]
        assert trace.sql("SELECT status FROM run").rows == [("interrupted",)]


def test_what_still_stands_in_the_log_comes_too(db: Path, tmp_path: Path, blank: bytes) -> None:
    """A worker that was killed leaves its last rows in `-wal`."""
    path = tmp_path / "other.db"
    path.write_bytes(blank)
    process = child("flush-and-die", str(path), "01DEAD")
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    assert path.with_name("other.db-wal").stat().st_size > 0

    assert merge(path, db).added == ["01DEAD"]
    with Trace(db) as trace:
        assert sum(1 for _ in trace.firings("01DEAD")) == 10


def test_an_older_schema_is_brought_up_to_date_in_the_copy_only(db: Path, tmp_path: Path) -> None:
    path = tmp_path / "oldest.db"
    oldest(path)
    graph = standard_sqlite.connect(path)
    text = graph.execute("SELECT text FROM _graph_version").fetchone()[0]
    hash = content_hash(text.encode()).hex()
    graph.execute("UPDATE _graph_version SET hash = ?", (hash,))
    graph.execute("UPDATE _run SET graph_hash = ?", (hash,))
    graph.commit()
    graph.close()
    before = path.read_bytes()

    assert merge(path, db).added == ["01OLDEST"]
    assert path.read_bytes() == before
    with Trace(db) as trace:
        assert [firing.node for firing in trace.firings("01OLDEST")] == ["work"]
        assert trace.verify() == []


def resum(path: Path, table: str, statement: str) -> None:
    """Change rows as a stranger would who knows how sums are made."""
    connection = sqlite3.connect(str(path))
    connection.execute(statement)
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    at = names.index("sum")
    for row in connection.execute(f"SELECT * FROM {table}").fetchall():
        later = [value for value in row[at + 1 :] if value is not None]
        connection.execute(f"UPDATE {table} SET sum = ? WHERE id = ?", (checksum([*row[:at], *later]), row[0]))
    connection.commit()
    connection.close()


FIRST = "(SELECT min(id) FROM _run)"
OF_FIRST = f"id >> 32 = {FIRST}"


@pytest.mark.parametrize(
    ("table", "statement", "says"),
    [
        ("_firing", f"UPDATE _firing SET started_at = 'soon' WHERE {OF_FIRST}", "row 1 of _firing"),
        ("_firing", f"UPDATE _firing SET inputs = 'no json' WHERE {OF_FIRST}", "row 1 of _firing"),
        ("_firing", f"UPDATE _firing SET inputs = '{{\"a\":\"\\ud800\"}}' WHERE {OF_FIRST}", "cannot be read"),
        ("_firing", f"UPDATE _firing SET path = path + (1 << 32) WHERE {OF_FIRST}", "row 1 of _firing"),
        ("_firing", f"UPDATE _firing SET tick = '<b>' WHERE {OF_FIRST}", "row 1 of _firing"),
        ("_firing", f"UPDATE _firing SET outputs = replace(outputs, '\"$ref\":\"', '\"$ref\":\"0') WHERE {OF_FIRST}",
         "reference"),
        ("_firing", f"UPDATE _firing SET id = id + 1000000 WHERE id & 4294967295 = 7 AND {OF_FIRST}", "counted from 1"),
        ("_effect", f"UPDATE _effect SET firing = firing + (1 << 32) WHERE {OF_FIRST}", "row 1 of _effect"),
        ("_effect", f"UPDATE _effect SET messages = '[[1,2,3]]' WHERE messages IS NOT NULL AND {OF_FIRST}", "messages"),
        ("_effect", f"UPDATE _effect SET messages = '[[\"user\",999]]' WHERE messages IS NOT NULL AND {OF_FIRST}",
         "message 999 is missing"),
        ("_effect", f"UPDATE _effect SET request = '[]' WHERE messages IS NOT NULL AND {OF_FIRST}", "no object"),
        ("_answer", f"UPDATE _answer SET cost_usd = 9e999 WHERE {OF_FIRST}", "row 1 of _answer"),
        ("_answer", f"UPDATE _answer SET id = id + 1000 WHERE {OF_FIRST}", "row 1001 of _answer"),
        ("_store_op", f"UPDATE _store_op SET args = 12345 WHERE {OF_FIRST}", "value 12345 is missing"),
    ],
)  # fmt: skip
def test_a_hostile_row_with_a_right_sum_costs_its_run_only(
    db: Path, other: Path, table: str, statement: str, says: str
) -> None:
    resum(other, table, statement)

    report = merge(other, db)

    assert [run for run, _ in report.refused] == ["01PARENT"]
    assert says in report.refused[0][1]
    assert report.added == ["02FORK"]
    assert report.orphans == [("02FORK", "01PARENT")]
    with Trace(db) as trace:
        assert [run.id for run in trace.runs()] == ["02FORK"]
        assert trace.verify() == []
        for view in trace.schema():
            trace.sql(f"SELECT * FROM {view}")


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (f"UPDATE _firing SET reason = 'changed' WHERE {OF_FIRST}", "does not match its sum"),
        (f'UPDATE _run_end SET totals = \'{{"firings":"many"}}\' WHERE id = {FIRST}', "_run_end of the run"),
        (f"UPDATE _run_end SET firings = 7 WHERE id = {FIRST}", "not as many"),
        (f"UPDATE _run SET started_at = -1 WHERE id = {FIRST}", "_run of the run"),
        (f"UPDATE _run SET run = 'last' WHERE id = {FIRST}", "no run id"),
        (f"UPDATE _run SET run = 'a' || char(27) || '[2J' WHERE id = {FIRST}", "no run id"),
        (f"UPDATE _run SET graph_hash = 'none' WHERE id = {FIRST}", "graph is missing"),
        (f"UPDATE _path SET path = x'00' WHERE {OF_FIRST}", "of _path"),
        (f"UPDATE _alarm SET evidence = '{{' WHERE {OF_FIRST}", "row 1 of _alarm"),
        (f"UPDATE _reading SET effect = 'steal' WHERE {OF_FIRST}", "row 1 of _reading"),
    ],
)
def test_a_damaged_run_is_refused_with_its_reason(db: Path, other: Path, statement: str, says: str) -> None:
    change(other, statement)

    report = merge(other, db)

    assert says in report.refused[0][1]
    assert report.added == ["02FORK"]


@pytest.mark.parametrize("table", ["_graph_version", "_message", "_blob"])
def test_a_payload_under_a_false_hash_does_not_stand_in_for_anothers(db: Path, other: Path, table: str) -> None:
    """The control: the same file as it was is taken."""
    column = "data" if table == "_blob" else "text"
    good = other.read_bytes()
    change(other, f"UPDATE {table} SET {column} = 'forged: x'")

    assert [run for run, _ in merge(other, db).refused] == ["01PARENT", "02FORK"]
    assert not standard_sqlite.connect(db).execute(f"SELECT 1 FROM {table} WHERE {column} = 'forged: x'").fetchall()
    other.write_bytes(good)
    assert merge(other, db).added == ["01PARENT", "02FORK"]


def test_runs_that_continue_each_other_are_not_both_taken(db: Path, other: Path) -> None:
    change(other, "UPDATE _run SET parent_run = '02FORK' WHERE run = '01PARENT'")

    report = merge(other, db)

    assert report.added == ["02FORK"]
    assert report.refused == [("01PARENT", "it continues a run that continues it")]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER grab AFTER INSERT ON _firing BEGIN DELETE FROM _run; END",
        "ALTER TABLE _alarm ADD COLUMN extra",
    ],
)
def test_tables_made_otherwise_than_ours_are_refused_or_do_nothing(db: Path, other: Path, statement: str) -> None:
    change(other, statement)

    if "TRIGGER" in statement:
        assert merge(other, db).added == ["01PARENT", "02FORK"]
        with Trace(db) as trace:
            assert len(list(trace.runs())) == 2
    else:
        with pytest.raises(EnvironmentProblem, match="not those of a trace"):
            merge(other, db)


def test_a_view_in_the_place_of_a_table_is_refused(db: Path, other: Path) -> None:
    change(other, "ALTER TABLE _firing RENAME TO _hidden")
    change(other, "CREATE VIEW _firing AS SELECT * FROM _hidden")

    with pytest.raises(EnvironmentProblem, match="not those of a trace"):
        merge(other, db)


def test_a_full_disk_leaves_whole_runs_and_the_next_attempt_completes(
    db: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(20):
        everything(other, f"1{n:02}")
    close_writer(other)
    pages = db.stat().st_size // 4096 + 3

    def small(path: Path) -> sqlite3.Connection:
        connection = connect_writer(path)
        connection.execute(f"PRAGMA max_page_count={pages}")
        return connection

    with monkeypatch.context() as patched:
        patched.setattr("studio.trace.merging.connect_writer", small)
        with pytest.raises(EnvironmentProblem, match="disk is full"):
            merge(other, db)
    with Trace(db) as trace:
        some = [run.id for run in trace.runs()]
        assert 0 < len(some) < 22
        assert {run.status for run in trace.runs()} == {"ok"}
        assert trace.verify() == []

    report = merge(other, db)

    assert sorted(report.present) == sorted(some)
    assert len(report.added) == 22 - len(some)
    with Trace(db) as trace:
        assert trace.verify() == []


def test_a_file_cannot_be_merged_into_itself_nor_while_this_process_writes_it(db: Path, other: Path) -> None:
    with pytest.raises(UsageError, match="into itself"):
        merge(other, other)
    open_run(other, start_of("09")).flush()
    with pytest.raises(UsageError, match="writing to the file"):
        merge(other, db)
    close_writer(other)
    with pytest.raises(EnvironmentProblem, match="no such trace database"):
        merge(other.with_name("missing.db"), db)


def test_a_merge_beside_a_run_under_way_disturbs_neither(db: Path, other: Path, log: FileRunLog) -> None:
    put_firings(log, 10)
    log.flush()
    report = merge(other, db)
    put_firings(log, 10, first=11)
    log.flush()

    assert report.added == ["01PARENT", "02FORK"]
    with Trace(db) as trace:
        assert sum(1 for _ in trace.firings("01RUN")) == 20
        assert trace.verify() == []


def test_progress_is_told(db: Path, other: Path) -> None:
    told: list[tuple[int, int]] = []
    merge(other, db, told=lambda done, of: told.append((done, of)))

    assert told == [(0, 2), (1, 2), (2, 2)]


def test_every_table_is_carried_or_left_and_every_carried_column_has_a_rule(
    db: Path, trace: Callable[[], Trace]
) -> None:
    from studio.trace.admissible import RULES, UNSUMMED

    connection = sqlite3.connect(str(db))
    tables = {
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not row[0].startswith(("prompt_search", "sqlite_"))
    }
    assert tables == {*CARRIED, *LEFT}
    for table, rule in RULES.items():
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} - UNSUMMED
        assert {column for column in columns if column not in rule} == set(), table
    connection.close()
