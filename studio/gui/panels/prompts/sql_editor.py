"""The field in which a query is written: its words in colour, and the key that runs it."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QKeyEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.gui.base.guard import guarded
from studio.gui.base.utf16 import units
from studio.gui.theme import current_theme, themes
from studio.trace.tables import TABLES

LONGEST_LINE: Final = 5_000
"""Signs of a line that is coloured."""

_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        "select from where group by order having limit offset join left right inner outer cross on using as and or not "
        "in is null between like glob match case when then else end distinct union all except intersect with recursive "
        "asc desc over partition filter exists values cast collate nulls first last",
    )
)

_TOKENS: Final = re.compile(
    r"(?P<comment>--.*)|(?P<text>'(?:[^']|'')*'?)|(?P<number>\b\d+(?:\.\d+)?\b)|(?P<word>[A-Za-z_]\w*)"
)


class SqlColours(QSyntaxHighlighter):
    """Colours keywords, names of views, texts, numbers and comments."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._views = {one.name for one in TABLES}
        self._looks: dict[str, QTextCharFormat] = {}
        self.dress()

    def dress(self) -> None:
        """Take the colours of the theme that is shown."""
        theme = current_theme()
        for kind, role in (
            ("keyword", "accent"), ("view", "type_list"), ("text", "type_text"), ("number", "type_number"),
            ("comment", "soft"),
        ):  # fmt: skip
            looks = QTextCharFormat()
            looks.setForeground(theme.colour(role))
            if kind == "keyword":
                looks.setFontWeight(QFont.Weight.DemiBold)
            self._looks[kind] = looks
        self.rehighlight()

    @guarded()
    def highlightBlock(self, text: str) -> None:
        for match in _TOKENS.finditer(text[:LONGEST_LINE]):
            kind = match.lastgroup or ""
            if kind == "word":
                word = match[0].lower()
                kind = "keyword" if word in _WORDS else "view" if word in self._views else ""
            if kind:
                self.setFormat(units(text[: match.start()]), units(match[0]), self._looks[kind])


class SqlEditor(QPlainTextEdit):
    """`run_asked`: Ctrl+Enter. `stop_asked`: Escape."""

    run_asked = Signal()
    stop_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts.sql.query")
        self.setAccessibleName("SQL query. Ctrl+Enter runs it.")
        self.setPlaceholderText(
            "SELECT … FROM prompt, firing, effect, run …   Ctrl+Enter runs it; only reading is possible."
        )
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setMinimumHeight(52)
        self._colours = SqlColours(self.document())
        themes().changed.connect(self._colours.dress)

    def text(self) -> str:
        """Return the query."""
        return self.toPlainText()

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.run_asked.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.stop_asked.emit()
        else:
            super().keyPressEvent(event)
