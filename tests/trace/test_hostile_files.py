"""Files that somebody made to do harm: they are refused with a sentence, or what is sound in them is read."""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.replay.cursor import Cursor
from studio.support.errors import EnvironmentProblem, StudioError
from studio.support.resources import recorded_run
from studio.support.values import Json
from studio.trace import Trace
from studio.trace.found import producers_of
from studio.trace.pages import LEAF_TABLE, Pages
from studio.trace.salvaging import salvage
from studio.trace.sqlite import sqlite3
from studio.trace.strangers import Stranger, look_at
from studio.trace.views import RUN_BITS

Change = Callable[[sqlite3.Connection], object]


def made(folder: Path, *changes: str | Change, name: str = "given.db") -> Path:
    """A recorded run in which somebody changed something."""
    source = recorded_run("critic_loop")
    assert source is not None
    path = folder / "making.db"
    shutil.copyfile(source, path)
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA writable_schema=1")
        for change in changes:
            if isinstance(change, str):
                connection.execute(change)
            else:
                change(connection)
        connection.commit()
    finally:
        connection.close()
    return path.rename(folder / name)


def looked(tmp_path: Path, path: Path) -> Stranger:
    folder = tmp_path / "read"
    folder.mkdir()
    return look_at(path, folder)


def steps_of(stranger: Stranger) -> int:
    """Step through all of its runs; return how many steps there were."""
    steps = 0
    with Trace(stranger.db, foreign=True) as trace:
        for run in stranger.runs:
            cursor = Cursor(trace, run)
            cursor.first()
            steps += 1
            while cursor.move(1):
                assert cursor.state().nodes
                steps += 1
    return steps


ALL_STEPS = 16


def test_a_whole_file_is_opened_itself(tmp_path: Path) -> None:
    """The control of those below."""
    came = looked(tmp_path, made(tmp_path))

    assert (came.salvaged, steps_of(came)) == (None, ALL_STEPS)


def test_a_table_made_by_two_statements_makes_none(tmp_path: Path) -> None:
    path = made(
        tmp_path,
        "UPDATE sqlite_master SET sql = sql || '; DROP TABLE x' WHERE name = '_alarm'",
        "PRAGMA user_version=999",
    )

    assert steps_of(looked(tmp_path, path)) == ALL_STEPS


def test_a_file_may_have_a_name_as_long_as_they_get(tmp_path: Path) -> None:
    came = looked(tmp_path, made(tmp_path, "PRAGMA user_version=999", name="é" * 126 + ".db"))

    assert len(os.fsencode(came.db.name)) < 255
    assert came.db.name.startswith("é" * 90)


@pytest.mark.parametrize("what", ["pipe", "folder", "device"])
def test_only_a_file_is_a_log(tmp_path: Path, what: str) -> None:
    path = made(tmp_path)
    log = tmp_path / "given.db-wal"
    if what == "pipe":
        os.mkfifo(log)
    elif what == "folder":
        log.mkdir()
    else:
        log.symlink_to("/dev/null")

    assert looked(tmp_path, path).salvaged is None


def test_a_pipe_is_no_trace(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "given.db")

    for attempt in (
        lambda: Trace(tmp_path / "given.db", foreign=True),
        lambda: salvage(tmp_path / "given.db", tmp_path / "into.db"),
    ):
        with pytest.raises(EnvironmentProblem, match="no file"):
            attempt()
    assert not (tmp_path / "into.db").exists()


ENDLESS = "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id, NULL AS ended_at FROM n"


def test_a_view_in_place_of_a_table_is_not_asked(tmp_path: Path) -> None:
    path = made(tmp_path, "DROP TABLE _process", f"CREATE VIEW _process AS {ENDLESS}")

    with pytest.raises(EnvironmentProblem, match="not those of a trace"):
        Trace(path, foreign=True)
    assert steps_of(looked(tmp_path, path)) == ALL_STEPS


def test_an_older_file_is_not_brought_up_to_date_by_what_stands_in_it(tmp_path: Path) -> None:
    path = made(
        tmp_path,
        f"CREATE TRIGGER t AFTER UPDATE ON _run BEGIN INSERT INTO _alarm(id, at) {ENDLESS}; END",
        "PRAGMA user_version=5",
    )

    with pytest.raises(EnvironmentProblem, match="not those of a trace"):
        Trace(path, foreign=True)


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE _path SET parent = id & {(1 << RUN_BITS) - 1} WHERE id = (SELECT max(id) FROM _path)",
        "UPDATE _path SET plan_index = 77 WHERE id = (SELECT max(id) FROM _path)",
        "UPDATE _path SET plan_index = -1 WHERE id = (SELECT max(id) FROM _path)",
    ],
    ids=["circle", "too large", "below zero"],
)
def test_node_paths_that_lead_nowhere_end_no_reading(tmp_path: Path, change: str) -> None:
    """Each would be gone round for ever, or end in a fault, at the first step inside."""
    path = made(tmp_path, change)
    try:
        came = looked(tmp_path, path)
        steps = steps_of(came)
    except StudioError:
        return
    assert came.salvaged is not None
    assert 0 < steps <= ALL_STEPS


@pytest.mark.parametrize("wires", ["a", 5, [], {}, ["a"], [[1]], [[1, "value", 2]], [1.5, "value"], [[[]]]])
def test_what_is_no_wire_leads_nowhere(wires: Json) -> None:
    assert producers_of(wires) == []
    assert producers_of([3, "value"]) == producers_of([[3, "value"], wires]) == [(3, "value")]


@pytest.mark.parametrize("number", [1 << 31, (1 << 63) - 1, -(1 << 63), -1, 0])
def test_a_run_whose_number_has_no_room_for_rows_is_not_read(tmp_path: Path, number: int) -> None:
    path = made(tmp_path, f"UPDATE _run SET id = {number}")

    with pytest.raises(EnvironmentProblem, match="the number of the run"):
        looked(tmp_path, path)


@pytest.mark.parametrize("id", ["", "last", "../../x", "a\nb", "\x1b[31m", "x" * 65, ".db", "Ā"])
def test_an_id_that_is_no_run_id_reaches_nobody(tmp_path: Path, id: str) -> None:
    path = made(tmp_path, lambda connection: connection.execute("UPDATE _run SET run = ?", (id,)))

    with pytest.raises(EnvironmentProblem):
        looked(tmp_path, path)


def test_what_could_not_be_salvaged_leaves_nothing(tmp_path: Path) -> None:
    path = made(tmp_path, "UPDATE _run SET run = '../x'")

    with pytest.raises(EnvironmentProblem, match="No run in it can be read"):
        salvage(path, tmp_path / "into.db")

    assert sorted(one.name for one in tmp_path.iterdir()) == ["given.db"]


SIZE = 65_536


def file_of(cells: list[int], body: bytes, chain: int) -> bytes:
    """A file of one table whose root has these cells, and a long chain of further pages."""
    head = bytearray(100)
    head[:16], head[16:18] = b"SQLite format 3\0", b"\0\1"
    root = bytearray(SIZE)
    root[:8] = bytes([LEAF_TABLE]) + struct.pack(">HHHB", 0, len(cells), 0, 0)
    root[8 : 8 + 2 * len(cells)] = struct.pack(f">{len(cells)}H", *cells)
    root[-len(body) :] = body
    pages = [bytes(head).ljust(SIZE, b"\0"), bytes(root)]
    pages += [struct.pack(">I", 4 + number if number + 1 < chain else 0).ljust(SIZE, b"\0") for number in range(chain)]
    return b"".join(pages)


def varint(value: int) -> bytes:
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))


class Counted(Pages):
    """Counts how many pages are read."""

    read = 0

    def _page(self, number: int) -> bytes:
        self.read += 1
        return super()._page(number)


@pytest.mark.parametrize("cells", [1, 400])
def test_records_that_share_their_bytes_are_not_read_over_and_over(cells: int) -> None:
    """Each of 400 cells names a chain of pages that is as long as the file: read each time it would be more than a
    gigabyte. One that does is read."""
    chain, apart = 63, 20
    length = chain * SIZE
    head = varint(length) + varint(1)
    body = b"".join(head.ljust(apart, b"\0") for _ in range(cells))
    body += struct.pack(">I", 3) * ((SIZE - 4000 - len(body)) // 4)  # wherever a record leaves its page, to the third
    first = SIZE - len(body)
    pages = Counted(file_of([first + apart * number for number in range(cells)], body, chain))

    list(pages.tree(2))

    assert chain <= pages.read <= 3 * len(pages)
