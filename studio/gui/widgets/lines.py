"""One line of text."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QWidget

from studio.gui.widgets.areas import fixed_font
from studio.gui.widgets.editor import MIXED, Editor, default_text
from studio.gui.widgets.undo_keys import line
from studio.spec.fields import MISSING
from studio.support.values import Json

LONGEST = 20_000
"""Characters of a text that a line can hold and stay quick."""


class LineEditor(Editor):
    """A text without line breaks. An emptied line means the default where that is empty too."""

    compact: ClassVar[bool] = True

    def __init__(
        self, default: Json = MISSING, *, hint: str = "", fixed: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.default = default
        self.hint = hint
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.field = line(self)
        if fixed:
            fixed_font(self.field)
        row.addWidget(self.field)
        self.setFocusProxy(self.field)
        self.field.textEdited.connect(self._typed)
        self.field.editingFinished.connect(self.finished)

    def fits(self, value: Json) -> bool:
        return value is MISSING or value is MIXED or value is None or _is_line(value)

    def display(self, value: Json) -> None:
        self.field.setPlaceholderText("(several)" if value is MIXED else default_text(self.default) or self.hint)
        set_line(self.field, value if isinstance(value, str) else "")

    def suggest(self, words: list[str]) -> None:
        """Offer these texts while a person types."""
        completer = self.field.completer()
        if completer is None:
            completer = QCompleter(QStringListModel(words, self), self)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.activated.connect(self._typed)
            self.field.setCompleter(completer)
        model = completer.model()
        if isinstance(model, QStringListModel) and model.stringList() != words:
            model.setStringList(words)

    def _typed(self, text: str) -> None:
        self.say(MISSING if text == "" and self.default in ("", None) else text)


def _is_line(value: Json) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and not any(sign in value for sign in "\n\r\u2028\u2029")


def set_line(field: QLineEdit, text: str) -> None:
    """Show a text in a line; where it is there already the cursor stays."""
    if field.text() != text:
        at = field.cursorPosition()
        field.setText(text)
        field.setCursorPosition(min(at, len(text)) if field.hasFocus() else 0)


def mark_wrong(field: QWidget, wrong: bool) -> None:
    """Give a field the border of what is wrong, or take it away."""
    if bool(field.property("wrong")) != wrong:
        field.setProperty("wrong", wrong)
        field.style().unpolish(field)
        field.style().polish(field)
