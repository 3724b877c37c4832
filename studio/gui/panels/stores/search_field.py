"""The field of words over the rows of a store."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.gui.base.guard import guarded


class SearchField(QLineEdit):
    """The field of words over the table. `left_down`: Down was pressed; Escape takes the words away."""

    left_down = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Find in the store")
        self.setPlaceholderText("Find in the store")
        self.setClearButtonEnabled(True)
        self.setMaxLength(1_000)
        self.setMaximumWidth(160)
        self.setMinimumWidth(64)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left_down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
