"""`Picker`: a list to choose from by typing, over the window. What is offered is a question to whoever makes one.

The keys: letters search, arrows walk, Enter takes, Esc leaves; a click elsewhere leaves, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.popups.overlay import MARGIN, Overlay
from studio.gui.popups.rows import ROW, Row, RowModel, cut, make_list, row_height
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import small_font

_WALKS: Final = {
    Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1,
}  # fmt: skip

STYLE: Final = """
#picker { background: @card; border: 1px solid @edge; border-radius: 8px; }
#picker QLabel { background: transparent; }
#picker QListView { background: transparent; border: none; outline: 0; }
#picker QLineEdit { border-radius: 5px; padding: 5px 8px; }
"""


class Picker(Overlay):
    """A search line over a list of rows; below it what the current row is about.

    `rows` is asked for the rows that fit a query; `lines` of them are seen at once. `picked(value)` is emitted with a
    row's value after the picker has closed, `left()` when it closed without. `set_foot` says what the keys do here.
    """

    picked = Signal(object)
    finished = Signal()
    """It has closed, either way; who keeps rows can let go of them."""

    def __init__(
        self,
        window: QWidget,
        name: str,
        rows: Callable[[str], Sequence[Row]],
        *,
        placeholder: str = "",
        width: int = 440,
        lines: int = 10,
    ) -> None:
        super().__init__(window, QLineEdit())
        self.setObjectName("picker")
        self.setAccessibleName(name)
        self._ask = rows
        self._width, self._lines = width, lines
        self.head = QLabel(self)
        self.head.setTextFormat(Qt.TextFormat.PlainText)
        self.head.setObjectName("picker.head")
        self.head.hide()
        self.field.setObjectName("picker.field")
        self.field.setAccessibleName(name)
        self.field.setPlaceholderText(placeholder)
        self.field.setMaxLength(500)
        self.model = RowModel()
        self.list = make_list(self, self.model, "picker.list", f"{name}: what fits")
        self.empty = _label(self, "picker.empty", Qt.AlignmentFlag.AlignCenter)
        self.about = _label(self, "picker.about", Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.about.setFixedHeight(self.fontMetrics().lineSpacing() * 3 + 4)
        self.foot = _label(self, "picker.foot", Qt.AlignmentFlag.AlignLeft)
        self.foot.setFont(small_font(self.font()))
        self.set_foot("↑↓ choose · Enter takes · Esc leaves")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(6)
        for part in (self.head, self.field, self.list, self.empty):
            layout.addWidget(part)
        layout.addWidget(_Rule(self))
        layout.addWidget(self.about)
        layout.addWidget(self.foot)
        self.field.textChanged.connect(lambda *_: self.search())
        self.list.clicked.connect(self._take_index)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._tell())
        self._restyle()
        themes().changed.connect(self._restyle)

    # -- opening ------------------------------------------------------------------------------

    def open_at(self, point: QPoint | None = None, *, text: str = "") -> None:
        """Show the picker with its corner at a point of the screen (None: in the middle above), inside the window."""
        self.leave()
        self.field.setText(text)
        self.search()
        self.appear(point, self._wanted())

    def _wanted(self) -> QSize:
        rest = sum(part.sizeHint().height() + 6 for part in (self.field, self.about, self.foot)) + 2 * MARGIN + 10
        if not self.head.isHidden():
            rest += self.head.sizeHint().height() + 6
        return QSize(self._width, rest + row_height(self.fontMetrics()) * self._lines)

    # -- what is offered ----------------------------------------------------------------------

    def search(self) -> None:
        """Ask again for what fits what is typed, and go to the first that can be taken."""
        rows = self._ask(self.field.text())
        self.model.set_rows(rows)
        self.list.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        first = next((number for number, row in enumerate(rows) if row.enabled), 0)
        self.list.setCurrentIndex(self.model.index(first, 0))
        self.list.scrollToTop()
        self._tell()

    def current(self) -> Row | None:
        """Return the row that Enter would take, if any."""
        row = self.list.currentIndex().data(ROW)
        return row if isinstance(row, Row) else None

    def _tell(self) -> None:
        row = self.current()
        lines = row.about.split("\n", 2)[:2] if row is not None else []
        self.about.setText("\n".join(map(cut, lines)))

    def set_name(self, name: str) -> None:
        """Call the picker otherwise, for those who hear the screen."""
        self.setAccessibleName(name)
        self.field.setAccessibleName(name)
        self.list.setAccessibleName(f"{name}: what fits")

    def set_head(self, text: str) -> None:
        """Show a line above the search field; "" for none."""
        self.head.setText(cut(text))
        self.head.setVisible(bool(text))

    def set_foot(self, text: str) -> None:
        """Say below the list what the keys do."""
        self.foot.setText(text)

    def set_empty(self, text: str) -> None:
        """Say what to do when nothing fits."""
        self.empty.setText(cut(text))

    # -- taking -------------------------------------------------------------------------------

    def take(self) -> None:
        """Close and give the current row's value; one that cannot be taken stays, with its reason below."""
        row = self.current()
        if row is None or not row.enabled:
            return
        if self.finish():
            self.picked.emit(row.value)

    def finish(self) -> bool:
        """Close; nothing is kept of what was shown, which may be closed itself."""
        closed = super().finish()
        if closed:
            self.model.set_rows(())
            self.finished.emit()
        return closed

    def _take_index(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self.take()

    def walk(self, by: int) -> None:
        """Go on or back in the list; single steps go round."""
        count = len(self.model.rows)
        if count:
            row = self.list.currentIndex().row() + by
            row = row % count if abs(by) == 1 else max(0, min(count - 1, row))
            self.list.setCurrentIndex(self.model.index(row, 0))

    def on_key(self, event: QKeyEvent) -> bool:
        """Take the keys that belong to the list."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.take()
        elif key in _WALKS:
            self.walk(_WALKS[key])
        else:
            return False
        return True

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line above the list within the frame."""
        self.head.setMaximumWidth(self.width() - 2 * MARGIN)
        super().resizeEvent(event)

    def _restyle(self) -> None:
        theme = current_theme()
        self.setStyleSheet(theme.css(STYLE))
        for label in (self.about, self.foot, self.empty, self.head):
            palette = QPalette(label.palette())
            palette.setColor(
                QPalette.ColorRole.WindowText, theme.colour("soft" if label in (self.foot, self.empty) else "ink")
            )
            label.setPalette(palette)


class _Rule(QWidget):
    """A thin line between parts."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), current_theme().colour("line"))
        painter.end()


def _label(parent: QWidget, name: str, align: Qt.AlignmentFlag) -> QLabel:
    made = QLabel(parent)
    made.setObjectName(name)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    made.setAlignment(align)
    return made


def rows_by_text(rows: Sequence[Row], query: str, also: Callable[[Row], Any] = lambda row: row.detail) -> list[Row]:
    """Return the rows whose title or `also` has every word of the query, titles that begin with it first."""
    words = query.casefold().split()
    found = []
    for place, row in enumerate(rows):
        title, more = row.title.casefold(), str(also(row)).casefold()
        if all(word in title or word in more for word in words):
            in_title = sum(word not in title for word in words)
            starts = not words or not any(part.startswith(words[0]) for part in title.replace("_", " ").split())
            found.append((in_title, starts and bool(words), place, row))
    return [row for *_, row in sorted(found, key=lambda one: one[:3])]
