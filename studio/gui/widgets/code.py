"""The editor of code: letters of one width, coloured, and a new line that keeps the indentation of the last."""

from __future__ import annotations

import keyword
import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeyEvent, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.widgets.areas import Area, AreaEditor, fixed_font
from studio.spec.fields import MISSING
from studio.support.values import Json

INDENT = "    "
_PART = re.compile(
    r"(?P<comment>#.*)|(?P<text>[rbfu]{0,2}(?:\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?))"
    r"|(?P<number>\b\d[\d_.]*(?:e[+-]?\d+)?\b)|(?P<name>\.?[^\W\d]\w*)"
)


class CodeHighlighter(QSyntaxHighlighter):
    """Colours comments, texts, numbers and the words of Python, line by line."""

    @guarded()
    def highlightBlock(self, line: str) -> None:
        theme = current_theme()
        for found in _PART.finditer(line):
            made = QTextCharFormat()
            if found["comment"]:
                made.setForeground(theme.colour("soft"))
            elif found["text"]:
                made.setForeground(theme.colour("type_text"))
            elif found["number"]:
                made.setForeground(theme.colour("type_number"))
            elif keyword.iskeyword(found["name"] or ""):
                made.setForeground(theme.colour("type_messages"))
                made.setFontWeight(QFont.Weight.DemiBold)
            else:
                continue
            self.setFormat(found.start(), found.end() - found.start(), made)


class CodeArea(Area):
    """A field for code. Tab goes on to the next field, as everywhere; Enter indents like the line above."""

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not enter or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or self.isReadOnly():
            super().keyPressEvent(event)
            return
        cursor = self.textCursor()
        cursor.insertText("\n" + indentation(cursor.block().text()[: cursor.positionInBlock()]))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()


class CodeEditor(AreaEditor):
    """A piece of Python, or a script."""

    def __init__(self, default: Json = MISSING, rows: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(default, rows, 24, parent=parent)
        fixed_font(self.field)
        self.field.setObjectName("code")
        self._highlighter = CodeHighlighter(self.field.document())
        themes().changed.connect(self._highlighter.rehighlight)

    def make_field(self, rows: int, most: int) -> Area:
        return CodeArea(rows, most, self)


def indentation(before: str) -> str:
    """Return what a new line begins with after a line that stands so far: one step more after a colon."""
    kept = before[: len(before) - len(before.lstrip(" \t"))]
    return kept + (INDENT if before.rstrip().endswith(":") else "")
