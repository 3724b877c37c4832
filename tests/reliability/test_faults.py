"""What machines do to a trace: a full disk, a flipped bit, a lost log, a file that may only be read, a slow reader.

What is here looks at a whole run or at many places at once; `tests/trace/test_refusals.py` and `test_verify.py` look at
one refusal or one kind of damage each.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from studio.engine.run import run
from studio.support.errors import EnvironmentProblem, UsageError
from studio.trace import Trace, open_run
from studio.trace.copies import seal
from studio.trace.runlog import FileRunLog
from studio.trace.sqlite import connect_reader, sqlite3
from studio.trace.writer import close_writer, writer_of
from tests.reliability.live import noted, noting_graph, noting_registry
from tests.support.thorough import draws
from tests.trace.declaring import declare
from tests.trace.runs import put_firings, start_of
from tests.trace.whole import everything, read

SEED = 20261126


# -- a full disk ----------------------------------------------------------------------------------


def test_a_run_on_a_full_disk_ends_with_the_sentence_and_keeps_what_it_has_done(db: Path, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    open_run(db, start_of("00FIRST")).flush()
    connection = writer_of(db)._connection
    connection.execute(f"PRAGMA max_page_count={db.stat().st_size // 4096 + 8}")

    with pytest.raises(EnvironmentProblem, match="disk is full; nothing recorded so far is lost"):
        run(noting_graph(file, 500), registry=noting_registry(), db=db)

    done = noted(file)
    assert 0 < len(done) < 500, "it went on while there was room, and did nothing unrecorded afterwards"
    connection.execute("PRAGMA max_page_count=1000000")
    with Trace(db) as trace:  # opening writes what waited
        assert trace.run("last").status == "failed"
        assert "disk is full" in str(trace.run("last").error)
        assert [effect.request["number"] for effect in trace.effects(kind="tool")][: len(done)] == done
        assert [effect.response for effect in trace.effects(kind="tool") if effect.status == "ok"] == done
        assert trace.verify() == []
    again = run(noting_graph(tmp_path / "more.txt", 50), registry=noting_registry(), db=db)
    assert again.status == "ok", "the same process writes on"


def test_with_room_the_same_run_ends_well(db: Path, tmp_path: Path) -> None:
    """The control."""
    file = tmp_path / "notes.txt"

    assert run(noting_graph(file, 100), registry=noting_registry(), db=db).status == "ok"
    assert len(noted(file)) == 100


# -- flipped bits ---------------------------------------------------------------------------------

FLIPS = draws(18, 80)
RUNS = ("01RUN", "02MORE")


@pytest.fixture
def long_values(db: Path) -> bytes:
    """The bytes of a database that holds, as real ones do, mostly texts and values."""
    everything(db, RUNS[0])
    log = open_run(db, start_of(RUNS[1]))
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    chance = random.Random(SEED)
    for id in range(1, 101):
        text = " ".join(f"{chance.getrandbits(32):x}" for _ in range(40))
        outputs = {"out": b"%d" % id, "long": b'"%s"' % text.encode()}
        log.firing(id, id, 1, "a0", 0, 0, 0, "", 0, 1, 1, {"value": [id - 1, "out"]}, outputs, 1)
        message = {"role": "user", "content": f"question {id}: {text[::-1]}"}
        log.effect_intent(id, 1, "chat", "m", {"model": "m", "messages": [message]}, 1, 1)
        log.effect_result(id, 1, "ok", {"text": "yes"}, "", 1, 1, 1, 0.0, "stop", None)
    log.finish("ok", "quiet", None, {}, {"firings": 100}, 1)
    close_writer(db)
    return db.read_bytes()


def content_of(db: Path) -> Any:
    """Return all that can be read of the runs, or the sentence that says why not; anything else is raised."""
    try:
        return [read(db, run) for run in RUNS]
    except (EnvironmentProblem, UsageError) as error:
        return str(error)


def we_find(db: Path) -> bool:
    """True if our check finds damage, or the file does not even open."""
    try:
        with Trace(db) as trace:
            return trace.verify() != []
    except EnvironmentProblem:
        return True


def sqlite_finds(db: Path) -> bool:
    """True if SQLite's own most thorough check finds damage."""
    connection = sqlite3.connect(str(db))
    try:
        return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok")
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return True
    finally:
        connection.close()


def test_flipped_bits_are_found_by_our_sums_and_not_by_sqlite(tmp_path: Path, long_values: bytes) -> None:
    """A bit that changes what is read is found; and reading it ends in a sentence, not in a fault of ours."""
    db = tmp_path / "flipped.db"
    db.write_bytes(long_values)
    expected = content_of(db)
    assert not we_find(db)
    assert not sqlite_finds(db)
    chance = random.Random(SEED)
    harmful = ours = theirs = 0

    for _ in range(FLIPS):
        data = bytearray(long_values)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        db.write_bytes(data)
        content, found, own = content_of(db), we_find(db), sqlite_finds(db)
        if found or own or content != expected:
            harmful += 1
            ours += found
            theirs += own

    assert harmful > FLIPS // 4
    assert ours >= 0.95 * harmful
    assert theirs < 0.5 * harmful, "the control: SQLite's own check finds less than half"


def killed_with_log(db: Path, folder: Path) -> tuple[bytes, bytes]:
    """Record a finished run of 200 firings, part of it carried over; return database and log as a kill leaves them."""
    log = open_run(db, start_of("01RUN"))
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    for at in range(1, 201, 10):
        put_firings(log, 10, first=at)
        log.flush()
        if at == 51:
            writer_of(db)._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log.finish("ok", "quiet", None, {}, {"firings": 200}, 1)
    log.flush()
    return db.read_bytes(), db.with_name(db.name + "-wal").read_bytes()


def reopened(folder: Path, data: bytes, log: bytes | None) -> tuple[str, list[int]]:
    """Return the status and the firings of the run that a database and its log hold."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    db = folder / "trace.db"
    db.write_bytes(data)
    if log is not None:
        db.with_name("trace.db-wal").write_bytes(log)
    with Trace(db) as trace:
        assert trace.verify() == []
        return trace.run("01RUN").status, [firing.id for firing in trace.firings("01RUN")]


def test_a_flipped_bit_in_the_log_never_makes_a_shorter_run_look_done(db: Path, tmp_path: Path) -> None:
    """SQLite drops what comes after it without a word; the footer is the last to come, so it is gone too."""
    data, log = killed_with_log(db, tmp_path)
    folder = tmp_path / "again"
    assert reopened(folder, data, log) == ("ok", list(range(1, 201))), "the control: with its log it is whole"
    chance = random.Random(SEED)
    shortened = 0

    for _ in range(40):
        flipped = bytearray(log)
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        status, ids = reopened(folder, data, bytes(flipped))
        assert ids == list(range(1, len(ids) + 1))
        assert (status, len(ids)) == ("ok", 200) or status == "interrupted"
        shortened += status == "interrupted"
    assert shortened > 20


def test_without_its_log_a_run_reads_as_interrupted_and_a_sealed_copy_needs_none(db: Path, tmp_path: Path) -> None:
    data, _ = killed_with_log(db, tmp_path)

    assert reopened(tmp_path / "again", data, None) == ("interrupted", list(range(1, 61)))
    seal(db, tmp_path / "copy.run.db")
    with Trace(tmp_path / "copy.run.db") as trace:
        assert (trace.run().status, sum(1 for _ in trace.firings())) == ("ok", 200)


# -- files that may only be read ------------------------------------------------------------------


@contextmanager
def nobody_special() -> Iterator[Path]:
    """Give a folder of a user who is not the superuser, who may write everything; act as that user meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="studio-reliability-"))
    root = os.geteuid() == 0
    try:
        if root:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")
@pytest.mark.parametrize("wal", [False, True], ids=["closed", "with a log"])
def test_a_file_in_a_folder_that_may_only_be_read(blank: bytes, wal: bool) -> None:
    with nobody_special() as folder:
        db = folder / "trace.db"
        db.write_bytes(blank)
        log = open_run(db, start_of("01RUN"))
        declare(log, 1, "work", "toy.work", 1, 0, 0)
        put_firings(log, 10)
        log.finish("ok", "quiet", None, {}, {"firings": 10}, 1)
        log.flush()
        kept = {path.name: path.read_bytes() for path in folder.iterdir()} if wal else {}
        close_writer(db)
        for name, data in kept.items():
            (folder / name).write_bytes(data)
        db.with_name("trace.db-shm").unlink(missing_ok=True)
        for path in folder.iterdir():
            path.chmod(0o400)
        folder.chmod(0o500)
        try:
            with pytest.raises(EnvironmentProblem, match=r"opened for writing|may only be read"):
                open_run(db, start_of("02")).flush()
            if wal:  # reading the file alone would silently leave out what stands in the log
                with pytest.raises(EnvironmentProblem, match="cannot be opened"):
                    Trace(db)
                with Trace(db, foreign=True) as trace:
                    assert (trace.run().status, sum(1 for _ in trace.firings())) == ("ok", 10)
            else:
                with Trace(db) as trace:
                    assert (trace.run().status, sum(1 for _ in trace.firings())) == ("ok", 10)
        finally:
            folder.chmod(0o700)
        for path in folder.iterdir():
            path.chmod(0o600)
        open_run(db, start_of("02")).flush()  # the control: with permission it is written
        close_writer(db)


# -- slow readers ---------------------------------------------------------------------------------


def largest_log(db: Path, log: FileRunLog, first: int) -> int:
    """Put 12,000 firings in small commits; return how large the log beside the database became."""
    largest = 0
    for at in range(first, first + 12_000, 400):
        put_firings(log, 400, first=at)
        log.flush()
        largest = max(largest, db.with_name(db.name + "-wal").stat().st_size)
    return largest


def test_a_slow_reader_of_ours_does_not_let_the_log_grow(db: Path, log: FileRunLog, trace: Callable[[], Trace]) -> None:
    """The control is a reader that keeps its transaction open."""
    put_firings(log, 1000)
    log.flush()
    writer_of(db)._connection.execute("PRAGMA wal_autocheckpoint=100")
    slow = trace().firings()
    next(slow)
    bounded = largest_log(db, log, 1001)
    rude = connect_reader(db)
    rude.execute("BEGIN")
    rude.execute("SELECT count(*) FROM _run").fetchone()
    unbounded = largest_log(db, log, 20_001)
    rude.close()

    assert bounded < 2_000_000
    assert unbounded > 2 * bounded
    put_firings(log, 400, first=40_001)
    log.flush()
    again = db.with_name(db.name + "-wal")
    assert writer_of(db)._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    assert again.stat().st_size == 0, "once it is gone, the log is carried over again"
    assert sum(1 for _ in slow) == 25_399
