"""The middle of the window: a tab for each graph that is shown, and the welcome page while there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QTabWidget, QWidget

from studio.editing import At, Document, Op, RenameGraph
from studio.gui.base.bars import BarText
from studio.gui.frame.beside import Beside
from studio.gui.frame.bodies import open_body
from studio.gui.frame.broken import BrokenPage
from studio.gui.frame.page import GraphPage
from studio.gui.frame.tab_bar import CloseButton, TabBar
from studio.gui.workbench import Tab, Workbench
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.welcome import Welcome


@dataclass
class _Gone:
    """A tab whose subgraph was taken away; it comes back with the subgraph."""

    at: At
    index: int
    was_current: bool


@dataclass
class _Kept:
    """What is known of an open document's tabs."""

    unhook: list[Callable[[], None]]
    bars: dict[str, BarText]
    gone: list[_Gone]


class Pages(QTabWidget):
    """Tabs of graphs. One that is asked for again is brought to the front."""

    pageAdded = Signal(object)
    """A `GraphPage` was made; its canvas is ready."""
    canvasAdded = Signal(object)
    """A canvas was made, in a page of its own or beside another."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        workbench.parts["pages"] = self
        self._kept: dict[int, _Kept] = {}
        self.beside = Beside(self)
        self._welcome: Welcome | None = None
        self._welcome_asked = False
        self.leaving = False
        """True while the window closes: no tab is to be followed by another."""
        bar = TabBar(self)
        self.setTabBar(bar)
        self.setObjectName("pages")
        self.setDocumentMode(True)
        bar.setDrawBase(False)  # document mode draws one
        self.setMovable(True)
        bar.closeAsked.connect(lambda index: self.close_index(index))
        bar.menuAsked.connect(lambda index, menu: self._fill_menu(index, menu))
        workbench.opened.connect(lambda document: self._on_opened(document))
        workbench.open_failed.connect(lambda path, error: self._show_broken(path, error))
        workbench.shown.connect(lambda tab: self.show_tab(tab))
        workbench.closed.connect(lambda document: self._close_document(document))
        workbench.settled.connect(lambda document: self._on_settled(document))
        self.currentChanged.connect(self._on_current)

    # -- what there is ------------------------------------------------------------------------

    def pages(self, document: Document | None = None) -> list[GraphPage]:
        """Return the pages (of one document), from left to right."""
        found = [page for index in range(self.count()) if isinstance(page := self.widget(index), GraphPage)]
        return [page for page in found if document is None or page.document is document]

    def canvases(self) -> list[Canvas]:
        """Return all canvases, from left to right; those of runs side by side come last."""
        beside = [canvas for page in self.beside.found for canvas in page.canvases]
        return [*(page.canvas for page in self.pages()), *beside]

    def current_page(self) -> GraphPage | None:
        """Return the page in front, if it is a graph's."""
        page = self.currentWidget()
        return page if isinstance(page, GraphPage) else None

    def page_of(self, tab: Tab) -> GraphPage | None:
        """Return the page that shows this, if there is one."""
        return next((page for page in self.pages(tab.document) if page.at == tab.at), None)

    # -- showing ------------------------------------------------------------------------------

    def show_tab(self, tab: Tab) -> None:
        """Show a graph, in its tab if it has one."""
        if self.beside.shows(tab):
            self._drop_welcome()
        else:
            self.show_alone(tab)

    def show_alone(self, tab: Tab) -> None:
        """Show a graph in a tab of its own, though it be shown beside another, too."""
        page = self.page_of(tab)
        if page is None:
            siblings = self.pages(tab.document)
            page = self._add(tab, self.indexOf(siblings[-1]) + 1 if siblings else self.count())
        with self.keys_stay_with_graphs():
            self.setCurrentWidget(page)
        self._drop_welcome()

    @contextmanager
    def keys_stay_with_graphs(self) -> Iterator[None]:
        """Bring another page to the front within this: keys that went to a graph then go to the one that is in front.
        Who works in a panel goes on there."""
        focus = QApplication.focusWidget()
        mine = focus is None or self.isAncestorOf(focus)
        yield
        canvas = getattr(self.currentWidget(), "canvas", None)
        if mine and canvas is not None:
            canvas.setFocus()

    def _add(self, tab: Tab, index: int) -> GraphPage:
        kept = self._follow(tab.document)
        page = GraphPage(self.workbench, tab, lambda at: self.workbench.show(tab.document, at), self)
        self.connect_canvas(page.canvas, tab.document)
        for said in kept.bars.values():
            self._put_bar(page, said)
        self.pageAdded.emit(page)
        self.canvasAdded.emit(page.canvas)
        self._insert(index, page, page.title)
        self.refresh(tab.document)
        return page

    def connect_canvas(self, canvas: Canvas, document: Document) -> None:
        """Have the window do what is asked for on a canvas."""
        canvas.selectionChanged.connect(self.workbench.selection_changed)
        canvas.bodyOpened.connect(lambda name: open_body(self.workbench, document, canvas.at, name))
        canvas.nodeActivated.connect(lambda *_: self._edit_node())
        canvas.refused.connect(lambda text: self.workbench.say(text, "refused"))
        self._connect_popups(canvas)

    def place(self, page: QWidget, title: str, hint: str) -> None:
        """Show a page that is no graph's in a new tab behind the others."""
        self._insert(self.count(), page, title.replace("&", "&&"))
        self.setTabToolTip(self.indexOf(page), hint)
        self.setCurrentWidget(page)
        self._drop_welcome()

    def _connect_popups(self, canvas: Canvas) -> None:
        """What the canvas asks for at a point is shown by the popups: the list of nodes to add, and menus."""
        popups = self.workbench.parts.get("popups")
        if popups is not None:
            canvas.placeRequested.connect(partial(popups.place_requested, canvas))
            canvas.wireDropped.connect(partial(popups.wire_dropped, canvas))
            canvas.contextRequested.connect(partial(popups.context_requested, canvas))
            canvas.fileDropped.connect(partial(popups.content_dropped, canvas))

    def _insert(self, index: int, page: QWidget, title: str) -> None:
        self.insertTab(index, page, title)
        button = CloseButton(self.tabBar())
        button.clicked.connect(lambda *_: self.close_index(self.indexOf(page)))
        self.tabBar().setTabButton(self.indexOf(page), TabBar.ButtonPosition.RightSide, button)

    def _edit_node(self) -> None:
        """Go to what the selected node says, in the inspector."""
        self.workbench.panel_asked.emit("inspector")
        if (inspector := self.workbench.parts.get("inspector")) is not None:
            inspector.focus_main()

    # -- the welcome page ---------------------------------------------------------------------

    def welcome(self, *, asked: bool = False) -> Welcome:
        """Show the welcome page; one that was asked for stays beside the graphs until it is closed."""
        from studio.gui.welcome import Welcome

        self._welcome_asked = asked or self._welcome_asked
        if self._welcome is None:
            self._welcome = Welcome(self.workbench, self)
            self._insert(0, self._welcome, "Welcome")
        self.setCurrentWidget(self._welcome)
        self._show_bar()
        return self._welcome

    def _drop_welcome(self) -> None:
        if self._welcome is not None and not self._welcome_asked and self.count() > 1:
            self._remove_welcome()
        self._show_bar()

    def _remove_welcome(self) -> None:
        page, self._welcome, self._welcome_asked = self._welcome, None, False
        if page is not None:
            self.take_out(page)

    def _show_bar(self) -> None:
        """A welcome page alone needs no tab."""
        self.tabBar().setVisible(self._welcome is None or self.count() > 1)

    # -- closing ------------------------------------------------------------------------------

    def close_index(self, index: int) -> None:
        """Close a tab. With the last tab of a document its file is closed, which asks if it is not saved."""
        page = self.widget(index)
        if isinstance(page, BrokenPage):
            self._discard(page)
        beside = next((one for one in self.beside.found if one is page), None)
        if beside is not None:
            self.beside.close(beside)
            return
        if not isinstance(page, GraphPage):
            if page is not None and page is self._welcome and self.count() > 1:
                self._remove_welcome()
                self._show_bar()
            return
        if len(self.pages(page.document)) == 1 and not self.beside.has(page.document):
            self.workbench.part("files").close(page.document)
        else:
            self._discard(page)

    def can_close(self) -> bool:
        """True if the tab in front can be closed: the welcome page alone cannot."""
        return self.count() > 1 or (self.count() == 1 and self._welcome is None)

    def close_current(self) -> None:
        """Close the tab in front."""
        self.close_index(self.currentIndex())

    def _discard(self, page: QWidget) -> None:
        self.take_out(page)
        self.after_removal()

    def take_out(self, page: QWidget, canvases: Sequence[Canvas] = ()) -> None:
        """Take a tab away for good. Its page leaves the stack first, or Qt's wrappers keep what it shows for ever; and
        only when nothing of it is being called any more, for it may be a key of its own that closes it."""
        self.removeTab(self.indexOf(page))

        def end() -> None:
            page.setParent(None)
            for canvas in [page.canvas] if isinstance(page, GraphPage) else canvases:
                canvas.let_go_when_ended()
            page.deleteLater()

        QTimer.singleShot(0, page, end)

    def after_removal(self) -> None:
        """Show the welcome page when the last tab has gone."""
        if self.count() == 0 and not self.leaving:
            self.welcome()
        self._show_bar()

    def _close_document(self, document: Document) -> None:
        kept = self._kept.pop(id(document), None)
        for unhook in kept.unhook if kept is not None else ():
            unhook()
        self.beside.leave(document)
        for page in self.pages(document):
            self.take_out(page)
        self.after_removal()

    def _fill_menu(self, index: int, menu: QMenu) -> None:
        page = self.widget(index)
        if page is None:
            return
        menu.addAction("Close").triggered.connect(lambda *_: self.close_index(self.indexOf(page)))
        if not isinstance(page, GraphPage):
            return
        others = [one for one in self.workbench.documents if one is not page.document]
        files = self.workbench.part("files")
        close_others = menu.addAction("Close Other Graphs")
        close_others.setEnabled(bool(others))
        close_others.triggered.connect(lambda *_: files.close_all(others))
        path = page.document.path
        if path is not None:
            menu.addSeparator()
            copy = menu.addAction("Copy Path")
            copy.triggered.connect(lambda *_: QGuiApplication.clipboard().setText(str(path.absolute())))

    def _on_opened(self, document: Document) -> None:
        self._follow(document)
        for page in self._broken():
            if document.path is not None and page.path.absolute() == document.path.absolute():
                self._discard(page)

    # -- files that do not open ---------------------------------------------------------------

    def _broken(self) -> list[BrokenPage]:
        return [page for index in range(self.count()) if isinstance(page := self.widget(index), BrokenPage)]

    def _show_broken(self, path: Path, error: StudioError) -> None:
        """Show a file that is there but is no graph; one that is not there is told in the status line only."""
        page = next((one for one in self._broken() if one.path.absolute() == path.absolute()), None)
        if page is not None:
            page.show_error(error)
            return
        if not path.is_file():
            return
        page = BrokenPage(path, error, self.workbench.part("files").open, self)
        self._insert(self.count(), page, path.name)
        self.setTabToolTip(self.indexOf(page), str(path.absolute()))
        self.setCurrentWidget(page)
        self._drop_welcome()

    # -- following documents ------------------------------------------------------------------

    def _follow(self, document: Document) -> _Kept:
        kept = self._kept.get(id(document))
        if kept is None:
            kept = self._kept[id(document)] = _Kept([], {}, [])
            kept.unhook = [
                document.changed.connect(lambda op, inverse: self._on_op(document, op)),
                document.history.changed.connect(lambda: self.refresh(document)),
                document.saved.connect(lambda: self.refresh(document)),
                document.reset.connect(lambda: self.refresh(document)),
            ]
        return kept

    def _on_op(self, document: Document, op: Op) -> None:
        """Canvases follow a subgraph to its new name by themselves; tabs that will come back must be told."""
        if not isinstance(op, RenameGraph):
            return
        old, new = (*op.at, op.old), (*op.at, op.new)
        for gone in self._kept[id(document)].gone:
            if gone.at[: len(old)] == old:
                gone.at = (*new, *gone.at[len(old) :])

    def _on_settled(self, document: Document) -> None:
        """Tabs of subgraphs that are gone close; those of subgraphs that are back come back."""
        kept = self._kept.get(id(document))
        if kept is None:
            return
        leaving = [page for page in self.pages(document) if not document.has(page.at)]
        kept.gone += [_Gone(page.at, self.indexOf(page), page is self.currentWidget()) for page in leaving]
        for page in leaving:
            self._leave(page)
        for gone in sorted((one for one in kept.gone if document.has(one.at)), key=lambda one: one.index):
            kept.gone.remove(gone)
            if self.page_of(Tab(document, gone.at)) is None:
                page = self._add(Tab(document, gone.at), min(gone.index, self.count()))
                if gone.was_current:
                    self.setCurrentWidget(page)
        self.refresh(document)
        current = self.current_page()
        if current is not None and current.document is document and self.workbench.current != current.tab:
            self._on_current(self.currentIndex())

    def _leave(self, page: GraphPage) -> None:
        """Remove the page of a graph that is gone. If it was in front, a graph around it is, best one with a tab."""
        document = page.document
        around = [page.at[:depth] for depth in range(len(page.at) - 1, -1, -1)]
        there = [at for at in around if document.has(at)]
        if page is self.currentWidget() or len(self.pages(document)) == 1:
            self.show_tab(
                next((tab for at in there if self.page_of(tab := Tab(document, at))), Tab(document, there[0]))
            )
        self.take_out(page)

    def refresh(self, document: Document) -> None:
        """Bring titles, marks and tool tips of a document's tabs up to date."""
        for page in self.pages(document):
            index = self.indexOf(page)
            mark = " ●" if document.is_modified else ""
            self.setTabText(index, page.title.replace("&", "&&") + mark)
            self.setTabToolTip(index, page.hint + (" (not saved)" if mark else ""))
            page.refresh()

    def _on_current(self, index: int) -> None:
        page = self.widget(index)
        if isinstance(page, GraphPage):
            self.workbench.set_current(page.tab, page.canvas)
        elif (beside := next((one for one in self.beside.found if one is page), None)) is not None:
            self.workbench.set_current(beside.tab, beside.canvas)
        else:
            self.workbench.set_current(None, None)

    # -- bars ---------------------------------------------------------------------------------

    def show_bar(self, document: Document, said: BarText) -> None:
        """Show a bar above all graphs of a document, also those that are opened later, until `hide_bar`."""
        self._follow(document).bars[said.key] = said
        for page in self.pages(document):
            self._put_bar(page, said)

    def _put_bar(self, page: GraphPage, said: BarText) -> None:
        page.bars.put(said, lambda: self.hide_bar(page.document, said.key))

    def hide_bar(self, document: Document, key: str) -> None:
        """Take a bar away; one that is not shown is no mistake."""
        kept = self._kept.get(id(document))
        if kept is not None:
            kept.bars.pop(key, None)
        for page in self.pages(document):
            page.bars.take(key)

    # -- going --------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """Bring the next tab (or, with -1, the last one) to the front, round and round."""
        if self.count():
            self.setCurrentIndex((self.currentIndex() + by) % self.count())
            page = self.currentWidget()
            if page is not None:
                page.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def go_up(self) -> None:
        """Show the graph around the one that is shown."""
        tab = self.workbench.current
        if tab is not None and tab.at:
            self.workbench.show(tab.document, tab.at[:-1])
