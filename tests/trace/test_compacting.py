"""A compacted database is smaller and reads as before; prompts stay plain; nothing that a run names is lost."""

from __future__ import annotations

import sqlite3 as standard_sqlite
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import pytest

from studio.support.errors import EnvironmentProblem
from studio.support.values import content_hash
from studio.trace import Trace, open_run
from studio.trace.compacting import compact
from studio.trace.merging import merge
from studio.trace.packing import packed, unpacked
from studio.trace.runlog import FileRunLog
from studio.trace.sqlite import sqlite3
from studio.trace.writer import close_writer
from tests.trace.runs import child, start_of
from tests.trace.test_merging import change
from tests.trace.whole import everything, read

DAY = 86_400.0


@pytest.fixture
def old_and_new(db: Path) -> Path:
    """A database with an old run and one of today that share a long value."""
    everything(db, "01OLD")
    everything(db, "02NEW")
    close_writer(db)
    change(db, "UPDATE _run SET started_at = ? WHERE run = '01OLD'", time.time_ns() - int(40 * DAY * 1e9))
    return db


def encodings(db: Path) -> dict[str, Any]:
    """Return how each value is stored, by its beginning or, packed, its hash."""
    other = standard_sqlite.connect(db)
    try:
        return dict(other.execute("SELECT hash, enc FROM blob").fetchall())
    finally:
        other.close()


def without_tables(db: Path, run: str) -> dict[str, Any]:
    """Return what `Trace` reads of a run; what other tools read of packed values has a test of its own."""
    found = read(db, run)
    del found["views"], found["row"]
    return found


def test_a_compacted_run_reads_as_before(old_and_new: Path) -> None:
    db = old_and_new
    before = {run: without_tables(db, run) for run in ("01OLD", "02NEW")}

    report = compact(db, older_than_s=30 * DAY)

    assert (report.runs, report.removed) == (1, 0)
    assert report.packed > 0
    assert report.packed_to < report.packed_from / 2
    for run, found in before.items():
        assert without_tables(db, run) == found
    with Trace(db) as trace:
        assert trace.verify() == []


def test_values_of_newer_runs_stay_as_they_are(old_and_new: Path) -> None:
    """The control: all of them are packed when the newer run is old enough too."""
    db = old_and_new
    new = read(db, "02NEW")["views"]
    compact(db, older_than_s=30 * DAY)
    assert read(db, "02NEW")["views"] == new

    compact(db, older_than_s=0)
    assert read(db, "02NEW")["views"] != new


def test_other_tools_read_prompts_as_before_and_see_what_is_packed(old_and_new: Path) -> None:
    db = old_and_new
    prompts = read(db, "01OLD")["views"]["prompt"]
    with Trace(db) as trace:
        response = next(trace.effects("01OLD", kind="chat")).response
    compact(db, older_than_s=0)
    other = standard_sqlite.connect(db)
    try:
        shown = other.execute("SELECT messages, reply FROM prompt WHERE run = '01OLD' ORDER BY n").fetchall()
        assert [row[-5:-3] for row in prompts] == shown
        assert "tides of 01OLD" in shown[0][1]
        place, hash = other.execute(
            "SELECT json_type(response, '$.\"$packed\"'), json_extract(response, '$.\"$packed\"') FROM effect"
            " WHERE run = '01OLD' AND kind = 'chat'"
        ).fetchone()
        assert place == "text"
        data, enc, size = other.execute("SELECT data, enc, size FROM blob WHERE hash = ?", (hash,)).fetchone()
        plain = zlib.decompress(data)
        assert (enc, len(plain), content_hash(plain).hex()) == ("zlib", size, hash)
        assert response["raw"].encode() in plain
        for view in ("run", "firing", "effect", "prompt", "blob", "store_op", "alarm", "flaw"):
            other.execute(f"SELECT * FROM {view}").fetchall()
    finally:
        other.close()


def test_what_no_run_names_is_removed_and_a_picture_within_a_value_is_not(old_and_new: Path) -> None:
    db = old_and_new
    lost = b'"' + b"nobody names this " * 20 + b'"'
    change(
        db, "INSERT INTO _blob (hash, type, size, data) VALUES (?, 'json', ?, ?)", content_hash(lost), len(lost), lost
    )
    kept = set(encodings(db)) - {content_hash(lost).hex()}

    report = compact(db, older_than_s=0)

    assert (report.removed, report.removed_bytes) == (1, len(lost))
    assert set(encodings(db)) == kept


def test_a_dry_run_says_what_it_would_save_and_changes_nothing(db: Path) -> None:
    log = everything(db, "01OLD")
    for n in range(200):
        log.blob(b"never named %d " % n * 40, "text/plain")
        log.alarm(0, "note", "n", {"long": f"value {n} " * 100}, 1)
    log.flush()
    close_writer(db)
    before = db.read_bytes()

    guess = compact(db, older_than_s=0, dry=True)
    assert db.read_bytes() == before
    done = compact(db, older_than_s=0)

    assert (guess.packed, guess.packed_to, guess.removed) == (done.packed, done.packed_to, done.removed)
    assert guess.before == done.before == len(before)
    assert done.after < done.before
    assert abs(guess.after - done.after) < 0.2 * done.before
    again = compact(db, older_than_s=0)
    assert (again.packed, again.removed, again.after) == (0, 0, done.after)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_it_waits_until_nobody_records(db: Path, log: FileRunLog) -> None:
    log.flush()
    with pytest.raises(EnvironmentProblem, match="being recorded"):
        compact(db, older_than_s=0)
    close_writer(db)
    process = child("wait", str(db), "01WAIT")
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(EnvironmentProblem, match="being recorded"):
        compact(db, older_than_s=0)
    process.kill()
    process.communicate()

    assert compact(db, older_than_s=0).runs == 2
    with pytest.raises(EnvironmentProblem, match="no such trace database"):
        compact(db.with_name("missing.db"), older_than_s=0)
    example = db.with_name("toy.run.db")
    example.write_bytes(db.read_bytes())
    with pytest.raises(EnvironmentProblem, match="never written"):
        compact(example, older_than_s=0)


def test_a_new_run_may_name_a_packed_value(db: Path) -> None:
    everything(db, "01OLD")
    close_writer(db)
    compact(db, older_than_s=0)
    everything(db, "02NEW")
    close_writer(db)

    assert without_tables(db, "02NEW")["inputs"] == without_tables(db, "01OLD")["inputs"]
    with Trace(db) as trace:
        assert trace.verify() == []


def test_a_compacted_file_can_be_merged(db: Path, tmp_path: Path, blank: bytes) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(blank)
    everything(other, "01OLD")
    close_writer(other)
    plain = read(other, "01OLD")
    compact(other, older_than_s=0)

    assert merge(other, db).added == ["01OLD"]
    assert read(db, "01OLD") == plain


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE _blob SET data = x'00' WHERE enc = 1",
        "UPDATE _blob SET enc = 7 WHERE enc = 1",
        "UPDATE _blob SET size = 1 WHERE enc = 1",
        "UPDATE _blob SET size = 1 << 60 WHERE enc = 1",
    ],
)
def test_a_damaged_packed_value_is_found_and_not_given(db: Path, tmp_path: Path, statement: str) -> None:
    everything(db, "01OLD")
    close_writer(db)
    compact(db, older_than_s=0)
    change(db, statement)

    with Trace(db) as trace:
        assert trace.verify() != []
        with pytest.raises(EnvironmentProblem, match="damaged"):
            trace.decoded(trace.run("01OLD").inputs)
        with pytest.raises(EnvironmentProblem, match="damaged"):
            list(trace.effects("01OLD"))
    assert [run for run, _ in merge(db, tmp_path / "into.db").refused] == ["01OLD"]


def test_a_small_value_that_unpacks_to_a_huge_one_is_refused() -> None:
    bomb = zlib.compress(b"0" * 10_000_000)

    assert unpacked(bomb, 1, 1000) is None
    assert unpacked(bomb, 1, 10_000_000) == b"0" * 10_000_000, "the control"
    assert packed(b"short") is None
    assert packed(bytes(range(256))) is None, "nothing is saved"


def test_a_full_disk_is_told_and_the_next_attempt_completes(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = everything(db, "01OLD")
    for n in range(200):
        log.alarm(0, "note", "n", {"long": f"value {n} " * 100}, 1)
    log.flush()
    close_writer(db)
    expected = without_tables(db, "01OLD")

    def broken(*rest: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("studio.trace.compacting._estimate", broken)
        with pytest.raises(EnvironmentProblem, match="disk is full"):
            compact(db, older_than_s=0, dry=True)
    compact(db, older_than_s=0)
    assert without_tables(db, "01OLD") == expected
    open_run(db, start_of("02NEW")).flush()
