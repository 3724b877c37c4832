"""The middle of the window: a tab for each graph that is shown, with the way to it above its canvas."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QWidget

from studio.editing import Document
from studio.gui.canvas import Canvas
from studio.gui.workbench import Tab, Workbench


class Pages(QTabWidget):
    """Tabs of canvases. A tab that is asked for again is brought to the front."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.setDocumentMode(True)
        self.setTabsClosable(True)
        self.setMovable(True)
        workbench.shown.connect(self.show_tab)
        workbench.closed.connect(self._close_document)
        self.currentChanged.connect(self._on_current)

    def canvases(self) -> list[Canvas]:
        """Return all canvases, from left to right."""
        return [page for index in range(self.count()) if isinstance(page := self.widget(index), Canvas)]

    def show_tab(self, tab: Tab) -> None:
        """Show a graph, in its tab if it has one."""
        for canvas in self.canvases():
            if Tab(canvas.document, canvas.at) == tab:
                self.setCurrentWidget(canvas)
                return
        canvas = Canvas(self.workbench, tab.document, tab.at, self)
        canvas.selectionChanged.connect(self.workbench.selection_changed)
        index = self.addTab(canvas, tab.at[-1] if tab.at else tab.document.title)
        self.setCurrentIndex(index)

    def _close_document(self, document: Document) -> None:
        for canvas in self.canvases():
            if canvas.document is document:
                self.removeTab(self.indexOf(canvas))
                canvas.deleteLater()

    def _on_current(self, index: int) -> None:
        page = self.widget(index)
        canvas = page if isinstance(page, Canvas) else None
        self.workbench.set_current(Tab(canvas.document, canvas.at) if canvas is not None else None, canvas)
