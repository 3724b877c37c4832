"""Files of recorded runs that came from elsewhere: whole, damaged, cut off, newer, or none at all."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog

from studio.gui.frame.window import MainWindow, our_files
from studio.gui.replay.session import Session
from studio.support.resources import bundled_graphs
from studio.trace import Trace
from studio.trace.sqlite import sqlite3
from tests.support.thorough import thorough_but


def recorded(name: str) -> bytes:
    return next(path for path in bundled_graphs() if path.stem == name).with_suffix(".run.db").read_bytes()


@pytest.fixture
def said(window: MainWindow) -> list[str]:
    heard: list[str] = []
    window.workbench.said.connect(lambda text, kind: heard.append(f"{kind}: {text}"))
    return heard


def opened(window: MainWindow, qtbot: Any, path: Path) -> Session | None:
    """Open a file as File › Open does, and wait until it was looked at."""
    window.workbench.part("files").open(path)
    return looked(window, qtbot)


def looked(window: MainWindow, qtbot: Any) -> Session | None:
    qtbot.waitUntil(lambda: not window.workbench.part("trace_files").errands.is_busy)
    found = window.workbench.part("replay").current
    assert found is None or isinstance(found, Session)
    return found


def bar_of(window: MainWindow) -> Any:
    page = window.pages.current_page()
    assert page is not None
    return page.bars.findChild(object, "bar.stranger")


def given(tmp_path: Path, data: bytes, name: str = "theirs.db") -> Path:
    path = tmp_path / "given" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def test_somebody_else_s_run_opens_for_reading_and_nothing_is_written(
    window: MainWindow, qtbot: Any, tmp_path: Path, said: list[str]
) -> None:
    path = given(tmp_path, recorded("order_desk"))
    before = hashlib.sha256(path.read_bytes()).digest()

    session = opened(window, qtbot, path)

    assert session is not None
    assert session.source.foreign
    assert session.last == 111
    assert session.seek(60)
    assert bar_of(window) is None, "nothing is wrong with it"
    assert said[-1].startswith("info: theirs.db is open")
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert [one.name for one in path.parent.iterdir()] == ["theirs.db"]


@pytest.mark.parametrize("part", thorough_but(lambda part: part < 0.9, [0.9, 0.6]))
def test_a_file_cut_off_opens_with_what_is_left(
    window: MainWindow, qtbot: Any, tmp_path: Path, said: list[str], part: float
) -> None:
    data = recorded("order_desk")
    path = given(tmp_path, data[: int(len(data) * part)])

    session = opened(window, qtbot, path)

    assert session is not None
    assert session.last == 111
    for seq in (*range(1, 10), *range(10, session.last, 10), session.last):
        session.seek(seq)
        assert session.seq == seq
    bar = bar_of(window)
    assert "theirs.db is damaged: 0 of 1 runs are whole, 1 can be read in part" in bar.said.text
    assert "missing" in bar.said.text
    assert any("is damaged" in one for one in said)
    assert path.read_bytes() == data[: int(len(data) * part)]


def test_what_was_read_can_be_saved_and_the_bar_stays(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    data = recorded("critic_loop")
    path = given(tmp_path, data[: int(len(data) * 0.7)])
    session = opened(window, qtbot, path)
    assert session is not None

    qtbot.mouseClick(bar_of(window).buttons["Save What Was Read…"], Qt.MouseButton.LeftButton)
    dialog = window.findChild(QFileDialog, "trace_files.save")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "kept.db"))
    dialog.reject()
    qtbot.waitUntil(lambda: (tmp_path / "kept.db").exists())
    looked(window, qtbot)

    with Trace(tmp_path / "kept.db", foreign=True) as trace:
        assert trace.run().id == session.run.id
    assert bar_of(window) is not None


def test_the_damaged_file_itself_is_not_written_over(
    window: MainWindow, qtbot: Any, tmp_path: Path, said: list[str]
) -> None:
    data = recorded("critic_loop")[:-20_000]
    path = given(tmp_path, data)
    session = opened(window, qtbot, path)
    assert session is not None
    files = window.workbench.part("trace_files")

    files.save(files.about(session.source.db), path)

    assert said[-1].startswith("error:")
    assert path.read_bytes() == data


def test_a_newer_studio_s_file_opens_with_what_is_known(
    window: MainWindow, qtbot: Any, tmp_path: Path, said: list[str]
) -> None:
    path = given(tmp_path, recorded("critic_loop"))
    connection = sqlite3.connect(path)
    connection.execute("ALTER TABLE _effect ADD COLUMN colour TEXT")
    connection.execute("PRAGMA user_version = 12")
    connection.commit()
    connection.close()

    session = opened(window, qtbot, path)

    assert session is not None
    assert session.last == 16
    text = bar_of(window).said.text
    assert "theirs.db was written by a newer Ganglia Studio: 1 of 1 runs are whole" in text
    assert "does not know" in text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"no database at all" * 30, "no SQLite database"),
        (b"SQLite format 3\0" + b"\x07" * 3000, ""),
    ],
)
def test_what_is_no_trace_is_told_and_nothing_opens(
    window: MainWindow, qtbot: Any, tmp_path: Path, said: list[str], data: bytes, reason: str
) -> None:
    path = given(tmp_path, data)

    assert opened(window, qtbot, path) is None

    assert said[-1].startswith("error: ")
    assert str(path) in said[-1]
    assert reason in said[-1]
    assert window.workbench.documents == []


def test_a_file_that_is_gone_is_told(window: MainWindow, qtbot: Any, tmp_path: Path, said: list[str]) -> None:
    assert opened(window, qtbot, tmp_path / "gone.db") is None

    assert "no such file" in said[-1]


@pytest.mark.parametrize("seed", thorough_but(lambda seed: seed == 0, range(6)))
def test_whatever_a_file_holds_the_window_lives(
    window: MainWindow, qtbot: Any, tmp_path: Path, said: list[str], seed: int
) -> None:
    rng = random.Random(seed)
    data = bytearray(recorded("order_desk"))
    for _ in range(20):
        at = rng.randrange(len(data) - 100)
        length = rng.randrange(1, 60)
        data[at : at + length] = rng.randbytes(length)

    session = opened(window, qtbot, given(tmp_path, bytes(data)))

    if session is None:
        assert said[-1].startswith("error: ")
    else:
        for seq in range(1, session.last + 1, 7):
            session.seek(seq)


def test_files_of_runs_can_be_dropped_on_the_window(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    path = given(tmp_path, recorded("critic_loop"), "unnamed")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    assert our_files(mime) == [path], "known by how it begins"
    drop = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )

    window.dropEvent(drop)
    qtbot.waitUntil(lambda: window.workbench.part("replay").current is not None)

    assert window.workbench.part("replay").current.source.db == path


@pytest.mark.thorough
def test_the_dialog_of_the_action_opens_a_file(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    path = given(tmp_path, recorded("critic_loop"))
    window.workbench.trigger("file.open_runs")
    dialog = window.findChild(QFileDialog, "trace_files.open")
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.reject()

    session = looked(window, qtbot)

    assert session is not None
    assert session.run.graph == "critic_loop"


def test_copies_go_with_the_window(lone_window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    session = opened(lone_window, qtbot, given(tmp_path, recorded("critic_loop")[:-20_000]))
    assert session is not None
    copy = session.source.db
    assert copy.exists()

    lone_window.workbench.part("trace_files").shutdown()

    assert not copy.exists()
