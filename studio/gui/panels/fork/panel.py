"""The fork panel: the run in front goes on from its step with something changed, which is gathered here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.fork.foot import ForkFoot
from studio.gui.widgets.labels import Elided, Link, Note, small_button
from studio.gui.widgets.section import Section
from studio.gui.widgets.tab_order import OrderedArea
from studio.gui.widgets.undo_keys import UndoHost
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.panels.fork.node_form import NodeForm
    from studio.gui.panels.fork.options import ForkOptions
    from studio.gui.panels.inspector.subject import Subject
    from studio.gui.replay.forking.service import Forks
    from studio.gui.replay.service import Replays
    from studio.gui.replay.session import Session
    from studio.replay.drafts import Draft, Key

NO_RUN = "Open a recorded run and step to where it should go another way."
NOTHING = (
    "A fork runs on from a step with something changed: a prompt or another param, what a node gave, or the same asked "
    "again. All that the change does not concern is taken over and costs nothing; the recorded run stays as it is."
)


class ForkPanel(QWidget, UndoHost):
    """Follows the run that is shown, its step and the selected node."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.forks: Forks = workbench.part("forks")
        self.replays: Replays = workbench.part("replay")
        self.setObjectName("fork")
        self.setAccessibleName("Fork")
        self.session: Session | None = None
        self.node: NodeForm | None = None
        self._context: Subject | None = None
        self._stale = True
        self._opened = False
        """Whether the options were unfolded because a model has to be chosen."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_head())
        column.addWidget(self._make_middle(), 1)
        self.foot = ForkFoot(workbench, self)
        self.foot.chosen.connect(lambda key: self.show_change(key))
        self.foot.model_taken.connect(self.refresh)
        column.addWidget(self.foot)
        self._space = QWidget(self)  # keeps the head above while there is nothing below it
        column.addWidget(self._space, 1)
        self.setFocusProxy(self.begin)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.refresh)
        for signal in (workbench.selection_changed, workbench.current_changed, self.forks.live.changed):
            signal.connect(self._ask)
        self.forks.changed.connect(self._ask)
        workbench.settings_changed.connect(self._ask)
        self.forks.over.connect(lambda *_: self._ask())
        self.replays.moved.connect(self._ask)
        self.replays.closed.connect(lambda session: self._closed(session))
        self.refresh()

    @guarded(QSize(330, 400))
    def sizeHint(self) -> QSize:
        return QSize(330, 600)

    # -- how it is built ------------------------------------------------------------------------

    def _make_head(self) -> QWidget:
        head = QWidget(self)
        column = QVBoxLayout(head)
        column.setContentsMargins(14, 10, 10, 8)
        column.setSpacing(4)
        self.of = Elided("", head)
        self.of.setObjectName("fork.of")
        column.addWidget(self.of)
        row = QHBoxLayout()
        self.where = Elided("", head, role="soft")
        self.where.setObjectName("fork.where")
        row.addWidget(self.where, 1)
        self.start = small_button("Start here", "Have the fork begin at the step that is shown", "fork.start", head)
        self.start.clicked.connect(lambda *_: self._start_here())
        row.addWidget(self.start)
        column.addLayout(row)
        self.empty = Note("", "soft", head)
        self.empty.setObjectName("fork.empty")
        column.addWidget(self.empty)
        self.origin = Link(
            "", "Show the run that this one goes on from, with the changes of the fork", "fork.origin", head
        )
        self.origin.clicked.connect(lambda *_: self._show_origin())
        column.addWidget(self.origin)
        self.begin = QPushButton("Fork here", head)
        self.begin.setObjectName("fork.begin")
        self.begin.setProperty("primary", True)
        self.begin.clicked.connect(lambda *_: self.workbench.trigger("fork.here"))
        column.addWidget(self.begin, 0, Qt.AlignmentFlag.AlignLeft)
        return head

    def _make_middle(self) -> OrderedArea:
        self.middle = OrderedArea(self)
        self.middle.setWidgetResizable(True)
        self.middle.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.middle.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.middle.setFrameShape(QFrame.Shape.NoFrame)
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self.select = Note("Select a node to change it.", "soft", inside)
        self.select.setContentsMargins(14, 8, 10, 8)
        self._rows.addWidget(self.select)
        self._options: ForkOptions | None = None
        self.options_section = Section("For the whole fork", lambda: self.options, name="fork.options_section")
        self.options_section.turned.connect(lambda *_: self._show_options())
        self._rows.addWidget(self.options_section)
        self._rows.addStretch(1)
        self.middle.setWidget(inside)
        return self.middle

    @property
    def context(self) -> Subject:
        """What editors may ask. Made with the first draft, as are the editors: they take a good part of a start."""
        if self._context is None:
            from studio.gui.panels.inspector.samples import Samples
            from studio.gui.panels.inspector.subject import Subject

            self._context = Subject(self.workbench, Samples(self.workbench))
        return self._context

    @property
    def options(self) -> ForkOptions:
        """Who answers, the seed, limits."""
        if self._options is None:
            from studio.gui.panels.fork.options import ForkOptions

            # Of nobody, it would outlive a panel that is never unfolded.
            self._options = ForkOptions(self.context, self.middle.widget())
            self._options.hide()
        return self._options

    # -- following ------------------------------------------------------------------------------

    def _ask(self, *_: Any) -> None:
        """Look once the event is over; hidden, when it is shown again."""
        if self.isVisible():
            self._soon.start(0)
        else:
            self._stale = True

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _closed(self, session: Session) -> None:
        if session is self.session:
            self._take_node()
            self.session = self.foot.session = None
            self._ask()

    @property
    def draft(self) -> Draft | None:
        """The draft of the run that is shown."""
        return None if self.session is None else self.forks.draft(self.session)

    def refresh(self) -> None:
        """Show how things stand."""
        self._soon.stop()
        self._stale = False
        self.session = self.replays.current
        session, draft = self.session, self.draft
        self.of.setVisible(session is not None)
        for part in (self.where, self.middle, self.foot):
            part.setVisible(draft is not None)
        self.empty.set_text("" if draft is not None else NO_RUN if session is None else NOTHING)
        self.begin.setVisible(session is not None and draft is None)
        origin = None if session is None or draft is not None else self.forks.drafted_from(session)
        self.origin.setVisible(origin is not None)
        if origin is not None:
            self.origin.setText("← The changes that made this run")
        self.start.setVisible(session is not None and draft is not None and draft.at != session.seq)
        self._space.setVisible(draft is None)
        if session is None:
            self._take_node()
            return
        title = session.document.title
        self.of.set_text(title if draft is None else f"Fork of {title}")
        if draft is None:
            self._take_node()
            return
        self._show_where(session, draft)
        self._show_node(session, draft)
        self._show_options()
        self.foot.show_draft(session, draft)

    def _show_where(self, session: Session, draft: Draft) -> None:
        firing = session.here if session.seq == draft.at else session.cursor.steps.step(draft.at)
        what = "" if firing is None else f" · {firing.node}, tick {firing.tick}"
        self.where.set_text(f"From step {draft.at:,} on{what}")

    def _show_node(self, session: Session, draft: Draft) -> None:
        from studio.gui.panels.fork.node_form import NodeForm
        from studio.gui.panels.fork.subject import ForkedNode

        canvas = self.workbench.canvas
        names = [] if canvas is None or canvas.document is not session.document else self.workbench.selection
        self.select.setVisible(len(names) != 1)
        if len(names) != 1 or canvas is None:
            self._take_node()
            return
        subject = ForkedNode(session, draft, canvas.at, names[0])
        if self.node is None or not self.node.shows(subject):
            self._take_node()
            self.context.turn_to(session.document, canvas.at, names)
            self.node = NodeForm(subject, self.context)
            self._rows.insertWidget(0, self.node)
            self.node.show()  # now, for who gives it the focus: a layout would show it later
        self.node.refresh(self.forks.problems(session))
        self.setFocusProxy(self.node.first or self.begin)

    def _take_node(self) -> None:
        node, self.node = self.node, None
        if node is not None:
            self.setFocusProxy(self.begin)
            node.commit()
            node.hide()
            self._rows.removeWidget(node)
            node.deleteLater()

    def _show_options(self) -> None:
        session, draft = self.session, self.draft
        if session is not None and draft is not None:
            problems = self.forks.problems(session)
            self.options.show_draft(draft, problems)
            if "model" in problems and not draft.is_empty and not self._opened:
                self._opened = True
                self.options_section.set_open(True)
            told = "" if self.options_section.is_open else self.options.summary()
            self.options_section.header.set_summary(told)

    # -- doing ----------------------------------------------------------------------------------

    def commit(self) -> None:
        """Tell what was typed and still waits."""
        if self.node is not None:
            self.node.commit()

    def undo(self) -> None:
        """Take the last change of the draft back."""
        self.commit()
        if self.draft is not None:
            self.draft.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.draft is not None:
            self.draft.redo()

    def show_change(self, key: Key) -> None:
        """Select the node of a change, and for an output go to the step of its firing."""
        session, draft = self.session, self.draft
        piece = None if draft is None else draft.piece(key)
        if session is None or piece is None:
            return
        if piece.seq:
            session.seek(piece.seq)
        spot = session.spot(key.node) or self._spot_of(session, key.node)
        if spot is not None:
            self.workbench.show(session.document, spot.at, [spot.name])

    def _spot_of(self, session: Session, path: str) -> Any:
        """Where a node stands whose path leaves out the items of maps."""
        from studio.graph.paths import node_at
        from studio.gui.live.watching.places import Spot

        document = session.document
        found = node_at(document.scope(()), path, document.registry)
        if found is None:
            return None
        at = next((at for at, graph in document.walk() if graph is found[0].graph), None)
        return None if at is None else Spot(at, found[1].name)

    def _start_here(self) -> None:
        if self.session is not None and self.draft is not None:
            self.draft.start_at(self.session.seq)

    def _show_origin(self) -> None:
        origin = None if self.session is None else self.forks.drafted_from(self.session)
        if origin is not None:
            self.workbench.show(origin.document)
