"""The manual's pages, as `studio help PAGE` shows them, in a window beside the graph."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFont, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from studio.gui.base.rows import roomy
from studio.gui.workbench import Workbench
from studio.help import FOLDER, contents, page_text, with_links


class HelpPages(QDialog):
    """The pages by what one wants to do, and the one that is chosen. Links between them are followed here, others in
    the browser. `names` has the page of each row of the list, "" for a heading."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help")
        self.setWindowTitle("Help — Ganglia Studio")
        self.resize(1040, 700)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.list = QListWidget()
        self.list.setObjectName("help_pages")
        self.list.setAccessibleName("Pages")
        self.list.setFixedWidth(216)
        self.names: list[str] = []
        self._add("index")
        for heading, names in contents().items():
            self._head(heading)
            for name in names:
                self._add(name)
        roomy(self.list)
        self.view = QTextBrowser()
        self.view.setObjectName("help.text")
        self.view.setAccessibleName("Page")
        self.view.setOpenLinks(False)
        self.view.setSearchPaths([str(FOLDER)])
        self.view.anchorClicked.connect(self._follow)
        row.addWidget(self.list)
        row.addWidget(self.view, 1)
        self.list.currentRowChanged.connect(self._show)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close)

    def go(self, name: str) -> None:
        """Show a page; an unknown name shows the first."""
        self.list.setCurrentRow(self.names.index(name) if name in self.names else 0)

    def _add(self, name: str) -> None:
        self.names.append(name)
        self.list.addItem(title_of(name))

    def _head(self, text: str) -> None:
        self.names.append("")
        item = QListWidgetItem(text, self.list)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        bold = QFont(self.list.font())
        bold.setWeight(QFont.Weight.DemiBold)
        item.setFont(bold)

    def _show(self, row: int) -> None:
        if 0 <= row < len(self.names) and self.names[row]:
            self.view.setMarkdown(with_links(page_text(self.names[row])))

    def _follow(self, url: QUrl) -> None:
        name = re.sub(r"\.md$", "", url.path().rpartition("/")[2])
        if not url.scheme() and name and name in self.names:
            self.go(name)
        elif url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)


def title_of(name: str) -> str:
    """Return what a page calls itself."""
    first = page_text(name).lstrip().split("\n", 1)[0]
    return first.lstrip("# ").strip() or name


def show_help(workbench: Workbench, name: str) -> HelpPages:
    """Show a page of the manual."""
    window = workbench.parts.get("window")
    known = workbench.parts.get("help")
    if not isinstance(known, HelpPages):
        known = workbench.parts["help"] = HelpPages(window if isinstance(window, QWidget) else None)
    known.go(name)
    known.show()
    known.raise_()
    known.activateWindow()
    return known
