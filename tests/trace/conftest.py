"""A database per test and a run in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.trace import Trace, open_run
from studio.trace.runlog import FileRunLog
from studio.trace.writer import close_writer
from tests.trace import runs
from tests.trace.declaring import declare
from tests.trace.runs import start_of


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An up-to-date empty database, made once."""
    return runs.blank_trace(tmp_path_factory.mktemp("blank") / "blank.db")


@pytest.fixture
def db(tmp_path: Path, blank: bytes) -> Iterator[Path]:
    path = tmp_path / "trace.db"
    path.write_bytes(blank)
    yield path
    close_writer(path)


@pytest.fixture
def log(db: Path) -> FileRunLog:
    made = open_run(db, start_of())
    declare(made, 1, "work", "toy.work", 1, 0, 0)
    return made


@pytest.fixture
def trace(db: Path) -> Iterator[Callable[[], Trace]]:
    """Open the trace anew: everything put so far can then be read."""
    opened: list[Trace] = []

    def open_trace() -> Trace:
        opened.append(Trace(db))
        return opened[-1]

    yield open_trace
    for one in opened:
        one.close()
