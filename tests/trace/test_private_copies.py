"""A copy of a stranger's file is trusted as little when it is opened again: nothing in it is done, nothing written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from studio.trace import Trace
from studio.trace.sqlite import sqlite3
from studio.trace.writer import close_writer
from tests.trace.runs import start_of


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A file whose process never said goodbye, and that acts when somebody notes it."""
    from studio.trace import open_run

    path = tmp_path / "given.db"
    open_run(path, start_of("01RUN9")).flush()
    close_writer(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE _process SET ended_at = NULL")
    connection.execute("CREATE TABLE seen (what)")
    connection.execute("CREATE TRIGGER act AFTER UPDATE ON _process BEGIN INSERT INTO seen VALUES (1); END")
    connection.commit()
    connection.close()
    return path


def test_a_copy_that_is_opened_again_is_not_written_into(given: Path) -> None:
    with Trace(given, foreign=True) as trace:
        before = trace.readable.read_bytes()
        with Trace(trace.readable) as again:
            assert again.run("last").status == "interrupted"
            assert again.sql("SELECT count(*) FROM seen").rows == [(0,)]
            assert again._reader.one("PRAGMA trusted_schema") == (0,)
        assert trace.readable.read_bytes() == before
        copy = trace.readable
    assert not copy.exists()


def test_one_that_is_ones_own_is_noted(given: Path, tmp_path: Path) -> None:
    """The control: what is not a stranger's is trusted."""
    own = tmp_path / "own.db"
    shutil.copyfile(given, own)
    with Trace(own) as trace:
        assert trace.run("last").status == "interrupted"
        assert trace.sql("SELECT count(*) FROM seen").rows == [(1,)]
