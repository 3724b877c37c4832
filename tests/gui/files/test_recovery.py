"""Recovery: what was not saved when the program died is offered, and no file of the person's is written."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from studio.editing import TOP, SetKey
from studio.editing.keeping.journal import recovery_folder
from studio.editing.keeping.recovery import Recovery
from studio.gui.files.recovery import Keeper, when
from studio.gui.frame.window import MainWindow
from tests.gui.windows import press_answer

LEFT = Qt.MouseButton.LeftButton

CRASH = """
import os, sys
from pathlib import Path
from studio.editing import TOP, Document, SetKey
from studio.editing.keeping.journal import Journal
document = Document.open(Path(sys.argv[1]))
journal = Journal(document)
document.do("Say more", [SetKey(TOP, "about", "half done")])
os._exit(9)
"""


@pytest.fixture
def window(new_window: MainWindow) -> MainWindow:
    """A window that looks for what is left when it opens, and offers it on its welcome page."""
    return new_window


@pytest.fixture
def crashed(small: Path) -> Path:
    """A file with changes that a program left behind when it died."""
    subprocess.run([sys.executable, "-c", CRASH, str(small)], check=False)
    return small


def keeper(window: MainWindow) -> Keeper:
    found = window.workbench.part("recovery")
    assert isinstance(found, Keeper)
    return found


def welcome_buttons(window: MainWindow, label: str) -> list[QPushButton]:
    QApplication.processEvents()
    found = window.pages.welcome().findChildren(QPushButton)
    return [one for one in found if one.text() == label and one.isVisible()]


def test_the_welcome_page_brings_back_what_was_not_saved(window: MainWindow, crashed: Path, qtbot: Any) -> None:
    before = crashed.read_bytes()
    assert welcome_buttons(window, "Recover") == []
    keeper(window).look()

    qtbot.mouseClick(welcome_buttons(window, "Recover")[0], LEFT)

    document = window.workbench.document
    assert document is not None
    assert (document.graph.about, document.path) == ("half done", crashed)
    assert document.is_modified
    assert crashed.read_bytes() == before
    assert keeper(window).look() == []


def test_above_an_open_graph_a_bar_offers_it(window: MainWindow, crashed: Path, other: Path, qtbot: Any) -> None:
    window.workbench.open(other)
    keeper(window).look()
    bar = window.bars.bar("recovery")
    assert bar is not None

    qtbot.mouseClick(bar.buttons["Recover"], LEFT)

    assert window.workbench.document is not None
    assert window.workbench.document.graph.about == "half done"
    assert window.bars.bar("recovery") is None


def test_what_is_discarded_is_offered_no_more(window: MainWindow, crashed: Path, qtbot: Any) -> None:
    before = crashed.read_bytes()
    keeper(window).look()

    qtbot.mouseClick(welcome_buttons(window, "Discard")[0], LEFT)

    assert keeper(window).look() == []
    assert welcome_buttons(window, "Recover") == []
    assert crashed.read_bytes() == before


def test_a_graph_with_changes_of_its_own_is_not_taken_over(window: MainWindow, crashed: Path) -> None:
    document = window.workbench.open(crashed)
    assert document is not None
    document.do("Say more", [SetKey(TOP, "about", "mine")])
    (lost,) = keeper(window).look()

    assert keeper(window).bring_back(lost) is None
    assert "has changes of its own" in window.status.text
    assert window.workbench.documents == [document]
    assert keeper(window).look() != []


def test_what_is_recovered_takes_the_place_of_the_file_however_that_was_named(
    window: MainWindow, crashed: Path, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    monkeypatch.chdir(crashed.parent)
    assert window.workbench.open(Path(crashed.name)) is not None
    keeper(window).look()
    window.offer_recovery()
    button = window.bars.findChild(QPushButton, "bar.recovery.recover")
    assert button is not None

    qtbot.mouseClick(button, LEFT)

    (document,) = window.workbench.documents
    assert document.is_modified
    assert window.focusWidget() is not None
    assert window.workbench.canvas is not None
    assert window.workbench.canvas.isAncestorOf(window.focusWidget())


def test_a_journal_lives_while_there_is_something_to_save(window: MainWindow, small: Path, qtbot: Any) -> None:
    def journals() -> int:
        return len(list(recovery_folder().glob("*.journal")))

    document = window.workbench.open(small)
    assert document is not None
    assert journals() == 0
    document.do("Say more", [SetKey(TOP, "about", "mine")])
    assert journals() == 1
    window.workbench.part("files").save(document)
    assert journals() == 0

    document.do("Say more", [SetKey(TOP, "about", "again")])
    window.workbench.part("files").close(document)
    assert journals() == 1
    press_answer(qtbot, window, "Discard")
    assert journals() == 0


def test_moments_are_said_as_people_say_them() -> None:
    now = datetime(2026, 3, 5, 20, 0)

    def said(at: datetime) -> str:
        return when(Recovery(Path("x"), None, "x", at.timestamp()), now)

    assert said(datetime(2026, 3, 5, 18, 2)) == "today 18:02"
    assert said(datetime(2026, 3, 5, 18, 2) - timedelta(days=1)) == "yesterday 18:02"
    assert said(datetime(2026, 1, 2, 8, 5)) == "2 January 2026, 08:05"


def test_the_old_journal_stays_while_the_disk_takes_no_new_one(
    window: MainWindow, crashed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.editing.keeping import journal

    (found,) = keeper(window).look()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal.Journal, "_begin", refuse)
    assert keeper(window).bring_back(found) is not None
    assert found.journal.exists()
    assert "save it soon" in window.status.text
