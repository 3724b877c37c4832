"""New traces of a test's process begin as a copy of one that the product made.

To make the schema takes 10 ms of a processor and 50 ms with the disk, and thousands of tests record into a database of
their own. The first of a process is made as ever, and so are those of processes that tests start.

Nor is the disk waited for when something is written: what tests write outlives their process, but no power cut.
`tests/trace/test_durability.py` and `tests/reliability` do without this.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from unittest import mock

from studio.trace import sqlite, writer
from studio.trace.schema import make_current
from studio.trace.sqlite import connect_writer, is_recorded_example, prepare_for_writing


@contextmanager
def blank_traces(folder: Path) -> Iterator[None]:
    """Have the writers of this process find such a copy where there is no file yet. `folder` holds the first one."""
    first, numbers = folder / "blank.db", count()

    def prepared(path: Path) -> None:
        if path.parent.is_dir() and not path.exists() and not is_recorded_example(path):
            if not first.exists():
                connection = connect_writer(first)
                make_current(connection, first)
                connection.close()
            copy = folder / f"{next(numbers)}.db"
            shutil.copy(first, copy)
            with contextlib.suppress(OSError):  # nothing may be written there, or another process was faster
                os.link(copy, path)
            copy.unlink()
        prepare_for_writing(path)

    def not_waiting(connection: sqlite.sqlite3.Connection) -> None:
        waiting(connection)
        connection.execute("PRAGMA synchronous=OFF")

    waiting = sqlite.writer_pragmas
    with (
        mock.patch.object(writer, "prepare_for_writing", prepared),
        mock.patch.object(sqlite, "writer_pragmas", not_waiting),
    ):
        yield
