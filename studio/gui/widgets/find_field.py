"""A field of words over a list or a table: Down leaves it for the rows, Escape takes the words away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.gui.base.guard import guarded


class FindField(QLineEdit):
    """`left_down`: Down was pressed. `longest` is how many characters can be typed or pasted."""

    left_down = Signal()

    def __init__(self, what: str, longest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(what)
        self.setPlaceholderText(what)
        self.setClearButtonEnabled(True)
        self.setMaxLength(longest)
        self.setMinimumWidth(64)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left_down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
