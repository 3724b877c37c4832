"""What is left of a damaged, cut off or newer file is read; what is read is what was there."""

from __future__ import annotations

import hashlib
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from studio.support.errors import EnvironmentProblem
from studio.support.resources import bundled_graphs
from studio.trace import Trace, gaps, salvaging
from studio.trace.salvaging import Salvaged, salvage
from studio.trace.sqlite import sqlite3
from tests.support.thorough import thorough_but

PAGE = 4096

Facts = dict[tuple[Any, ...], Any]


def recorded(name: str) -> Path:
    return next(path for path in bundled_graphs() if path.stem == name).with_suffix(".run.db")


@pytest.fixture(scope="module")
def desk() -> bytes:
    """A recorded run of many modules, as bytes."""
    return recorded("order_desk").read_bytes()


def facts(db: Path) -> Facts:
    """All that can be read of the runs of a file, by what it is."""
    found: Facts = {}
    with Trace(db, foreign=True) as trace:
        for run in trace.runs():
            found["run", run.id] = (run.graph, run.inputs, run.parent_run, run.started_at)
            for firing in trace.firings(run.id):
                if firing.seq is not None:
                    found["firing", run.id, firing.id] = (
                        firing.seq, firing.node, firing.tick, firing.status, firing.reason, firing.inputs,
                    )  # fmt: skip
                    for port, value in trace.outputs(firing).items():
                        found["output", run.id, firing.id, port] = value
            for effect in trace.effects(run.id):
                found["effect", run.id, effect.firing, effect.n] = (effect.kind, effect.request, effect.response)
            for prompt in trace.prompts(run.id):
                found["prompt", run.id, prompt.firing, prompt.n] = (prompt.messages, prompt.reply)
    return found


def is_lost(value: object) -> bool:
    return gaps.WHY in repr(value)


def saved(tmp_path: Path, data: bytes) -> tuple[Salvaged, Facts]:
    source, into = tmp_path / "given.db", tmp_path / "saved.db"
    source.write_bytes(data)
    found = salvage(source, into)
    assert hashlib.sha256(source.read_bytes()).digest() == hashlib.sha256(data).digest(), "it was only read"
    return found, facts(into)


def false_facts(given: Facts, original: Facts) -> Facts:
    """What a salvaged file says that the whole one does not; a call whose answer is gone reads as unanswered."""
    return {
        key: value
        for key, value in given.items()
        if original.get(key) != value and not is_lost(value) and not (key[0] in ("effect", "prompt") and None in value)
    }


@pytest.fixture(scope="module")
def original(desk: bytes, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    path = tmp_path_factory.mktemp("whole") / "whole.db"
    path.write_bytes(desk)
    return facts(path)


def test_of_a_whole_file_everything_is_read(tmp_path: Path, desk: bytes, original: Facts) -> None:
    found, given = saved(tmp_path, desk)

    assert given == original
    assert (found.lost, found.holes, found.unreadable) == ({}, 0, [])
    assert found.said() == "1 of 1 runs are whole."


@pytest.mark.parametrize("part", [0.97, 0.9, 0.75, 0.5])
def test_of_a_file_cut_off_what_stands_before_the_cut(
    tmp_path: Path, desk: bytes, original: Facts, part: float
) -> None:
    found, given = saved(tmp_path, desk[: int(len(desk) * part)])

    assert false_facts(given, original) == {}
    firings = [key for key in original if key[0] == "firing"]
    assert all(given[key] == original[key] for key in firings), "firings of a short run stand before its values"
    assert bool(found.whole) == (given == original), "a run is called whole if it is"


def test_sqlite_itself_reads_nothing_of_it(tmp_path: Path, desk: bytes) -> None:
    """The control of the test above."""
    source = tmp_path / "given.db"
    source.write_bytes(desk[: len(desk) // 2])

    with pytest.raises(EnvironmentProblem, match="damaged"):
        Trace(source, foreign=True)


@pytest.mark.parametrize("seed", thorough_but(range(6).__contains__, range(12)))
def test_whatever_is_damaged_nothing_false_is_read(tmp_path: Path, desk: bytes, original: Facts, seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(desk)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(100, len(data))
        if seed % 3 == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif seed % 3 == 1:
            start = at // PAGE * PAGE or PAGE
            data[start : start + PAGE] = bytes(PAGE)
        else:
            data[at : at + 40] = rng.randbytes(40)
    found, given = saved(tmp_path, bytes(data[: len(desk)]))

    assert false_facts(given, original) == {}
    if given != original:
        assert not found.whole or found.lost or found.holes, "what is missing is told"


def test_a_run_that_lacks_a_prompt_is_not_called_whole(tmp_path: Path, desk: bytes, original: Facts) -> None:
    source = tmp_path / "given.db"
    source.write_bytes(desk)
    with sqlite3.connect(source) as connection:
        connection.execute("DELETE FROM _message WHERE id = (SELECT max(reply) FROM _answer)")
    connection.close()

    found, given = saved(tmp_path, source.read_bytes())

    assert [len(wrong) for wrong in found.runs.values()] == [1]
    assert "missing" in str(found.runs)
    lost = [key for key, value in given.items() if is_lost(value)]
    assert lost
    assert all(given[key] == value for key, value in original.items() if key not in lost)


def test_without_something_in_their_place_gone_values_hide_the_rest(
    tmp_path: Path, desk: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of filling gaps."""
    monkeypatch.setattr(salvaging, "fill_gaps", lambda writing: {})

    with pytest.raises(EnvironmentProblem, match="missing"):
        saved(tmp_path, desk[: len(desk) // 2])


def test_of_a_newer_studio_s_file_the_known_columns(tmp_path: Path, desk: bytes, original: Facts) -> None:
    source = tmp_path / "newer.db"
    source.write_bytes(desk)
    connection = sqlite3.connect(source)
    connection.execute("ALTER TABLE _firing ADD COLUMN mood TEXT")
    connection.execute("ALTER TABLE _run RENAME COLUMN boundary TO edge")
    connection.execute("CREATE TABLE _later (id INTEGER PRIMARY KEY, what TEXT)")
    connection.execute("UPDATE _firing SET mood = 'good'")
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    with pytest.raises(EnvironmentProblem, match="newer"):
        Trace(source, foreign=True)

    found, given = saved(tmp_path, source.read_bytes())

    assert (found.is_newer, found.version) == (True, 99)
    assert given == original


def test_what_the_log_beside_it_holds_is_read_too(tmp_path: Path, desk: bytes) -> None:
    source = tmp_path / "given.db"
    source.write_bytes(desk)
    writing = sqlite3.connect(source, isolation_level=None)
    writing.execute("PRAGMA journal_mode=WAL")
    writing.execute("PRAGMA wal_autocheckpoint=0")
    writing.execute("UPDATE _run SET graph_name = 'renamed'")
    for name in ("given.db", "given.db-wal"):
        shutil.copy(tmp_path / name, tmp_path / name.replace("given", "copied"))
    writing.close()

    salvage(tmp_path / "copied.db", tmp_path / "saved.db")

    with Trace(tmp_path / "saved.db") as trace:
        assert trace.run().graph == "renamed"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "does not begin like"),
        (b"studio: 1\nname: no_trace\n" * 10, "does not begin like"),
        (b"SQLite format 3\0" + b"\xff" * 200, "size of a page"),
        (b"SQLite format 3\0\x10\x00" + bytes(5000), "No run"),
    ],
)
def test_what_is_no_trace_is_refused_with_a_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "given.db").write_bytes(data)

    with pytest.raises(EnvironmentProblem, match=said):
        salvage(tmp_path / "given.db", tmp_path / "saved.db")

    assert not (tmp_path / "saved.db").exists()


def test_another_program_s_database_is_no_trace(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "given.db")
    connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)")
    connection.execute("INSERT INTO notes VALUES (1, 'hello')")
    connection.commit()
    connection.close()

    with pytest.raises(EnvironmentProblem, match="No run"):
        salvage(tmp_path / "given.db", tmp_path / "saved.db")


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, desk: bytes) -> None:
    (tmp_path / "given.db").write_bytes(desk)
    (tmp_path / "saved.db").write_text("mine")

    with pytest.raises(EnvironmentProblem, match="already"):
        salvage(tmp_path / "given.db", tmp_path / "saved.db")

    assert (tmp_path / "saved.db").read_text() == "mine"


def test_pages_that_lead_in_a_circle_end(tmp_path: Path, desk: bytes) -> None:
    data = bytearray(desk)
    for at in range(0, len(data), PAGE):
        start = 100 if at == 0 else 0
        if data[at + start] == 5:
            data[at + start + 8 : at + start + 12] = (at // PAGE + 1).to_bytes(4, "big")

    _, given = saved(tmp_path, bytes(data))

    assert given
