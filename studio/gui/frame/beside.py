"""Tabs with two runs side by side, among the tabs of graphs. A run may be shown in one of them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.editing import TOP
from studio.gui.workbench import Tab

if TYPE_CHECKING:
    from studio.editing import Document
    from studio.gui.canvas import Canvas
    from studio.gui.frame.pages import Pages
    from studio.gui.replay.comparing.comparison import Comparison
    from studio.gui.replay.comparing.page import ComparePage


class Beside:
    """The tabs of comparisons of one window."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._found: list[ComparePage] = []
        comparing = pages.workbench.parts.get("comparing")
        if comparing is not None:
            comparing.opened.connect(lambda comparison: self._add(comparison))
            comparing.asked.connect(lambda comparison: self._show(comparison))

    @property
    def found(self) -> list[ComparePage]:
        """The tabs, in the order in which they were opened."""
        return list(self._found)

    def has(self, document: Document) -> bool:
        """True if a run is shown in one of the tabs."""
        return any(document in page.documents for page in self._found)

    def shows(self, tab: Tab) -> bool:
        """Show a graph in a tab of two runs, if that one is in front, or no other tab has the document; return whether
        it was."""
        front = self._pages.currentWidget()
        page = next((one for one in self._found if one is front and tab.document in one.documents), None)
        if page is None and not self._pages.pages(tab.document):
            page = next((one for one in self._found if tab.document in one.documents), None)
        if page is None:
            return False
        page.show_tab(tab)
        self._pages.setCurrentWidget(page)
        return True

    def _add(self, comparison: Comparison) -> None:
        from studio.gui.replay.comparing.page import ComparePage

        pages = self._pages
        page = ComparePage(pages.workbench, comparison, self._made, pages)
        self._found.append(page)
        page.turned.connect(lambda: self._turned(page))
        with pages.keys_stay_with_graphs():
            pages.place(page, page.title, page.hint)

    def _made(self, page: ComparePage, canvas: Canvas) -> None:
        self._pages.connect_canvas(canvas, canvas.document)
        self._pages.canvasAdded.emit(canvas)

    def _show(self, comparison: Comparison) -> None:
        page = next((one for one in self._found if one.comparison is comparison), None)
        if page is not None:
            with self._pages.keys_stay_with_graphs():
                self._pages.setCurrentWidget(page)

    def _turned(self, page: ComparePage) -> None:
        if self._pages.currentWidget() is page:
            self._pages.workbench.set_current(page.tab, page.canvas)

    def close(self, page: ComparePage) -> None:
        """Close a tab. A run that is shown nowhere else is closed with it; one that goes on gets a tab of its own."""
        documents = page.documents
        self._take(page)
        for document in documents:
            if document not in self._pages.workbench.documents or self._is_shown(document):
                continue
            if self._runs(document):
                self._pages.show_alone(Tab(document, TOP))
            else:
                self._pages.workbench.part("files").close(document)
        self._pages.after_removal()

    def _runs(self, document: Document) -> bool:
        live = self._pages.workbench.parts.get("live")
        return live is not None and live.active is not None and live.active.document is document

    def _is_shown(self, document: Document) -> bool:
        return bool(self._pages.pages(document)) or self.has(document)

    def leave(self, document: Document) -> None:
        """A run is closed: tabs that show it close, with the other run if it is shown nowhere else."""
        for page in [one for one in self._found if document in one.documents]:
            self.close(page)

    def _take(self, page: ComparePage) -> None:
        self._found.remove(page)
        page.ended()
        comparing = self._pages.workbench.parts.get("comparing")
        if comparing is not None:
            comparing.forget(page.comparison)
        self._pages.take_out(page, page.canvases)
