"""Texts of a run, shown as they are: cut before they reach a widget, with hidden signs made visible."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

import orjson
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from studio.gui.base.utf16 import units
from studio.gui.theme import current_theme
from studio.gui.theme.theme import mixed
from studio.gui.widgets.areas import Area, fixed_font
from studio.replay.firing.prompts import Span
from studio.support.values import Json
from studio.trace.found import Ref

SHOWN: Final = 4_000
"""Characters of one text that the page shows; the whole has a window of its own."""

SHOWN_LINES: Final = 200

ONE_LINE: Final = 60
"""Characters of JSON up to which it stands on one line."""

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


SIGN: Final = "\ufffd"
"""Stands for a sign that cannot be seen."""

TOLD: Final = (
    f"{SIGN} stands for a sign that cannot be seen: one that moves, hides or turns round what is read."
    " What is copied has it as it was."
)


def visible(text: str) -> str:
    """Return a text of the same length in which signs that move, hide or turn others round have a sign of their own."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(SIGN, text)


def readable(value: Json) -> str:
    """Return a value as people read it: text as it is, a short value on one line, others with a line per entry."""
    if isinstance(value, str):
        return value
    if isinstance(value, Ref):
        return f"({size_words(value.size)})"
    if len(orjson.dumps(value)) <= ONE_LINE:
        return json.dumps(value, ensure_ascii=False)
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def size_words(count: int) -> str:
    """Return how long a text or value is: `340 bytes`, `12.3 KB`, `4.0 MB`."""
    if count < 1_000:
        return f"{count} bytes"
    return f"{count / 1e3:.1f} KB" if count < 1_000_000 else f"{count / 1e6:.1f} MB"


def beginning(text: str) -> str:
    """Return as much of a text as the page shows."""
    seen = text[:SHOWN]
    at = -1
    for _ in range(SHOWN_LINES):
        at = seen.find("\n", at + 1)
        if at < 0:
            return seen
    return seen[:at]


class TextView(Area):
    """A text to be read and copied from, as high as it is long; values in it are marked."""

    def __init__(self, most: int = 14, parent: QWidget | None = None) -> None:
        super().__init__(1, most, parent)
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._is_fixed = False
        self._marked: tuple[Span, ...] = ()
        self._colour = ""

    def show_view(self, text: str, marks: Sequence[Span] = (), *, fixed: bool = False) -> None:
        """Show a text (cut by the caller) with some of its places marked."""
        if fixed != self._is_fixed:
            self._is_fixed = fixed
            if fixed:
                fixed_font(self)
            elif (parent := self.parentWidget()) is not None:
                self.setFont(parent.font())
        shown = visible(text)
        if (SIGN in shown) != bool(self.toolTip()):
            self.setToolTip(TOLD if SIGN in shown else "")
        changed = self.text() != shown
        if changed:
            self.show_text(shown)
            self.moveCursor(QTextCursor.MoveOperation.Start)
        colour = current_theme().name
        if changed and marks:
            # The question stands at the end of a prompt: what was asked is to be seen, not how the prompt begins.
            cursor = self.textCursor()
            cursor.setPosition(min(units(shown[: marks[-1].end]), self.document().characterCount() - 1))
            self.setTextCursor(cursor)
            self.ensureCursorVisible()
        if changed or self._marked != tuple(marks) or (marks and colour != self._colour):
            self._mark(shown, tuple(marks))
            self._colour = colour

    def _mark(self, text: str, marks: tuple[Span, ...]) -> None:
        self._marked = marks
        theme = current_theme()
        look = QTextCharFormat()
        look.setBackground(mixed(theme.colour("field"), theme.colour("accent"), 0.22))
        look.setForeground(QColor(theme.colour("ink")))
        made = []
        for mark in marks:
            if mark.start >= len(text):
                continue
            cursor = QTextCursor(self.document())
            cursor.setPosition(units(text[: mark.start]))
            cursor.setPosition(units(text[: mark.end]), QTextCursor.MoveMode.KeepAnchor)
            selection = QTextEdit.ExtraSelection()
            selection.cursor, selection.format = cursor, look
            made.append(selection)
        self.setExtraSelections(made)
