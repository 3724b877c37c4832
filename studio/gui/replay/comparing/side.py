"""One of the two runs of a comparison: its heading and the canvases of its graphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from studio.editing import At
from studio.gui.canvas import Canvas
from studio.gui.canvas.compared import Compared
from studio.gui.replay.comparing.comparison import Comparison, Mark
from studio.gui.replay.session import SHORT, Session
from studio.gui.widgets.labels import Elided, colour_text, small_button
from studio.gui.workbench import Tab, Workbench
from studio.replay.diff.aligning import Which

if TYPE_CHECKING:
    from studio.replay.diff.aligning import Aligned

ROLES = {"first": "bad", "only": "accent", "changed": "warn", "more": "accent", "less": "soft", "edited": "replay"}


class Side(QWidget):
    """`made` is called with each canvas that is made, for whoever connects it."""

    def __init__(
        self, workbench: Workbench, comparison: Comparison, which: Which, made: Callable[[Canvas], None],
        alone: Callable[[], None], parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.workbench = workbench
        self.comparison = comparison
        self.which: Which = which
        self._made = made
        self._canvases: list[Canvas] = []
        self.setObjectName(f"compare.{which}")
        self.setAccessibleName(f"Run {which.upper()}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QWidget(self)
        row = QHBoxLayout(head)
        row.setContentsMargins(10, 4, 6, 4)
        row.setSpacing(8)
        self.letter = QLabel(which.upper(), head)
        self.letter.setTextFormat(Qt.TextFormat.PlainText)
        colour_text(self.letter, "accent")
        row.addWidget(self.letter)
        self.title = Elided("", head)
        self.title.setObjectName(f"compare.{which}.title")
        row.addWidget(self.title, 3)
        self.step = Elided("", head, role="soft")
        self.step.setObjectName(f"compare.{which}.step")
        self.step.setAlignment(Qt.AlignmentFlag.AlignRight)
        row.addWidget(self.step, 4)
        self.alone = small_button("↗", f"Show run {which.upper()} in a tab of its own", f"compare.{which}.alone", head)
        self.alone.clicked.connect(lambda *_: alone())
        row.addWidget(self.alone)
        column.addWidget(head)
        self.stack = QStackedWidget(self)
        column.addWidget(self.stack, 1)
        self.show_at(())

    @property
    def session(self) -> Session:
        """The session of the run."""
        return self.comparison.sessions[self.which]

    @property
    def canvas(self) -> Canvas:
        """The canvas that is shown."""
        canvas = self.stack.currentWidget()
        assert isinstance(canvas, Canvas)
        return canvas

    @property
    def canvases(self) -> list[Canvas]:
        """All canvases that were made."""
        return list(self._canvases)

    @property
    def tab(self) -> Tab:
        """The graph that is shown."""
        return Tab(self.session.document, self.canvas.at)

    def show_at(self, at: At) -> Canvas:
        """Show a graph of the run."""
        canvas = next((one for one in self._canvases if one.at == at), None)
        if canvas is None:
            canvas = Canvas(self.workbench, self.session.document, at, self.stack)
            canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._canvases.append(canvas)
            self.stack.addWidget(canvas)
            self._made(canvas)
        self.stack.setCurrentWidget(canvas)
        self.workbench.part("replay").watch(canvas, self.session)
        self.show_marks()
        return canvas

    def show_marks(self) -> None:
        """Mark the nodes that are not as in the other run."""
        canvas = self.canvas
        marks = self.comparison.marks(self.which, canvas.at)
        canvas.set_compared({name: _compared(mark) for name, mark in marks.items()})

    def follow(self) -> None:
        """Show the node of the step, in the graph it stands in, as the run stood then."""
        session = self.session
        spot = session.spot(session.here.node)
        if spot is not None and session.follows and self.canvas.at != spot.at:
            self.show_at(spot.at)
        self.workbench.part("replay").paint(session)
        canvas = self.canvas
        if spot is not None and session.follows and canvas.at == spot.at:
            canvas.select([spot.name])
            canvas.reveal(spot.name, closer=False)

    def tell(self, aligned: Aligned | None, *, leads: bool, follows: bool) -> None:
        """Say in the heading where the run stands, and whether it leads. If it `follows` the other, `aligned` says how
        its step was found, None if none belongs to it."""
        session = self.session
        run, here = session.run, session.here
        way = "".join(f" › {name}" for name in self.canvas.at)
        self.title.set_text(f"{run.graph or session.document.title} · {run.id[:SHORT]} · {run.status}{way}")
        text = f"step {session.seq:,} of {session.last:,} · {here.node}, tick {here.tick}"
        exact = aligned is not None and aligned.exact
        if follows and aligned is None:
            text = f"nothing here belongs to that step · {text}"
        elif follows and not exact:
            text = f"not in this run; last in both: {text}"
        self.step.set_text(text)
        self.step.set_role("warn" if follows and not exact else "soft")
        self.title.set_strong(leads)
        colour_text(self.letter, "accent" if leads else "soft")


def _compared(mark: Mark) -> Compared:
    return Compared(ROLES[mark.kind], mark.word)
