"""A line for an expression: names are completed while they are typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

_LAST: Final = re.compile(r"[A-Za-z_]\w*$")
LEAST: Final = 1
"""Signs of a name that are typed before others are offered."""


class WordsLine(QLineEdit):
    """Completes the name before the cursor out of a list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = QStringListModel(self)
        self.offer = QCompleter(self._names, self)
        self.offer.setWidget(self)
        self.offer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.offer.activated.connect(self._take)
        self.textEdited.connect(lambda *_: self._look())

    def set_names(self, names: Sequence[str]) -> None:
        """Offer these names."""
        if self._names.stringList() != list(names):
            self._names.setStringList(list(names))

    def _begun(self) -> str:
        found = _LAST.search(self.text()[: self.cursorPosition()])
        return found.group() if found else ""

    def _look(self) -> None:
        begun = self._begun()
        self.offer.setCompletionPrefix(begun)
        if len(begun) >= LEAST and self.offer.completionCount() and self.offer.currentCompletion() != begun:
            self.offer.complete()
        else:
            popup = self.offer.popup()
            if popup is not None:
                popup.hide()

    def _take(self, name: str) -> None:
        begun, at = self._begun(), self.cursorPosition()
        text = self.text()
        self.setText(text[: at - len(begun)] + name + text[at:])
        self.setCursorPosition(at - len(begun) + len(name))
        self.textEdited.emit(self.text())
