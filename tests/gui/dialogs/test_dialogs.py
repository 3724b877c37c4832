"""Help and the facts about the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from studio.gui.dialogs.about import About
from studio.gui.dialogs.help_pages import HelpPages
from studio.gui.frame.window import MainWindow
from studio.help import page_names
from tests.gui.standing import Standing


@pytest.fixture
def window(whole: Standing) -> Iterator[MainWindow]:
    """The window that stands for all tests of this module."""
    yield from whole.lend()


def test_f1_shows_the_manual_and_links_lead_from_page_to_page(window: MainWindow, qtbot: Any) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    pages = window.findChild(HelpPages)
    assert pages is not None
    assert pages.isVisible()
    assert pages.view.toPlainText().startswith("Getting started")
    assert sorted(filter(None, pages.names)) == page_names()

    pages.view.anchorClicked.emit(QUrl("exit_codes.md"))

    assert pages.view.toPlainText().startswith("Exit codes")
    qtbot.keyClick(pages, Qt.Key.Key_Escape)
    assert not pages.isVisible()


def test_pages_stand_under_what_one_wants_to_do(window: MainWindow, qtbot: Any) -> None:
    window.workbench.trigger("help.window")
    pages = window.workbench.part("help")
    rows = [pages.list.item(row).text() for row in range(pages.list.count())]

    assert rows.index("Design") < rows.index("Own node types") < rows.index("Run") < rows.index("Debug")
    pages.list.setCurrentRow(rows.index("Design") - 1)
    qtbot.keyClick(pages.list, Qt.Key.Key_Down)
    assert pages.list.currentItem().text() == "Designing a graph"


def test_a_page_that_is_named_can_be_clicked_and_pictures_are_shown(window: MainWindow) -> None:
    window.workbench.trigger("help.start")
    pages = window.workbench.part("help")
    assert 'href="trace.md"' in pages.view.toHtml()

    pages.go("architecture")

    picture = pages.view.loadResource(QTextDocument.ResourceType.ImageResource, QUrl("architecture.svg"))
    assert b"<svg" in bytes(picture)
    assert pages.view.loadResource(QTextDocument.ResourceType.ImageResource, QUrl("nothing.svg")) is None


def test_every_page_the_help_menu_names_is_there(window: MainWindow) -> None:
    for action in ("help.start", "help.window", "help.commands"):
        window.workbench.trigger(action)
        pages = window.workbench.part("help")
        assert pages.view.toPlainText()
    assert pages.list.currentRow() == pages.names.index("commands")


def test_the_facts_can_be_copied(window: MainWindow, qtbot: Any) -> None:
    window.workbench.trigger("help.about")
    about = window.findChild(About)
    assert about is not None

    qtbot.mouseClick(about.copy, Qt.MouseButton.LeftButton)

    assert "Licence: Apache 2.0" in QApplication.clipboard().text()
    about.close()
