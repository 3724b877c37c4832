"""Killed in a checkpoint, a migration, a merge, while compacting or in a live run, a process leaves a good file behind.

Twenty kills in all of the first three, half of them each day; each kind has its control, which shows that the moments
fall where they should and that what is protected would otherwise be lost.
"""

from __future__ import annotations

import random
import shutil
import signal
import sys
from pathlib import Path

import pytest

from studio.trace import Trace
from studio.trace.compacting import compact
from studio.trace.merging import merge
from studio.trace.schema import VERSION
from studio.trace.sqlite import connect_writer, sqlite3
from studio.trace.writer import close_writer
from tests.reliability.kill import ended_by, killed_after, start
from tests.reliability.live import noted
from tests.support.thorough import draws
from tests.trace.test_schema import dump, oldest
from tests.trace.whole import everything, read

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX matter")

SEED = 20261126


def looks(mode: str, *files: Path) -> int:
    """Let a child do its work to the end; return how many moments that has."""
    process = start(mode, *files, 0)
    said, _ = process.communicate()
    assert process.returncode == 0
    return int(said.splitlines()[-1].removeprefix("looks "))


def without_log(db: Path, folder: Path) -> Path:
    """Copy the database alone, as someone who forgets its `-wal`."""
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(db, folder / db.name))


# -- checkpoints ----------------------------------------------------------------------------------


def test_kills_in_a_checkpoint_lose_nothing_acknowledged(tmp_path: Path, blank: bytes) -> None:
    chance = random.Random(SEED)
    for n in range(draws(4, 8)):
        folder = tmp_path / f"kill{n}"
        folder.mkdir()
        db = folder / "trace.db"
        db.write_bytes(blank)
        process = start("checkpoint", db, chance.randrange(1, 100) * 4096 + chance.choice((0, 512, 1000)))
        said = ended_by(process, signal.SIGXFSZ)
        assert db.stat().st_size > len(blank), "the database had grown: the kill fell into the checkpoint"
        assert not is_whole(without_log(db, folder / "alone")), "the control: alone it is not whole"

        with Trace(db) as trace:
            assert sum(1 for _ in trace.firings("01RUN")) >= int(said[-1])
            assert trace.run("01RUN").status == "interrupted"
            assert trace.verify() == []
        again = connect_writer(db)
        assert again.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        again.close()
        with Trace(without_log(db, folder / "alone")) as trace:
            assert sum(1 for _ in trace.firings("01RUN")) == 4000
            assert trace.verify() == []


def is_whole(db: Path) -> bool:
    """True if all that the child was told to be durable can be read, and nothing is damaged."""
    connection = sqlite3.connect(str(db))
    try:
        if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            return False
        return bool(connection.execute("SELECT count(*) FROM _firing").fetchone()[0] == 4000)
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


# -- migrations -----------------------------------------------------------------------------------


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.db"
    oldest(path)
    return path


def state(db: Path) -> tuple[int, list[tuple[object, ...]]]:
    """Return the version that the database says it has, and what is in it."""
    connection = sqlite3.connect(str(db))
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0]), dump(db)
    finally:
        connection.close()


def test_kills_in_a_migration_leave_the_old_schema_or_the_new_one(tmp_path: Path, old: Path) -> None:
    before = state(old)
    done = Path(shutil.copy(old, tmp_path / "done.db"))
    moments = looks("migrate", done)
    after = state(done)
    assert moments > 10
    assert (before[0], after[0]) == (1, VERSION)

    for n, moment in enumerate(random.Random(SEED).sample(range(1, moments + 1), draws(3, 6))):
        db = Path(shutil.copy(old, tmp_path / f"kill{n}.db"))
        ended_by(start("migrate", db, moment), signal.SIGKILL)

        assert state(db) in (before, after)
        with Trace(db) as trace:  # the second attempt
            assert [firing.node for firing in trace.firings("01OLDEST")] == ["work"]
            assert trace.verify() == []
        assert state(db) == after


@pytest.mark.thorough
def test_without_its_transaction_a_killed_migration_leaves_half_a_schema(tmp_path: Path, old: Path) -> None:
    """The control: the moments do fall between the parts of a migration."""
    before = state(old)
    done = Path(shutil.copy(old, tmp_path / "done.db"))
    moments = looks("migrate-bare", done)
    after = state(done)

    db = Path(shutil.copy(old, tmp_path / "kill.db"))
    ended_by(start("migrate-bare", db, moments // 2), signal.SIGKILL)

    assert state(db) not in (before, after)


# -- merges ---------------------------------------------------------------------------------------

RUNS = [f"0{n}RUN" for n in range(1, 7)]


@pytest.fixture
def source(tmp_path: Path, blank: bytes) -> Path:
    path = tmp_path / "source.db"
    path.write_bytes(blank)
    for run in RUNS:
        everything(path, run)
    close_writer(path)
    return path


def runs_of(db: Path) -> list[str]:
    with Trace(db) as trace:
        return sorted(run.id for run in trace.runs())


def test_kills_in_a_merge_leave_whole_runs_and_the_next_attempt_completes(
    tmp_path: Path, source: Path, blank: bytes
) -> None:
    done = tmp_path / "done.db"
    done.write_bytes(blank)
    moments = looks("merge", source, done)
    assert runs_of(done) == RUNS
    partly = 0

    for n, moment in enumerate(random.Random(SEED).sample(range(1, moments), draws(3, 6))):
        db = tmp_path / f"kill{n}.db"
        db.write_bytes(blank)
        ended_by(start("merge", source, db, moment), signal.SIGKILL)

        there = runs_of(db)
        partly += 0 < len(there) < len(RUNS)
        with Trace(db) as trace:
            assert trace.verify() == []
            for run in there:
                assert trace.run(run).status == "ok"
                assert sum(1 for _ in trace.firings(run)) == 8
        report = merge(source, db)
        assert (sorted(report.present), report.refused) == (there, [])
        assert runs_of(db) == RUNS
        with Trace(db) as trace:
            assert trace.verify() == []
    assert partly > 0, "some kills fell between two runs or into a later one"


@pytest.mark.thorough
def test_without_its_transactions_a_killed_merge_leaves_half_a_run(tmp_path: Path, source: Path, blank: bytes) -> None:
    """The control: a merge is not one statement, so a kill can fall into a run."""
    db = tmp_path / "kill.db"
    db.write_bytes(blank)
    moments = looks("merge-bare", source, db)
    db.write_bytes(blank)
    for name in ("kill.db-wal", "kill.db-shm"):
        db.with_name(name).unlink(missing_ok=True)
    ended_by(start("merge-bare", source, db, moments // 2), signal.SIGKILL)

    with Trace(db) as trace:
        statuses = {run.id: run.status for run in trace.runs()}
    assert "interrupted" in statuses.values()
    last = max(statuses)
    assert last in merge(source, db).present, "and the next attempt takes it for a whole one"


# -- compacting -----------------------------------------------------------------------------------


def packed_values(db: Path) -> int:
    connection = sqlite3.connect(str(db))
    try:
        return int(connection.execute("SELECT count(*) FROM _blob WHERE enc IS NOT NULL").fetchone()[0])
    finally:
        connection.close()


def test_kills_while_compacting_lose_no_value(tmp_path: Path, source: Path) -> None:
    expected = [read(source, run)["effects"] for run in RUNS]
    done = Path(shutil.copy(source, tmp_path / "done.db"))
    moments = looks("compact", done)
    found = []

    for n, moment in enumerate(random.Random(SEED).sample(range(1, moments), draws(3, 4))):
        db = Path(shutil.copy(source, tmp_path / f"kill{n}.db"))
        ended_by(start("compact", db, moment), signal.SIGKILL)

        found.append(packed_values(db))
        with Trace(db) as trace:
            assert trace.verify() == []
        assert [read(db, run)["effects"] for run in RUNS] == expected
        compact(db, older_than_s=0)
        assert packed_values(db) == packed_values(done)
        assert [read(db, run)["effects"] for run in RUNS] == expected
    assert len(set(found)) > 1, "the kills fell into different moments"


# -- a live run -----------------------------------------------------------------------------------


def test_a_killed_run_knows_all_it_has_done_outside(tmp_path: Path) -> None:
    """What was done outside stands in the trace; at most one thing is done whose answer is not known."""
    chance = random.Random(SEED)
    children = []
    for n in range(draws(2, 4)):
        db, file = tmp_path / f"{n}.db", tmp_path / f"{n}.txt"
        children.append((db, file, start("live", db, file, 10_000)))
    told = [killed_after(process, chance.randint(1, 40)) for _, _, process in children]
    for (db, file, _), said in zip(children, told, strict=True):
        done = noted(file)
        assert done[: len(said)] == [int(line) for line in said]
        with Trace(db) as trace:
            assert trace.run().status == "interrupted"
            asked = [effect.request["number"] for effect in trace.effects(kind="tool")]
            answered = [effect.response for effect in trace.effects(kind="tool") if effect.status == "ok"]
            steps = sorted(firing.seq for firing in trace.firings() if firing.seq is not None)
            assert trace.verify() == []
        assert done == list(range(1, len(done) + 1))
        assert asked[: len(done)] == done, "each was asked in the trace before it was done"
        assert len(done) - 1 <= len(answered) <= len(done)
        assert steps == list(range(1, len(steps) + 1))


def test_without_waiting_for_the_trace_a_kill_forgets_what_was_done_outside(tmp_path: Path) -> None:
    """The control: the same run, whose effect does not wait until its request is durable."""
    db, file = tmp_path / "trace.db", tmp_path / "notes.txt"
    killed_after(start("live-careless", db, file, 10_000), 200)

    with Trace(db) as trace:
        runs = list(trace.runs())
        asked = sum(1 for _ in trace.effects(kind="tool")) if runs else 0
    assert asked < len(noted(file))
