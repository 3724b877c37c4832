"""Runs saved into a file of their own read there as they did, while the file they come from is in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.support.errors import EnvironmentProblem, UsageError
from studio.trace import Trace, open_run
from studio.trace.saving import save_runs
from studio.trace.writer import close_writer
from tests.trace.declaring import declare
from tests.trace.runs import put_firings, start_of
from tests.trace.whole import everything, read


def test_a_run_is_saved_with_what_it_goes_on_from_and_nothing_else(db: Path, tmp_path: Path) -> None:
    everything(db, "01PARENT")
    everything(db, "02FORK", parent_run="01PARENT", fork_seq=4)
    everything(db, "03OTHER")
    target = tmp_path / "mine.run.db"

    report = save_runs(db, ["02FORK"], target)

    assert report.added == ["01PARENT", "02FORK"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".mine", "mine"))] == ["mine.run.db"]
    with Trace(target) as trace:
        assert {run.id for run in trace.runs()} == {"01PARENT", "02FORK"}
        assert trace.verify() == []
    close_writer(db)  # its search finds everything then, as the copy's does at once
    assert read(target, "02FORK") == read(db, "02FORK")


def test_it_is_saved_while_another_run_of_this_process_is_written(db: Path, tmp_path: Path) -> None:
    everything(db, "01DONE")
    going = open_run(db, start_of("02GOING"))
    declare(going, 1, "work", "toy.work", 1, 0, 0)
    put_firings(going, 3)
    going.flush()

    save_runs(db, ["01DONE"], tmp_path / "one.db")
    put_firings(going, 3, first=4)
    going.finish("ok", "quiet", None, {}, {"firings": 6}, 1)
    going.flush()

    with Trace(db) as trace:
        assert trace.run("02GOING").status == "ok"
        assert trace.verify() == []


def test_a_run_that_goes_on_is_refused_and_nothing_is_written(db: Path, tmp_path: Path) -> None:
    going = open_run(db, start_of("02GOING"))
    going.flush()

    with pytest.raises(UsageError, match="goes on"):
        save_runs(db, ["02GOING"], tmp_path / "one.db")
    assert not (tmp_path / "one.db").exists()


def test_a_strangers_run_is_saved_from_the_file_itself(db: Path, tmp_path: Path) -> None:
    everything(db, "01A")
    close_writer(db)

    save_runs(db, ["01A"], tmp_path / "one.db", foreign=True)

    assert read(tmp_path / "one.db", "01A") == read(db, "01A")


def test_a_place_where_nothing_can_be_written_is_told(db: Path, tmp_path: Path) -> None:
    everything(db, "01A")

    with pytest.raises(EnvironmentProblem, match="cannot"):
        save_runs(db, ["01A"], tmp_path / "no such folder" / "one.db")
