"""The find bar: a text in all of a document, its subgraphs included; hits are marked on the canvas and gone to."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from studio.editing.finding.searching import Found, Hit, find
from studio.gui.base.guard import guarded
from studio.gui.popups.overlay import inside
from studio.gui.popups.results import go_to_hit, hit_row
from studio.gui.popups.rows import RowModel, cut, make_list, row_height
from studio.gui.theme import current_theme, themes
from studio.gui.theme.icons import icon
from studio.gui.workbench import Workbench
from studio.support.errors import UsageError

_STYLE: Final = """
#find { background: @card; border: 1px solid @edge; border-radius: 8px; }
#find QLabel { background: transparent; color: @soft; }
#find[wrong="true"] QLabel { color: @bad; }
#find QListView { background: transparent; border: none; outline: 0; }
#find QToolButton { background: transparent; border: 1px solid transparent; padding: 3px; }
#find QToolButton:hover, #find QToolButton:focus { border-color: @edge; }
#find QToolButton:checked { background: @accent; color: @accent_ink; }
"""
_WIDTH: Final = 480
_ROWS: Final = 7
_PAUSE_MS: Final = 60
"""How long typing must rest before the search: a document can hold megabytes."""


class FindBar(QFrame):
    """Finds text. Enter and F3 go to the next hit, Shift with them to the last, Esc closes."""

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        super().__init__(window)
        self.workbench = workbench
        self._over = window
        self.setObjectName("find")
        self.setAccessibleName("Find in graph")
        self.found = Found()
        self.place = -1
        """Number of the hit that was gone to last, -1 before any was."""
        self._searched: tuple[object, ...] = ()
        self.field = QLineEdit(self)
        self.field.setObjectName("find.field")
        self.field.setAccessibleName("Text to find")
        self.field.setPlaceholderText("Find names, prompts, params, wires, comments")
        self.field.setMaxLength(1000)
        self.count = QLabel(self)
        self.count.setObjectName("find.count")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        self.regex = self._button("find.regex", "Regular expression", ".*")
        self.regex.setCheckable(True)
        self.previous = self._button("find.previous", "Previous hit")
        self.next = self._button("find.next", "Next hit")
        self.close_button = self._button("find.close", "Close")
        self.model = RowModel()
        self.list = make_list(self, self.model, "find.list", "Hits")
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.field, 1)
        line.addWidget(self.count)
        for button in (self.regex, self.previous, self.next, self.close_button):
            line.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(line)
        layout.addWidget(self.list)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.search)
        self.field.textChanged.connect(lambda *_: self._timer.start(_PAUSE_MS))
        self.regex.toggled.connect(lambda *_: self.search())
        self.previous.clicked.connect(lambda *_: self.step(-1))
        self.next.clicked.connect(lambda *_: self.step(1))
        self.close_button.clicked.connect(lambda *_: self.leave())
        self.list.clicked.connect(self._on_click)
        self.field.installEventFilter(self)
        window.installEventFilter(self)
        workbench.settled.connect(lambda *_: self._stale())
        workbench.current_changed.connect(self._stale)
        self._restyle()
        themes().changed.connect(self._restyle)
        self.hide()

    def _button(self, name: str, says: str, text: str = "") -> QToolButton:
        made = QToolButton(self)
        made.setObjectName(name)
        made.setAccessibleName(says)
        made.setToolTip(says)
        made.setText(text)
        made.setIconSize(QSize(14, 14))
        return made

    # -- opening and leaving ------------------------------------------------------------------

    def open(self, text: str = "") -> None:
        """Show the bar; a text given is searched for, else what was searched last stands there to be typed over."""
        if text:
            self.field.setText(text)
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)
        self.field.selectAll()
        self.search()

    def leave(self) -> None:
        """Close the bar; marks on the canvas go."""
        self.hide()
        self._timer.stop()
        self._searched = ()
        self.found = Found()
        self.model.set_rows(())
        if self.workbench.canvas is not None:
            self.workbench.canvas.set_highlight([], [])
            self.workbench.canvas.setFocus()
            replays = self.workbench.parts.get("replay")
            if replays is not None and replays.current is not None:
                replays.paint_light(replays.current)  # what a run lights was only covered

    def _place(self) -> None:
        window, canvas = self._over, self.workbench.canvas
        rows = min(_ROWS, len(self.model.rows))
        self.list.setVisible(rows > 0)
        self.list.setFixedHeight(rows * row_height(self.fontMetrics()) + 2)
        self.layout().activate()  # type: ignore[union-attr]
        size = QSize(_WIDTH, self.sizeHint().height())
        room = window.rect()
        if canvas is not None:
            room = QRect(canvas.mapTo(window, QPoint(0, 0)), canvas.size())
        self.setGeometry(
            inside(QRect(QPoint(room.right() - size.width() - 12, room.top() + 4), size), window.rect(), 4)
        )

    # -- finding ------------------------------------------------------------------------------

    def search(self) -> None:
        """Search the document that is shown, and mark what was found."""
        self._timer.stop()
        document = self.workbench.document
        query = self.field.text()
        state = (id(document), document.revision if document else 0, query, self.regex.isChecked())
        if state != self._searched:
            self._searched = state
            problem = ""
            self.found, self.place = Found(), -1
            try:
                if document is not None:
                    self.found = find(document, query, regex=self.regex.isChecked())
            except UsageError as error:
                problem = str(error)
            self.model.set_rows([hit_row(document, hit) for hit in self.found.hits] if document is not None else [])
            self.setProperty("wrong", "true" if problem or (query.strip() and not self.found.hits) else "false")
            self.setStyleSheet(self.styleSheet())
            self.count.setToolTip(cut(problem))
        self._say()
        if self.isVisible():
            self._mark()
            self._place()

    def _say(self) -> None:
        count = len(self.found.hits)
        more = "+" if self.found.more else ""
        if not self.field.text().strip():
            text = ""
        elif not count:
            text = "Not usable" if self.count.toolTip() else "None"
        else:
            text = f"{self.place + 1} of {count}{more}" if self.place >= 0 else f"{count}{more}"
        self.count.setText(text)
        self.count.setAccessibleName(f"Hits: {text}")

    def _mark(self) -> None:
        tab, canvas = self.workbench.current, self.workbench.canvas
        if canvas is None or tab is None:
            return
        here = [hit for hit in self.found.hits if hit.at == tab.at]
        edges = tab.document.at(tab.at).edges if tab.document.has(tab.at) else []
        canvas.set_highlight(
            list(dict.fromkeys(hit.node for hit in here if hit.node and hit.kind != "edge")),
            [edges[hit.edge] for hit in here if 0 <= hit.edge < len(edges)],
        )

    def _stale(self) -> None:
        if self.isVisible():
            self._timer.start(_PAUSE_MS)

    def step(self, by: int) -> None:
        """Go to the next hit, or with -1 to the last, round and round; without a text, ask for one."""
        if not self.field.text().strip():
            self.open()
            return
        self.search()
        count = len(self.found.hits)
        if not count:
            self.workbench.say(f"“{cut(self.field.text(), 60)}” is nowhere in this graph.")
            return
        self.place = (self.place + by) % count if self.place >= 0 else (0 if by > 0 else count - 1)
        self._show(self.found.hits[self.place])

    def _show(self, hit: Hit) -> None:
        document = self.workbench.document
        had_focus = self.field.hasFocus()
        if document is not None:
            go_to_hit(self.workbench, document, hit)
        if self.isVisible():
            self.list.setCurrentIndex(self.model.index(self.place, 0))
            if had_focus:
                self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self._mark()
            self._place()
        self._say()

    def _on_click(self, index: QModelIndex) -> None:
        self.place = index.row()
        self._show(self.found.hits[self.place])

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter, Shift+Enter, arrows and Esc are for the bar; it stays at its place when the window's size changes."""
        if watched is not self.field:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._timer.start(0)  # when the window has found its new shape
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            key = event.key()
            if key == Qt.Key.Key_Escape:
                self.leave()
            elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.step(-1 if back else 1)
            elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.step(1 if key == Qt.Key.Key_Down else -1)
            else:
                return False
            return True
        return False

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes, wherever in the bar one is."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the list as wide as the bar."""
        super().resizeEvent(event)
        self.list.scrollTo(self.list.currentIndex())

    def _restyle(self) -> None:
        theme = current_theme()
        self.setStyleSheet(theme.css(_STYLE))
        soft = theme.colour("soft")
        for button, name in ((self.previous, "up"), (self.next, "down"), (self.close_button, "close")):
            button.setIcon(icon(name, soft, 14))
