"""The card over the canvas: how many firings led to one, and which, as they are read; a click goes to the step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.guard import guarded
from studio.gui.canvas.revealing import BELOW, least_move
from studio.gui.replay.causes.model import NODE, VALUE, LinesModel
from studio.gui.replay.causes.placing import INSET, corners, free_beside
from studio.gui.replay.causes.table import ROW, lines_table
from studio.gui.theme import themes
from studio.gui.widgets.labels import Elided, Note, colour_text, small_button
from studio.gui.widgets.picker_bar import NAME, PickerBar

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.replay.causes.lights import Lights, Shown
    from studio.gui.replay.session import Session

WIDTH: Final = 400
NARROWEST: Final = 240
MOST_ROWS: Final = 16
LOWEST: Final = 200
SLOW_MS: Final = 200
"""How long it is looked before the card says so, in milliseconds."""

DEPTHS: Final = ((1, "1"), (2, "2"), (3, "3"), (None, "All"))


class Card(QFrame):
    """Shows the causes of the run that is in front; nothing if there are none."""

    def __init__(self, lights: Lights) -> None:
        window = lights.workbench.parts.get("window")
        super().__init__(window if isinstance(window, QWidget) else None)
        self.setObjectName("causes")
        self.setAccessibleName("Causes")
        self.setProperty("card", True)
        self.lights = lights
        self._session: Session | None = None
        self._answer: object = None
        self._over: Canvas | None = None
        self._seeking = False
        self._folded = False
        self._corner = 0
        self._make()
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW_MS)
        self._slow.timeout.connect(self._say_progress)
        self._step_shown = QTimer(self)  # the view is moved to the step's node first, and the picker shown
        self._step_shown.setSingleShot(True)
        self._step_shown.timeout.connect(self._on_step_shown)
        lights.changed.connect(lambda *_: self.refresh())
        lights.copied.connect(lambda _, text: self._on_text(text))
        lights.replays.moved.connect(lambda session: self._on_moved(session))
        lights.replays.closed.connect(lambda session: self._on_closed(session))
        lights.workbench.current_changed.connect(self.refresh)
        themes().changed.connect(self.model.refresh)
        self.hide()

    # -- how it is built ----------------------------------------------------------------------

    def _make(self) -> None:
        self.title = Elided(role="ink")
        self.title.setObjectName("causes.title")
        self.title.set_strong(True)
        self.fold = small_button("–", "Fold the card", "causes.fold")
        self.fold.clicked.connect(self._toggle_fold)
        close = small_button("✕", "End: light nothing (Esc)", "causes.close")
        close.clicked.connect(self._end)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.title, 1)
        head.addWidget(self.fold)
        head.addWidget(close)

        self.depths: dict[int | None, QToolButton] = {}
        self.bar = QWidget()
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.steps = QLabel("Depth")
        colour_text(self.steps, "soft")
        row.addWidget(self.steps)
        for depth, label in DEPTHS:
            button = small_button(label, _depth_help(depth), f"causes.depth.{label.lower()}")
            button.setCheckable(True)
            button.clicked.connect(lambda *_, depth=depth: self._set_depth(depth))
            self.depths[depth] = button
            row.addWidget(button)
        row.addStretch(1)
        for text, help, name, way in (
            ("◀", "Previous lit step", "causes.previous", "previous"), ("▶", "Next lit step", "causes.next", "next"),
        ):  # fmt: skip
            button = small_button(text, help, name)
            button.clicked.connect(lambda *_, way=way: self._step(way))
            row.addWidget(button)
        self.copy = small_button("Copy", "Copy as text, as `studio why` prints it", "causes.copy")
        self.copy.clicked.connect(self._copy)
        row.addWidget(self.copy)

        self.model = LinesModel(self)
        self.table = lines_table(self.model)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._on_row())
        self.table.installEventFilter(self)
        self.note = Note("", "soft")
        self.note.setObjectName("causes.note")
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(10, 7, 7, 8)
        column.setSpacing(5)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.table, 1)
        column.addWidget(self.note)

    # -- what it shows ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what the run in front has, over its canvas."""
        session = self.lights.replays.current
        shown = self.lights.of(session)
        is_wanted = session is not None and shown is not None
        canvas = self._watch(self.lights.workbench.canvas if is_wanted else None)
        if session is None or shown is None or canvas is None:
            self._slow.stop()
            self.hide()
            return
        if shown.answer is None:
            if shown.count == 0 and not self._slow.isActive() and self._answer is not shown.asked:
                self._answer = shown.asked
                self._slow.start()
            elif not self._slow.isActive():
                self._say_progress()
        elif self._answer is not shown.answer:
            self._slow.stop()
            self._show(session, shown)
            self._place(again=True)
            self._step_shown.start(0)
        if self.isVisible() or shown.answer is not None:
            self._place()
            self.show()
            self.raise_()

    def _show(self, session: Session, shown: Shown) -> None:
        answer = shown.answer
        assert answer is not None
        self._session, self._answer = session, answer
        self.title.set_text(answer.title.replace("`", ""))
        self.note.set_text(answer.note)
        self._show_depth(shown)
        self.copy.setEnabled(True)
        self._seeking = True
        self.model.show(session, answer.lines)
        self._seeking = False
        self.setAccessibleDescription(answer.title)
        self._on_moved(session)

    def _show_depth(self, shown: Shown) -> None:
        for depth, button in self.depths.items():
            button.setChecked(depth == shown.asked.subject.depth)

    def _say_progress(self) -> None:
        session = self.lights.replays.current
        shown = self.lights.of(session)
        if shown is None or shown.answer is not None or self._watch(self.lights.workbench.canvas) is None:
            return
        subject = shown.asked.subject
        what = f"what {subject.node} led to" if subject.down else f"what led to {subject.node}"
        self.title.set_text(f"Looking for {what} …")
        self.note.set_text(f"{shown.count:,} firings so far. Esc gives it up.")
        self.copy.setEnabled(False)
        self._show_depth(shown)
        self._seeking = True
        self.model.show(None, [])
        self._seeking = False
        self._place()
        self.show()
        self.raise_()

    def _on_closed(self, session: Session) -> None:
        """Nothing is kept of a run that is closed."""
        if session is self._session:
            self._session = self._answer = None
            self._seeking = True
            self.model.show(None, [])
            self._seeking = False

    def _on_moved(self, session: Session) -> None:
        if session is not self._session or not shiboken6.isValid(self):  # type: ignore[no-untyped-call]
            return
        here = session.here.id
        self.model.set_here(here)
        self._step_shown.start(0)
        current = self.table.currentIndex().row()
        if 0 <= current < len(self.model.lines) and self.model.lines[current].id == here:
            return
        row = self.model.row_of(here)
        self._seeking = True
        if row >= 0:
            self.table.setCurrentIndex(self.model.index(row, NODE))
        else:
            self.table.clearSelection()
            self.table.setCurrentIndex(self.model.index(-1, -1))
        self._seeking = False

    # -- where it stands ----------------------------------------------------------------------

    def _watch(self, canvas: Canvas | None) -> Canvas | None:
        """Stand over this canvas from now on. Over None while hidden: a canvas that is closed meanwhile is not kept."""
        if canvas is not self._over:
            if self._over is not None and shiboken6.isValid(self._over):  # type: ignore[no-untyped-call]
                self._over.removeEventFilter(self)
            self._over = canvas
            if canvas is not None:
                canvas.installEventFilter(self)
        return canvas

    def _on_step_shown(self) -> None:
        if self.isVisible():
            self._place()
            self.make_way()

    def _place(self, *, again: bool = False) -> None:
        """In a corner of the canvas, as high as its rows, and never wider than half of it: in the upper right one,
        below the picker of items, unless (looked at `again`) the node of the current step is just there."""
        canvas, window = self._over, self.parentWidget()
        if canvas is None or window is None:
            return
        room = QRect(canvas.mapTo(window, QPoint(0, 0)), canvas.size())
        width = max(min(WIDTH, room.width() // 2), min(NARROWEST, room.width() - 2 * INSET))
        for widget in (self.bar, self.table):
            widget.setVisible(not self._folded)
        self.note.setVisible(not self._folded and bool(self.note.text()))
        rows = min(MOST_ROWS, len(self.model.lines))
        self.table.setFixedHeight(rows * ROW + 2)
        self.table.setVisible(not self._folded and rows > 0)
        self.setFixedWidth(width)
        high = room.height() - self._picker(room).height()
        most = min(high - 2 * INSET, max(LOWEST, high * 3 // 5))
        wanted = self._wanted(width)
        if wanted > most:
            self.table.setFixedHeight(max(3 * ROW, self.table.height() - wanted + most))
        height = min(self._wanted(width), most)
        self.table.setColumnHidden(VALUE, width < NARROWEST + 40)
        value = (width - 66) * 2 // 5
        self.table.horizontalHeader().resizeSection(VALUE, value)
        self.steps.setVisible(width > NARROWEST + 60)
        size = QSize(width, height)
        places = corners(room, size, self._picker(room))
        if again:
            hidden = [self._covered(place) for place in places]
            self._corner = hidden.index(min(hidden))
        self.setGeometry(places[self._corner])

    def _picker(self, room: QRect) -> QRect:
        """Where the picker of items lies over the canvas, empty if it does not."""
        bar = None if self._over is None else self._over.findChild(PickerBar, NAME)
        return bar.geometry().translated(room.topLeft()) if bar is not None and bar.isVisible() else QRect()

    def make_way(self) -> None:
        """The node of the step is not left under the card: the card goes to another corner; while somebody has the
        hand on it, the view is moved instead, as it is where the node is under every corner."""
        if self.isHidden() or not self._covered(self.geometry()):
            return
        focus = QApplication.focusWidget()
        if not self.underMouse() and (focus is None or not self.isAncestorOf(focus)):
            self._place(again=True)
        session, canvas, window = self._session, self._over, self.parentWidget()
        if session is None or canvas is None or window is None or not session.follows:
            return
        node = self._node()
        if self._covered(self.geometry()) and node is not None:
            mine = self.geometry().translated(-canvas.view.viewport().mapTo(window, QPoint(0, 0)))
            canvas.view.pan(-least_move(QRectF(node), free_beside(QRectF(mine), canvas.view.viewport().rect())))

    def _node(self) -> QRect | None:
        """Where the node of the current step, with what it gave, is in the view; None if it is not on the canvas."""
        canvas, session = self._over, self._session
        if session is None or canvas is None:
            return None
        spot = session.spot(session.here.node)
        card = None if spot is None or spot.at != canvas.at else canvas.projection.cards.get(spot.name)
        if card is None:
            return None
        shown: QRect = canvas.view.mapFromScene(card.body_rect().adjusted(0, 0, 0, BELOW)).boundingRect()
        return shown

    def _covered(self, place: QRect) -> int:
        """How much of the node of the current step would be under the card there, in pixels."""
        canvas, window, node = self._over, self.parentWidget(), self._node()
        if node is None or canvas is None or window is None:
            return 0
        common = place.intersected(node.translated(canvas.view.viewport().mapTo(window, QPoint(0, 0))))
        return max(0, common.width()) * max(0, common.height())

    def _wanted(self, width: int) -> int:
        self._column.invalidate()
        self._column.activate()
        if self._column.hasHeightForWidth():
            return self._column.totalHeightForWidth(width)
        return self._column.totalSizeHint().height()

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() in (QEvent.Type.Resize, QEvent.Type.Show) and self.isVisible():
            self._step_shown.start(0)
        if watched is self.table and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self._end()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_row()
            return True
        return False

    # -- what can be done ---------------------------------------------------------------------

    def _on_row(self) -> None:
        """The row that is chosen by mouse or keys is the step that is shown."""
        row = self.table.currentIndex().row()
        if self._seeking or self._session is None or not 0 <= row < len(self.model.lines):
            return
        line = self.model.lines[row]
        if line.id:
            session = self._session
            self._seeking = True
            self.lights.workbench.trying(lambda: session.seek_firing(line.id))
            self._seeking = False

    def _end(self) -> None:
        session = self.lights.replays.current
        if session is not None:
            focus = QApplication.focusWidget()
            had_focus = focus is not None and self.isAncestorOf(focus)
            canvas = self._over
            self.lights.clear(session)
            if had_focus and canvas is not None:
                canvas.setFocus()

    def _set_depth(self, depth: int | None) -> None:
        session = self.lights.replays.current
        if session is not None:
            self.lights.set_depth(session, depth)
            shown = self.lights.of(session)
            if shown is not None:
                self._show_depth(shown)

    def _step(self, way: str) -> None:
        session = self.lights.replays.current
        if session is not None and not self.lights.step(session, way):
            self.lights.workbench.say("There is no lit step further on." if way == "next" else "No lit step before.")

    def _copy(self) -> None:
        session = self.lights.replays.current
        if session is not None:
            self.lights.copy_text(session)

    def _on_text(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.lights.workbench.say("The causes are copied as text.")

    def _toggle_fold(self) -> None:
        self._folded = not self._folded
        self.fold.setText("+" if self._folded else "–")
        self.fold.setAccessibleName("Unfold the card" if self._folded else "Fold the card")
        self._place()


def _depth_help(depth: int | None) -> str:
    return "All the way" if depth is None else f"Only {depth} step{'s' if depth > 1 else ''} away"
