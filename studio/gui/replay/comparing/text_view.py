"""Two texts compared, line by line and word by word, in colours of the theme. Plain text, whatever it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.gui.replay.comparing.comparison import PartText
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import mixed
from studio.gui.widgets.areas import fixed_font
from studio.support.errors import StudioError
from studio.support.plain import plain

MOST_SIGNS: Final = 2_000
"""Signs of a line that are shown."""


class TextView(QPlainTextEdit):
    """Shows parts that differ, or a sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare.texts")
        self.setAccessibleName("What differs, as text")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        fixed_font(self)
        self._parts: Sequence[PartText] = ()
        themes().changed.connect(self._dress)

    def say(self, text: str) -> None:
        """Show a sentence."""
        self._parts = ()
        self.setCurrentCharFormat(QTextCharFormat())  # that of the text before would stay
        self.setPlainText(text)

    def show_answer(self, answer: Sequence[PartText] | StudioError) -> None:
        """Show what came of a comparison of texts."""
        if isinstance(answer, StudioError):
            self.say(str(answer))
        elif answer:
            self.show_parts(answer)
        else:
            self.say("Nothing differs here.")

    def show_parts(self, parts: Sequence[PartText]) -> None:
        """Show parts that differ."""
        self._parts = parts
        self._dress()

    def _dress(self) -> None:
        if not self._parts:
            return
        theme = current_theme()
        base, heading, soft = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
        base.setForeground(theme.colour("text"))
        heading.setForeground(theme.colour("ink"))
        heading.setFontWeight(QFont.Weight.DemiBold)
        soft.setForeground(theme.colour("soft"))
        styles: dict[str, tuple[QTextCharFormat, QTextCharFormat]] = {}
        for sign, role in (("-", "bad"), ("+", "ok")):
            line, word = QTextCharFormat(), QTextCharFormat()
            for style, share in ((line, 0.0), (word, 0.28)):
                style.setForeground(theme.colour("ink" if share else role))
                if share:
                    style.setBackground(mixed(theme.colour("card"), theme.colour(role), share))
            styles[sign] = line, word
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for number, part in enumerate(self._parts):
            cursor.insertText(("\n" if number else "") + part.name, heading)
            cursor.insertText(f"  only in {part.only}\n" if part.only else "\n", soft)
            for one in part.lines:
                line, word = styles.get(one.sign, (soft if one.sign == "…" else base,) * 2)
                same = base if one.sign in styles and len(one.parts) > 1 else line
                cursor.insertText(f"{one.sign} ", line)
                room = MOST_SIGNS
                for changed, text in one.parts:
                    whole = line if len(one.parts) == 1 else word
                    cursor.insertText(plain(text[:room]).replace("\n", " "), whole if changed else same)
                    room -= len(text)
                    if room <= 0:
                        cursor.insertText("…", soft)
                        break
                cursor.insertText("\n", base)
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)
