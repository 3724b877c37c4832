"""`GraphPage`: one tab. Bars on top, the way to the graph, and its canvas."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.editing import At, Document
from studio.gui.base.bars import Bars
from studio.gui.frame.breadcrumbs import Breadcrumbs
from studio.gui.workbench import Tab, Workbench

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas


def make_canvas(workbench: Workbench, document: Document, at: At, parent: QWidget) -> Canvas:
    """Make the canvas of a graph. Imported here, as the canvas's library takes half of the window's start."""
    from studio.gui.canvas import Canvas

    return Canvas(workbench, document, at, parent)


class GraphPage(QWidget):
    """The tab of one graph of a document."""

    def __init__(self, workbench: Workbench, tab: Tab, go: Callable[[At], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.document = tab.document
        self.setObjectName("page")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        self.bars = Bars(self)
        self.breadcrumbs = Breadcrumbs(go, self)
        self.canvas = make_canvas(workbench, tab.document, tab.at, self)
        rows.addWidget(self.bars)
        rows.addWidget(self.breadcrumbs)
        rows.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.refresh()

    @property
    def at(self) -> At:
        """The place of the graph in its document; follows renames."""
        return self.canvas.at

    @property
    def tab(self) -> Tab:
        """What this page shows."""
        return Tab(self.document, self.at)

    @property
    def title(self) -> str:
        """What its tab says."""
        return self.at[-1] if self.at else self.document.title

    @property
    def hint(self) -> str:
        """The tool tip of its tab: the whole path of the file, and the place in it."""
        path = self.document.path
        where = str(path.absolute()) if path is not None else f"{self.document.title}, not saved yet"
        return f"{where} › {' › '.join(self.at)}" if self.at else where

    def refresh(self) -> None:
        """Show the way anew (after a rename or a save)."""
        self.breadcrumbs.show_way(self.document.title, self.at)
