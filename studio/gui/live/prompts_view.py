"""What the selected node asked its model last, message by message, and what the model answered."""

from __future__ import annotations

from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.gui.live.tracks import PlaceTrack
from studio.gui.theme import current_theme, themes
from studio.support.plain import plain

SIGNS = 60_000
"""Signs of all messages together that are shown."""


class PromptsView(QPlainTextEdit):
    """Read-only text with headings. What is shown is plain text, whatever a model said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.prompts")
        self.setAccessibleName("Prompts of the selected node")
        self.setReadOnly(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setUndoRedoEnabled(False)
        self.setPlaceholderText("Select a node that asks a model, to see what it was asked and what it answered.")
        self._shown: object = None
        self._last: tuple[str, PlaceTrack | None] = ("", None)
        themes().changed.connect(self._again)

    def show_prompts(self, node: str, place: PlaceTrack | None) -> None:
        """Show the calls of a node's latest firing that asked a model."""
        prompts = [] if place is None else list(place.prompts)
        key = (node, [(asked.key, asked.reply is None, asked.error) for asked in prompts])
        if key == self._shown:
            return
        self._shown, self._last = key, (node, place)
        self.clear()
        if node and not prompts:
            self.setPlaceholderText(f"{node} has asked no model in this run.")
            return
        cursor = QTextCursor(self.document())
        left = SIGNS
        for number, asked in enumerate(prompts, 1):
            title = f"{asked.path}  ·  {asked.model}"
            if len(prompts) > 1:
                title += f"  ·  call {number} of {len(prompts)}"
            if asked.tokens:
                title += f"  ·  {asked.tokens:,} tokens"
            self._insert(cursor, title, "accent", bold=True)
            reply = asked.reply if asked.reply is not None else asked.error or "…"
            parts = [*asked.messages, ("error" if asked.error else "reply", reply)]
            for role, text in parts:
                self._insert(cursor, role, "bad" if role == "error" else "soft", bold=True)
                shown = plain(text[: max(200, left)])
                left -= len(shown)
                self._insert(cursor, shown, "ink" if role == "reply" else "text")
            self._insert(cursor, "", "text")
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _insert(self, cursor: QTextCursor, text: str, role: str, *, bold: bool = False) -> None:
        looks = QTextCharFormat()
        looks.setForeground(current_theme().colour(role))
        if bold:
            looks.setFontWeight(QFont.Weight.DemiBold)
        cursor.insertText(text + "\n", looks)

    def _again(self) -> None:
        self._shown = None
        self.show_prompts(*self._last)
