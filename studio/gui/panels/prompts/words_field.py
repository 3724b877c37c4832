"""The field of words over the list of prompts."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.labels import tip

HELP: Final = 'Words that must all be there; "words in a row"; begin* of a word; -not this one'
LONGEST: Final = 200_000
"""Signs that can be typed or pasted as words; only the first are read."""


class WordsField(QLineEdit):
    """The field of words. `left_down`: Down was pressed; Escape takes the words away."""

    left_down = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts.words")
        self.setAccessibleName(f"Find prompts. {HELP}")
        self.setPlaceholderText("Find in prompts and replies")
        self.setToolTip(tip(HELP))
        self.setClearButtonEnabled(True)
        self.setMaxLength(LONGEST)
        self.setMinimumWidth(64)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left_down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
