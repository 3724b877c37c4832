"""`Rows`: a list of small widgets that a person adds, removes and puts in order, by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme
from studio.gui.widgets.labels import small_button

W = TypeVar("W", bound=QWidget)


class _Grip(QWidget):
    """What a row is dragged by; with the focus, Alt and the arrow keys move the row."""

    def __init__(self, row: _Row) -> None:
        super().__init__(row)
        self._row = row
        self._dragging = False
        self.setObjectName("grip")
        self.setFixedWidth(12)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setToolTip("Drag to reorder (Alt+Up, Alt+Down)")
        self.setAccessibleName("Reorder")

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_theme().colour("accent" if self._dragging else "edge"))
        top = min(self.height() / 2, 15.0) - 5
        for y in range(3):
            for x in range(2):
                painter.drawEllipse(QPointF(3 + 4 * x, top + 1 + 4 * y), 1.1, 1.1)

    @guarded()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragging = True
            self.update()

    @guarded()
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._row.rows.drag(self._row, self.mapTo(self._row.rows, event.position().toPoint()).y())

    @guarded()
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._dragging = False
            self.update()
            self._row.rows.dropped()


class _Row(QWidget):
    def __init__(self, rows: Rows[W], content: QWidget, *, ordered: bool) -> None:
        super().__init__(rows)
        self.rows = rows
        self.content = content
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        if ordered:
            line.addWidget(_Grip(self))
        line.addWidget(content, 1)
        self.remove = small_button("×", "Remove", "remove", self)
        self.remove.clicked.connect(lambda *_: rows.drop_row(self))
        line.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)


class Rows(QWidget, Generic[W]):
    """Rows made by `make`. `changed()` when a person removed a row or moved one; adding is the owner's."""

    changed = Signal()

    def __init__(self, make: Callable[[], W], *, ordered: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._ordered = ordered
        self._rows: list[_Row] = []
        self._moved = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)

    def __len__(self) -> int:
        return len(self._rows)

    def contents(self) -> list[W]:
        """Return the widgets of the rows, in order."""
        return [row.content for row in self._rows]  # type: ignore[misc]

    def set_count(self, count: int) -> None:
        """Add rows at the end, or take away from there."""
        while len(self._rows) < count:
            self.add()
        while len(self._rows) > count:
            self._take(self._rows[-1])

    def add(self, at: int | None = None) -> W:
        """Add a row, at the end or at a place, and return its widget."""
        content = self._make()
        row = _Row(self, content, ordered=self._ordered)
        place = len(self._rows) if at is None else at
        self._rows.insert(place, row)
        self._column.insertWidget(place, row)
        previous = self._rows[place - 1] if place else None
        if previous is not None:
            QWidget.setTabOrder(previous.remove, content)
        row.show()
        return content

    def place_of(self, content: QWidget) -> int:
        """Return where the row of a widget, or of one inside it, stands; -1 if it is none of these rows."""
        return next((at for at, row in enumerate(self._rows) if row.isAncestorOf(content)), -1)

    def shift(self, old: int, new: int) -> bool:
        """Move a row; the owner is told by `changed` once the drag is over."""
        if old == new or not (0 <= old < len(self._rows) and 0 <= new < len(self._rows)):
            return False
        row = self._rows.pop(old)
        self._rows.insert(new, row)
        self._column.removeWidget(row)
        self._column.insertWidget(new, row)
        return True

    def drag(self, row: _Row, y: int) -> None:
        """Bring a row to where the mouse is."""
        old = self._rows.index(row)
        new = old
        while new + 1 < len(self._rows) and y > self._rows[new + 1].geometry().center().y():
            new += 1
        while new > 0 and y < self._rows[new - 1].geometry().center().y():
            new -= 1
        if self.shift(old, new):
            self._moved = True
            self._column.activate()

    def dropped(self) -> None:
        """The drag is over: tell if anything moved."""
        if self._moved:
            self._moved = False
            self.changed.emit()

    def drop_row(self, row: _Row) -> None:
        """Take a row away for good, as a person asked."""
        place = self._rows.index(row)
        self._take(row)
        self.changed.emit()
        if self._rows:
            self._rows[min(place, len(self._rows) - 1)].content.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, row: _Row) -> None:
        self._rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._ordered and event.modifiers() == Qt.KeyboardModifier.AltModifier:
            focused = self.focusWidget()
            place = self.place_of(focused) if focused is not None else -1
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if step and place >= 0:
                if self.shift(place, place + step):
                    self.changed.emit()
                    assert focused is not None
                    focused.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        super().keyPressEvent(event)

    @guarded(QSize(60, 0))
    def minimumSizeHint(self) -> QSize:
        return QSize(60, self._column.minimumSize().height())
