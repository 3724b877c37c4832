"""`ComparePage`: a tab with two runs side by side, linked step by step, and below them all that differs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from studio.editing import Document
from studio.gui.base.guard import guarded
from studio.gui.replay.comparing.comparison import OTHER, Comparison
from studio.gui.replay.comparing.differences import Differences, FactRow, NodeRow
from studio.gui.replay.comparing.linked import LinkedViews
from studio.gui.replay.comparing.side import Side
from studio.gui.replay.comparing.text_view import TextView
from studio.gui.replay.session import SHORT, Session
from studio.gui.widgets.folding import Folding, to_words
from studio.gui.widgets.labels import Elided, small_button
from studio.gui.workbench import Tab, Workbench
from studio.replay.diff.found import Change
from studio.replay.diff.telling import as_plain_text, divergence
from studio.support.errors import StudioError
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.replay.forking.service import Forks
    from studio.gui.replay.service import Replays
    from studio.replay.diff.aligning import Aligned, Which

LEGIBLE: Final = 0.36
"""Scale below which a graph is not shown whole at first."""

SAID: Final = 120
"""Pixels that what differs is told in at least."""

POLL_MS: Final = 60
"""How often answers are taken while some are awaited, in milliseconds."""


class ComparePage(QWidget):
    """Two runs. One side leads: the one that has the focus, or that was moved last."""

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
        self.leads: Which = "b"
        self._made = made
        self._jump_when_found = True
        self._aligned: Aligned | None = None
        self._was_aligned = False
        """Whether the other side stands where it was last found to belong."""
        self._seeking = False
        self._shown_found: object = None
        self._shown_texts: object = None
        self.links = LinkedViews(self._pair, self)
        self.sides: dict[Which, Side] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_bar())
        column.addWidget(self._make_body(), 1)
        self.setFocusProxy(self.canvas)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._align)
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
        self._soon.start(0)
        if not comparison.goes_on:
            self.start()

    # -- how it is built ------------------------------------------------------------------------

    def _make_bar(self) -> QFrame:
        bar = QFrame(self)
        bar.setProperty("bar", True)
        row = QHBoxLayout(bar)
        row.setContentsMargins(10, 4, 8, 4)
        row.setSpacing(6)
        self.said = Elided("", bar)
        self.said.setObjectName("compare.said")
        row.addWidget(self.said, 1)
        self.abort = small_button("Stop run", "Cancel the run that goes on; what it did stays recorded",
                                  "compare.abort", bar)  # fmt: skip
        self.abort.clicked.connect(lambda *_: self._forks().stop())
        self.stop = small_button("Cancel", "Stop comparing; stepping goes on", "compare.cancel", bar)
        self.stop.clicked.connect(lambda *_: self.comparison.cancel())
        self.again = small_button("Compare", "Compare the runs firing by firing", "compare.again", bar)
        self.again.clicked.connect(lambda *_: self.start())
        self.first = small_button("First divergence", "Go to where the runs part", "compare.first", bar)
        self.first.clicked.connect(lambda *_: self.go_first())
        self.back = small_button("◀", "Previous difference", "compare.back", bar)
        self.back.clicked.connect(lambda *_: self.go_next(back=True))
        self.next = small_button("▶", "Next difference", "compare.next", bar)
        self.next.clicked.connect(lambda *_: self.go_next())
        self.link_steps = self._toggle("Link steps", "Stepping in one run steps the other", "compare.link_steps", bar)
        self.link_views = self._toggle("Link views", "Moving one graph moves the other", "compare.link_views", bar)
        self.link_steps.toggled.connect(lambda *_: self._soon.start(0))
        self.link_views.toggled.connect(self._on_link_views)
        self.copy = small_button("Copy", "Copy all that differs as text", "compare.copy", bar)
        self.copy.clicked.connect(lambda *_: self.copy_text())
        for button in (
            self.abort, self.stop, self.again, self.first, self.back, self.next, self.link_steps, self.link_views,
            self.copy,
        ):  # fmt: skip
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        self.said.setMinimumWidth(SAID)
        words = (self.link_views, "Views"), (self.link_steps, "Steps"), (self.first, "First")
        self.folding = Folding(bar, row, [to_words(button, short) for button, short in words])
        return bar

    def _toggle(self, text: str, help: str, name: str, parent: QWidget) -> QToolButton:
        made = small_button(text, help, name, parent)
        made.setCheckable(True)
        made.setChecked(True)
        return made

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
        self.model = Differences(self)
        self.tree = QTreeView(self)
        self.tree.setObjectName("compare.differences")
        self.tree.setAccessibleName("Differences")
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setStyleSheet("QTreeView::item { padding: 3px 0; }")
        self.tree.setAlternatingRowColors(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.tree.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, 210)
        header.resizeSection(1, 96)
        self.tree.selectionModel().currentChanged.connect(lambda now, _: self._on_row(now))
        self.tree.activated.connect(lambda index: self._on_row(index))
        self.texts = TextView(self)
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
            self.leads = side.which
            self.setFocusProxy(self.canvas)
            self.turned.emit()

    def ended(self) -> None:
        """The page is closed."""
        self._unhook()
        for timer in (self._poll, self._soon, self._fit):
            timer.stop()
        self.comparison.close()

    # -- following ------------------------------------------------------------------------------

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        for which, side in self.sides.items():
            if now is not None and side.isAncestorOf(now) and which != self.leads:
                self._lead(which)

    def _lead(self, which: Which) -> None:
        self.leads = which
        self.setFocusProxy(self.canvas)
        self._aligned, self._was_aligned = None, False
        self.turned.emit()
        self._tell()

    def _on_moved(self, session: Session) -> None:
        which = self.comparison.which(session)
        if which is None or self._seeking or not self.isVisible():
            return
        if which != self.leads and self.workbench.document is session.document:
            self._lead(which)
        if which == self.leads or not self.link_steps.isChecked():
            self._soon.start(0)

    def _on_grew(self, session: Session) -> None:
        if self.comparison.which(session) is None:
            return
        if session.run.status != "running" and not self.comparison.goes_on and self.comparison.found is None:
            if not self.comparison.is_busy:
                self.start()
        self._tell()

    def _on_over(self, parent: object, session: object, outcome: object) -> None:
        self._tell()

    def _align(self) -> None:
        """Have the other run stand where the one stands that leads."""
        if self.link_steps.isChecked():
            other = self.sides[OTHER[self.leads]]
            self._aligned = self.comparison.aligned(self.leads, self.side.session.seq)
            self._was_aligned = True
            if self._aligned is not None:
                self._seeking = True
                try:
                    other.session.seek(self._aligned.seq)
                finally:
                    self._seeking = False
        for side in self.sides.values():
            if side.which != self.leads:
                side.follow()
        self._tell()
        self._show_texts_of_selection()

    def _tell(self) -> None:
        linked = self.link_steps.isChecked()
        for which, side in self.sides.items():
            leads = which == self.leads
            side.tell(self._aligned, leads=leads, follows=linked and not leads and self._was_aligned)
        comparison = self.comparison
        first = comparison.first
        busy = comparison.is_busy
        self.stop.setVisible(busy)
        self.abort.setVisible(self._runs_here())
        self.again.setVisible(not busy and comparison.found is None and not comparison.goes_on)
        self.folding.fit()
        for button in (self.first, self.back, self.next):
            button.setEnabled(first is not None)
        self.copy.setEnabled(comparison.found is not None)
        text, role = self._status()
        self.said.set_text(plain_line(text))
        self.said.set_role(role)

    def _forks(self) -> Forks:
        forks: Forks = self.workbench.part("forks")
        return forks

    def _runs_here(self) -> bool:
        """True while one of the runs is a fork of this window that goes on."""
        going = self._forks().going
        return going is not None and self.comparison.which(going.session) is not None

    def _status(self) -> tuple[str, str]:
        comparison = self.comparison
        if comparison.is_busy:
            return f"Comparing… {comparison.compared:,} firings", "soft"
        if comparison.problem is not None:
            return str(comparison.problem), "warn"
        if comparison.goes_on:
            going = [side.session for side in self.sides.values() if side.session.run.status == "running"]
            return f"{going[0].document.title} goes on: step {going[0].last:,}. Compared at its end.", "accent"
        found = comparison.found
        if found is None:
            return "Not compared yet.", "soft"
        if found.nodes:
            return f"Parts at {divergence(found)}", "bad"
        more = " They were not begun alike." if found.graph or found.options or found.inputs else ""
        return f"All {found.compared:,} firings did the same.{more}", "ok"

    # -- comparing ------------------------------------------------------------------------------

    def start(self) -> None:
        """Compare the runs."""
        self.comparison.start()
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
            self.model.show(comparison.found)
            for side in self.sides.values():
                side.show_marks()
            if comparison.found is not None and self._jump_when_found:
                self._jump_when_found = False
                if not self.go_first():
                    self._show_texts_of_selection()
        if comparison.texts is not None and comparison.texts is not self._shown_texts:
            self._shown_texts = comparison.texts
            answer = comparison.texts[1]
            if isinstance(answer, StudioError):
                self.texts.say(str(answer))
            elif answer:
                self.texts.show_parts(answer)
            else:
                self.texts.say("Nothing differs here.")
        self._tell()

    # -- going ----------------------------------------------------------------------------------

    def go_first(self) -> bool:
        """Go to where the runs part; False if they do not, or it is not known yet."""
        first = self.comparison.first
        if first is None:
            return False
        self._choose(first)
        return True

    def go_next(self, *, back: bool = False) -> None:
        """Go to the next firing that differs in the run that leads, or to the last one."""
        change = self.comparison.next_change(self.leads, self.side.session.seq, back=back)
        if change is None:
            self.workbench.say("No difference before this step." if back else "No difference after this step.")
        else:
            self._choose(change)

    def _choose(self, change: Change) -> None:
        """Show a firing that differs, in the list and on both graphs."""
        index = self.model.index_of(change)
        if index.isValid() and self.tree.currentIndex() != index:
            self.tree.setCurrentIndex(index)  # which goes there
            self.tree.scrollTo(index)
        else:
            self._go_to(change)

    def _on_row(self, index: QModelIndex) -> None:
        row = self.model.at(index)
        if self._marking:
            return
        if isinstance(row, NodeRow):
            self._go_to(row.changes[0])
        elif isinstance(row, FactRow):
            self.comparison.ask_texts(None, row.fact)
            self._poll.start()
            self._show_fact(row)
        elif row is not None:
            self._go_to(row)

    def _go_to(self, change: Change) -> None:
        which = self.leads if self.comparison.step_of(self.leads, change) is not None else OTHER[self.leads]
        seq = self.comparison.step_of(which, change)
        if seq is None:
            self.workbench.say("Neither run decided this firing.", "warning")
            return
        if which != self.leads:
            self._lead(which)
        self.comparison.ask_texts(change)
        self._poll.start()
        self._asked = change
        if not self.side.session.seek(seq):
            self._soon.start(0)
        self.side.follow()

    _asked: Any = None
    _marking = False

    def _mark(self, change: Change) -> None:
        """Have the list show the firing that the step has come to, without going anywhere."""
        index = self.model.index_of(change)
        if index.isValid() and self.tree.currentIndex().siblingAtColumn(0) != index:
            self._marking = True
            self.tree.setCurrentIndex(index)
            self._marking = False
            self.tree.scrollTo(index)

    def _show_fact(self, row: FactRow) -> None:
        """Select what a fact about the graphs is about, on both sides."""
        name = row.fact.name
        for side in self.sides.values():
            document = side.session.document
            for at, graph in document.walk():
                place = ".".join(at)
                if "edge " in name:
                    where, _, wire = name.rpartition("edge ")
                    edges = [one for one in graph.edges if str(one).partition(": ")[0] == wire.partition(": ")[0]]
                    if edges and where.rstrip(": ") == place:
                        side.show_at(at).select_edges(edges)
                    continue
                start = f"{place}." if place else ""
                node = next((one for one in graph.nodes if f"{name}.".startswith(f"{start}{one}.")), None)
                if node is not None:
                    canvas = side.show_at(at)
                    canvas.select([node])
                    canvas.reveal(node)

    def _on_selection(self) -> None:
        self._show_texts_of_selection()

    def _show_texts_of_selection(self) -> None:
        """Compare as text what the selected node of the side that leads did at this step."""
        from studio.gui.live.watching.places import Spot

        comparison, canvas, session = self.comparison, self.canvas, self.side.session
        names = canvas.selected()
        if comparison.found is None or len(names) != 1:
            return
        state = session.node_at(Spot(canvas.at, names[0]))
        last = None if state is None else state.last
        change = None if last is None else comparison.change_of(self.leads, last.id)
        if change is None:
            self._asked = None
            told = "has not fired yet at this step" if last is None else "did the same in both runs here"
            self.texts.say(f"{names[0]} {told}.")
        elif change != self._asked:
            self._asked = change
            self._mark(change)
            comparison.ask_texts(change)
            self._poll.start()

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
