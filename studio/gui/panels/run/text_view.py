"""A read-only text with headings, made of plain pieces: whatever a model or a graph says in them stays text."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.gui.theme import current_theme, themes
from studio.support.plain import plain

SIGNS = 60_000
"""Signs of all pieces together that are shown."""


class Piece(NamedTuple):
    """Some text in the colour of a role; headings are bold."""

    text: str
    role: str = "text"
    bold: bool = False


class TextView(QPlainTextEdit):
    """Shows pieces below each other. What is shown already is not laid out again."""

    def __init__(self, name: str, words: str, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setReadOnly(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setUndoRedoEnabled(False)
        self.empty = empty
        self.setPlaceholderText(empty)
        self._showing: list[Piece] = []
        themes().changed.connect(self._again)

    def show_pieces(self, pieces: list[Piece], empty: str = "") -> None:
        """Show these; `empty` is said where there are none."""
        self.setPlaceholderText(empty or self.empty)
        if pieces == self._showing:
            return
        same_place = [piece.text for piece in pieces[:1]] == [piece.text for piece in self._showing[:1]]
        at = self.verticalScrollBar().value() if same_place else 0
        self._showing = pieces
        self.clear()
        cursor = QTextCursor(self.document())
        left = SIGNS
        for piece in pieces:
            looks = QTextCharFormat()
            looks.setForeground(current_theme().colour(piece.role))
            if piece.bold:
                looks.setFontWeight(QFont.Weight.DemiBold)
            shown = plain(piece.text[: max(200, left)])
            left -= len(shown)
            cursor.insertText(shown + "\n", looks)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.verticalScrollBar().setValue(at)

    def _again(self) -> None:
        pieces, self._showing = self._showing, []
        self.show_pieces(pieces, self.placeholderText())
