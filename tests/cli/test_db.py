"""`studio db`: the database of runs is checked, and takes in the runs of other files."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.trace import Trace
from studio.trace.sqlite import sqlite3
from studio.trace.writer import close_writer
from tests.cli.conftest import Cli
from tests.trace.whole import everything


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.db"
    everything(path, "01PARENT")
    everything(path, "02FORK", parent_run="01PARENT", fork_seq=4)
    everything(path, "03ORPHAN", parent_run="00GONE", fork_seq=4)
    close_writer(path)
    return path


def test_merge_says_what_became_of_each_run(cli: Cli, other: Path) -> None:
    connection = sqlite3.connect(str(other))
    connection.execute("UPDATE _firing SET reason = 'changed' WHERE id >> 32 = 2")
    connection.commit()
    connection.close()

    told = cli("db", "merge", other)

    assert told.code == 4
    assert told.out.startswith("other.db  2 runs added (")
    assert "02FORK  not taken: row 1 of _firing does not match its sum" in told.out
    assert "03ORPHAN  added, but not the run it continues: 00GONE" in told.out
    assert cli("db", "check").out == "whole  2 runs read\n"
    assert "no new run, 2 already there, 1 not taken" in cli("db", "merge", other).out


def test_merge_as_json_names_the_runs(cli: Cli, other: Path, tmp_path: Path) -> None:
    into = tmp_path / "into.db"

    told = cli("db", "merge", other, "--into", into, "--run", "02", "--json")

    assert told.code == 0
    assert told.json["files"][0]["added"] == ["01PARENT", "02FORK"]
    with Trace(into) as trace:
        assert [run.id for run in trace.runs()] == ["02FORK", "01PARENT"]


def test_a_file_that_cannot_be_read_does_not_keep_the_others_out(cli: Cli, other: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("These are my notes. " * 100)

    told = cli("db", "merge", notes, other)

    assert told.code == 5
    assert "other.db  3 runs added" in told.out
    assert "notes.txt: The file is no SQLite database." in told.err


def test_compact_says_what_it_saves(cli: Cli, other: Path) -> None:
    told = cli("db", "compact", "--db", other, "--older-than", "0s", "--dry-run")
    assert told.code == 0
    assert "3 runs older than 0s: 8 values to pack" in told.out
    assert "would be about" in told.out

    told = cli("db", "compact", "--db", other, "--older-than", "0s", "--json")

    assert (told.json["runs"], told.json["packed"]) == (3, 8)
    assert cli("db", "check", "--db", other).out == "whole  3 runs read\n"
    assert "0 runs older than 30d: nothing to pack" in cli("db", "compact", "--db", other).out


@pytest.mark.parametrize(
    "words",
    [
        ("merge",),
        ("check", "a", "b"),
        ("check", "--into", "x.db"),
        ("mend",),
        ("compact", "last"),
        ("check", "--dry-run"),
    ],
)
def test_wrong_use_is_one_sentence(cli: Cli, words: tuple[str, ...]) -> None:
    told = cli("db", *words)

    assert told.code == 2
    assert "studio db --help" in told.err


def test_salvage_reads_what_is_left_into_a_new_file(cli: Cli, other: Path, tmp_path: Path) -> None:
    into = tmp_path / "saved.db"
    assert cli("db", "salvage", other, "--into", tmp_path / "whole.db").code == 0
    connection = sqlite3.connect(str(other))
    connection.execute("UPDATE _firing SET reason = 'changed' WHERE id >> 32 = 1")
    connection.commit()
    connection.close()

    told = cli("db", "salvage", other, "--into", into)

    assert told.code == 4
    assert told.out.startswith(
        "other.db  2 of 3 runs are whole, 1 can be read in part.\n  01PARENT  the footer counts "
    )
    with Trace(into) as trace:
        assert {run.id for run in trace.runs()} == {"01PARENT", "02FORK", "03ORPHAN"}
    assert cli("db", "salvage", other, "--into", into).code == 5, "nothing is written over"


@pytest.mark.parametrize("arguments", [("salvage",), ("salvage", "x.db"), ("salvage", "a", "b", "--into", "c")])
def test_salvage_says_what_it_needs(cli: Cli, arguments: tuple[str, ...]) -> None:
    told = cli("db", *arguments)

    assert told.code == 2
    assert "--into" in told.err
