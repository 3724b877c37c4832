"""Help and the facts about the program."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QApplication

from studio.gui.dialogs.about import About
from studio.gui.dialogs.help_pages import HelpPages
from studio.gui.frame.window import MainWindow
from studio.help import page_names


def test_f1_shows_the_manual_and_links_lead_from_page_to_page(window: MainWindow, qtbot: Any) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    pages = window.findChild(HelpPages)
    assert pages is not None
    assert pages.isVisible()
    assert pages.view.toPlainText().startswith("Getting started")
    assert pages.names == page_names()

    pages.view.anchorClicked.emit(QUrl("exit_codes.md"))

    assert pages.view.toPlainText().startswith("Exit codes")
    qtbot.keyClick(pages, Qt.Key.Key_Escape)
    assert not pages.isVisible()


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
