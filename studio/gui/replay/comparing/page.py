"""`ComparePage`: a tab with two runs side by side, linked step by step, and below them all that differs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QApplication, QSplitter, QVBoxLayout, QWidget

from studio.editing import Document
from studio.gui.base.guard import guarded
from studio.gui.replay.comparing.bar import CompareBar
from studio.gui.replay.comparing.comparison import Comparison
from studio.gui.replay.comparing.differences_view import DifferencesView
from studio.gui.replay.comparing.linked import LinkedViews
from studio.gui.replay.comparing.side import Side
from studio.gui.replay.comparing.stepping import LinkedSteps
from studio.gui.replay.comparing.text_view import TextView
from studio.gui.replay.comparing.walking import Walk
from studio.gui.replay.session import SHORT, Session
from studio.gui.workbench import Tab, Workbench
from studio.replay.diff.telling import as_plain_text

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.replay.forking.service import Forks
    from studio.gui.replay.service import Replays
    from studio.replay.diff.aligning import Which

LEGIBLE: Final = 0.36
"""Scale below which a graph is not shown whole at first."""

POLL_MS: Final = 60
"""How often answers are taken while some are awaited, in milliseconds."""


class ComparePage(QWidget):
    """Two runs. One side leads: the one that has the focus, or that was moved last. See `LinkedSteps`."""

    turned = Signal()
    """The other side leads now, or a side shows another graph."""

    def __init__(
        self, workbench: Workbench, comparison: Comparison, made: Callable[[ComparePage, Canvas], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.replays: Replays = workbench.part("replay")
        self.comparison = comparison
        self.setObjectName("compare")
        self.setAccessibleName("Two runs side by side")
        self._made = made
        self._jump_when_found = True
        self._shown_found: object = None
        self._shown_texts: object = None
        self.steps = LinkedSteps(comparison, self)
        self.steps.turned.connect(self._on_turned)
        self.steps.stepped.connect(self._on_stepped)
        self.links = LinkedViews(self._pair, self)
        self.sides: dict[Which, Side] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_bar())
        column.addWidget(self._make_body(), 1)
        self.setFocusProxy(self.canvas)
        self._fit = QTimer(self)
        self._fit.setSingleShot(True)
        self._fit.timeout.connect(self._fit_both)
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._look)
        self._unhook = comparison.changed.connect(self._on_changed)
        self.replays.moved.connect(self._on_moved)
        self.replays.grew.connect(self._on_grew)
        self._forks().over.connect(self._on_over)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)
        self._tell()
        self._was_shown = False
        self.steps.ask()
        if not comparison.goes_on:
            self.start()

    # -- how it is built ------------------------------------------------------------------------

    def _make_bar(self) -> CompareBar:
        bar = self.bar = CompareBar(self)
        bar.abort.clicked.connect(lambda *_: self._forks().stop())
        bar.stop.clicked.connect(lambda *_: self.comparison.cancel())
        bar.again.clicked.connect(lambda *_: self.start())
        bar.first.clicked.connect(lambda *_: self.walk.go_first())
        bar.back.clicked.connect(lambda *_: self.walk.go_next(back=True))
        bar.next.clicked.connect(lambda *_: self.walk.go_next())
        bar.link_steps.toggled.connect(self.steps.link)
        bar.link_views.toggled.connect(self._on_link_views)
        bar.copy.clicked.connect(lambda *_: self.copy_text())
        return bar

    def _make_body(self) -> QSplitter:
        graphs = QSplitter(Qt.Orientation.Horizontal, self)
        graphs.setObjectName("compare.graphs")
        graphs.setChildrenCollapsible(False)
        for which in ("a", "b"):
            side = self.sides[which] = Side(
                self.workbench, self.comparison, which, self._on_made, partial(self._alone, which), graphs
            )
            graphs.addWidget(side)
        graphs.setSizes([1000, 1000])
        self.tree = DifferencesView(self)
        self.texts = TextView(self)
        self.walk = Walk(self.workbench, self.steps, self.sides, self.tree, self.texts, self._await, self)
        lower = QSplitter(Qt.Orientation.Horizontal, self)
        lower.setChildrenCollapsible(False)
        lower.addWidget(self.tree)
        lower.addWidget(self.texts)
        lower.setSizes([1000, 1000])
        body = QSplitter(Qt.Orientation.Vertical, self)
        body.setObjectName("compare.body")
        body.setChildrenCollapsible(False)
        body.addWidget(graphs)
        body.addWidget(lower)
        body.setSizes([620, 300])
        body.setStretchFactor(0, 3)
        body.setStretchFactor(1, 1)
        return body

    def _on_made(self, canvas: Canvas) -> None:
        self.links.add(canvas)
        canvas.selectionChanged.connect(self._on_selection)
        self._made(self, canvas)

    def _on_selection(self) -> None:
        self.walk.show_texts()

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        """Show both graphs whole, the first time, if they can be read so."""
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self._fit.start(0)

    def _fit_both(self) -> None:
        for side in self.sides.values():
            canvas = side.canvas
            canvas.zoom_to_fit()
            selected = canvas.selected()
            if canvas.view.zoom < LEGIBLE and selected:
                canvas.view.zoom_to(LEGIBLE)
                canvas.reveal(selected[0])

    # -- what a page of the window says -----------------------------------------------------------

    @property
    def documents(self) -> list[Document]:
        """The documents of both runs."""
        return [side.session.document for side in self.sides.values()]

    @property
    def leads(self) -> Which:
        """Which side leads."""
        return self.steps.leads

    @property
    def side(self) -> Side:
        """The side that leads."""
        return self.sides[self.leads]

    @property
    def canvas(self) -> Canvas:
        """The canvas of the side that leads."""
        return self.side.canvas

    @property
    def tab(self) -> Tab:
        """The graph of the side that leads."""
        return self.side.tab

    @property
    def canvases(self) -> list[Canvas]:
        """All canvases of both sides."""
        return [canvas for side in self.sides.values() for canvas in side.canvases]

    @property
    def title(self) -> str:
        """What its tab says."""
        a, b = (side.session.run for side in self.sides.values())
        return f"{b.graph or a.graph} · {a.id[:SHORT]} | {b.id[:SHORT]}"

    @property
    def hint(self) -> str:
        """The tool tip of its tab."""
        a, b = (side.session for side in self.sides.values())
        return f"Side by side: {a.document.title} and {b.document.title}"

    def side_of(self, document: Document) -> Side | None:
        """Return the side of a document; of a run beside itself the one that leads."""
        return next((side for side in (self.side, *self.sides.values()) if side.session.document is document), None)

    def show_tab(self, tab: Tab) -> None:
        """Show a graph of one of the runs in its side, which leads from now on."""
        side = self.side_of(tab.document)
        if side is not None:
            side.show_at(tab.at)
            self.steps.leads = side.which
            self.setFocusProxy(self.canvas)
            self.turned.emit()

    def ended(self) -> None:
        """The page is closed."""
        self._unhook()
        self.steps.stop()
        for timer in (self._poll, self._fit):
            timer.stop()
        self.comparison.close()

    # -- following ------------------------------------------------------------------------------

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        for which, side in self.sides.items():
            if now is not None and side.isAncestorOf(now) and which != self.leads:
                self.steps.lead(which)

    def _on_turned(self) -> None:
        self.setFocusProxy(self.canvas)
        self.turned.emit()
        self._tell()

    def _on_moved(self, session: Session) -> None:
        if self.isVisible():
            self.steps.moved(session, in_front=self.workbench.document is session.document)

    def _on_grew(self, session: Session) -> None:
        if self.comparison.which(session) is None:
            return
        if session.run.status != "running" and not self.comparison.goes_on and self.comparison.found is None:
            if not self.comparison.is_busy:
                self.start()
        self._tell()

    def _on_over(self, parent: object, session: object, outcome: object) -> None:
        self._tell()

    def _on_stepped(self) -> None:
        for side in self.sides.values():
            if side.which != self.leads:
                side.follow()
        self._tell()
        self.walk.show_texts()

    def _tell(self) -> None:
        steps = self.steps
        for which, side in self.sides.items():
            leads = which == steps.leads
            side.tell(steps.aligned, leads=leads, follows=steps.on and not leads and steps.was_aligned)
        self.bar.tell(self.comparison, stoppable=self._runs_here())

    def _forks(self) -> Forks:
        forks: Forks = self.workbench.part("forks")
        return forks

    def _runs_here(self) -> bool:
        """True while one of the runs is a fork of this window that goes on."""
        going = self._forks().going
        return going is not None and self.comparison.which(going.session) is not None

    # -- comparing ------------------------------------------------------------------------------

    def start(self) -> None:
        """Compare the runs."""
        self.comparison.start()
        self._await()

    def _await(self) -> None:
        self._poll.start()

    def _look(self) -> None:
        waits = self.comparison.poll()
        if self.comparison.is_busy:
            self._tell()
        if not waits:
            self._poll.stop()

    def _on_changed(self) -> None:
        comparison = self.comparison
        if comparison.found is not self._shown_found:
            self._shown_found = comparison.found
            self.tree.differences.show(comparison.found)
            for side in self.sides.values():
                side.show_marks()
            if comparison.found is not None and self._jump_when_found:
                self._jump_when_found = False
                if not self.walk.go_first():
                    self.walk.show_texts()
        if comparison.texts is not None and comparison.texts is not self._shown_texts:
            self._shown_texts = comparison.texts
            self.texts.show_answer(comparison.texts[1])
        self._tell()

    # -- the rest -------------------------------------------------------------------------------

    def _pair(self) -> tuple[Canvas, Canvas] | None:
        return self.sides["a"].canvas, self.sides["b"].canvas

    def _on_link_views(self, on: bool) -> None:
        self.links.on = on
        self.links.follow(self.canvas)

    def _alone(self, which: Which) -> None:
        side = self.sides[which]
        self.workbench.part("pages").show_alone(Tab(side.session.document, side.canvas.at))

    def copy_text(self) -> None:
        """Put all that differs on the clipboard, as plain text."""
        found = self.comparison.found
        if found is not None:
            QGuiApplication.clipboard().setText(as_plain_text(found))
            self.workbench.say("What differs is copied.")
