"""What stands in place of the list while there is nothing to list: why, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


class EmptyPage(QWidget):
    """A sentence with up to two buttons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.addStretch(1)
        self.told = QLabel(self)
        self.told.setObjectName("prompts.empty")
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.told.setWordWrap(True)
        column.addWidget(self.told)
        row = QHBoxLayout()
        row.addStretch(1)
        self.clear_button = QPushButton("Take all filters away", self)
        self.clear_button.setObjectName("prompts.clear_all")
        self.example_button = QPushButton("Open a recorded example", self)
        self.example_button.setObjectName("prompts.example")
        row.addWidget(self.clear_button)
        row.addWidget(self.example_button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)

    def text(self) -> str:
        """Return the sentence."""
        return self.told.text()

    def say(self, text: str, *, clear: bool = False, example: bool = False) -> None:
        """Say why there is nothing; offer to take the filters away, or to open an example."""
        self.told.setText(text)
        self.clear_button.setVisible(clear)
        self.example_button.setVisible(example)
