"""Two versions of a graph's text, line by line: what the file says, and what is open."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from studio.editing import Document
from studio.gui.theme import current_theme
from studio.gui.theme.theme import mixed
from studio.support.errors import StudioError

MOST_LINES = 4000
"""Lines that are shown; the rest is counted."""
LONGEST = 400
"""Characters of a line that are shown."""


class Compare(QDialog):
    """The differences, to be read. Decides nothing."""

    def __init__(self, title: str, lines: list[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare")
        self.setWindowTitle(f"Compare {title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(860, 620)
        rows = QVBoxLayout(self)
        added = sum(kind == "+" for kind, _ in lines)
        removed = sum(kind == "-" for kind, _ in lines)
        head = QLabel(
            f"− is what the file says, + what is open here: {removed} lines against {added}."
            if lines
            else "The file says the same as what is open here."
        )
        head.setTextFormat(Qt.TextFormat.PlainText)
        rows.addWidget(head)
        self.view = lines_view("Differences")
        self.view.setObjectName("compare.lines")
        rows.addWidget(self.view, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        rows.addWidget(buttons)
        fill_lines(self.view, lines)


def lines_view(name: str) -> QPlainTextEdit:
    """Return a field in which differences are read; `name` is what screen readers call it."""
    view = QPlainTextEdit()
    view.setAccessibleName(name)
    view.setReadOnly(True)
    view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    return view


def fill_lines(view: QPlainTextEdit, lines: list[tuple[str, str]]) -> None:
    """Write lines as `differences` gives them, in colours of the theme that is shown."""
    theme = current_theme()
    cursor = QTextCursor(view.document())
    ground = theme.colour("field")
    formats = {
        "+": _format(theme.colour("ink"), mixed(ground, theme.colour("ok"), 0.22)),
        "-": _format(theme.colour("ink"), mixed(ground, theme.colour("bad"), 0.22)),
        "@": _format(theme.colour("soft"), ground),
        " ": _format(theme.colour("text"), ground),
    }
    for number, (kind, text) in enumerate(lines[:MOST_LINES]):
        shown = text[:LONGEST] + ("…" if len(text) > LONGEST else "")
        sign = {"-": "−", "@": "⋯"}.get(kind, kind)
        cursor.insertText(("\n" if number else "") + f"{sign} {shown}", formats[kind])
    if len(lines) > MOST_LINES:
        cursor.insertText(f"\n… and {len(lines) - MOST_LINES} more lines", formats["@"])
    view.moveCursor(QTextCursor.MoveOperation.Start)


def _format(ink: QColor, ground: QColor) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(ink)
    made.setBackground(ground)
    return made


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """Return (kind, line) of what differs with three lines around: kind is `-`, `+`, a blank, or `@` for a gap."""
    return list(_kinds(before.splitlines(), after.splitlines()))


def _kinds(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(difflib.unified_diff(before, after, lineterm="", n=3)):
        if number >= 2:  # the first two name the files
            if line[0] != "@":
                yield line[0], line[1:]
            elif number > 2:
                yield "@", ""


def compare(parent: QWidget | None, document: Document) -> Compare:
    """Show how what is open differs from its file. Both are put into the canonical form first, if that can be done."""
    path = document.path
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path is not None else ""
    except OSError:
        text = ""
    try:
        mine = document.graph.to_text()
    except StudioError as error:
        mine = f"# {error}"
    dialog = Compare(document.title, differences(_canonical(text, document), mine), parent)
    dialog.open()
    return dialog


def _canonical(text: str, document: Document) -> str:
    from studio.graph.model import Graph

    try:
        return Graph.from_text(text, name=document.title, base=document.graph.base).to_text()
    except StudioError:
        return text
