"""A window with the whole of a long text: in parts, searched, copied, written to a file."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.utf16 import characters, units
from studio.gui.panels.inspector.firing.pool import set_shown
from studio.gui.panels.inspector.firing.texts import size_words, visible
from studio.gui.widgets.areas import fixed_font
from studio.gui.widgets.labels import Note, cut, small_button
from studio.support.plain import plain_line

PART: Final = 200_000
"""Characters shown at a time."""


class WholeWindow(QDialog):
    """Shows one text; nothing else waits for it."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setModal(False)
        self.setObjectName("firing.whole")
        self.setWindowTitle(cut(plain_line(title[:400]), 120))
        self.resize(820, 620)
        self.text = text
        self.part = 0
        self._title = title
        column = QVBoxLayout(self)
        top = QHBoxLayout()
        self.field = QLineEdit(self)
        self.field.setObjectName("firing.whole.find")
        self.field.setPlaceholderText("Find in all of it")
        self.field.setAccessibleName("Find in all of it")
        self.field.returnPressed.connect(lambda: self.seek(self.field.text()))
        top.addWidget(self.field, 1)
        for label, help, name, back in (("↑", "The place before", "up", True), ("↓", "The next place", "down", False)):
            way = small_button(label, help, f"firing.whole.{name}", self)
            way.clicked.connect(lambda *_, back=back: self.seek(self.field.text(), back=back))
            top.addWidget(way)
        column.addLayout(top)
        self.view = QPlainTextEdit(self)
        self.view.setReadOnly(True)
        self.view.setObjectName("firing.whole.text")
        self.view.setAccessibleName(cut(title, 120))
        self.view.setUndoRedoEnabled(False)
        fixed_font(self.view)
        column.addWidget(self.view, 1)
        below = QHBoxLayout()
        self.told = Note("", "soft", self)
        below.addWidget(self.told, 1)
        self.before = self._button("‹ Part before", "firing.whole.before", lambda: self.show_part(self.part - 1))
        self.after = self._button("Next part ›", "firing.whole.after", lambda: self.show_part(self.part + 1))
        for button in (self.before, self.after):
            below.addWidget(button)
        below.addWidget(self._button("Copy all", "firing.whole.copy", self.copy))
        below.addWidget(self._button("All to a file…", "firing.whole.save", self.ask_file))
        column.addLayout(below)
        self.show_part(0)
        self.view.setFocus()

    def _button(self, text: str, name: str, act: object) -> QPushButton:
        made = QPushButton(text, self)
        made.setObjectName(name)
        made.setAutoDefault(False)
        made.clicked.connect(lambda *_: act())  # type: ignore[operator]
        return made

    @property
    def parts(self) -> int:
        """How many parts the text has."""
        return max(1, -(-len(self.text) // PART))

    def show_part(self, part: int) -> None:
        """Show another part, from 0."""
        self.part = max(0, min(part, self.parts - 1))
        start = self.part * PART
        self.view.setPlainText(visible(self.text[start : start + PART]))
        several = self.parts > 1
        where = f"Part {self.part + 1} of {self.parts} · " if several else ""
        self.told.set_text(f"{where}{len(self.text):,} characters ({size_words(len(self.text))})")
        for button, can in ((self.before, self.part > 0), (self.after, self.part + 1 < self.parts)):
            set_shown(button, several)
            button.setEnabled(can)

    def seek(self, wanted: str, *, back: bool = False) -> bool:
        """Go to the next place that holds a text, in any case, from the other end again after the last one."""
        if not wanted:
            return False
        cursor, seen = self.view.textCursor(), self.view.toPlainText()
        place = cursor.selectionStart() if back else cursor.selectionEnd()
        start = self.part * PART + characters(seen, place)
        at = self._find(wanted, start, back)
        if at < 0:
            self.told.set_text(f"“{cut(plain_line(wanted), 60)}” is not in it.")
            return False
        if at // PART != self.part:
            self.show_part(at // PART)
        shown = self.view.toPlainText()
        begin = at - self.part * PART
        start = units(shown[:begin])
        found = self.view.textCursor()
        found.setPosition(min(start, self.view.document().characterCount() - 1))
        end = start + units(wanted)
        found.setPosition(min(end, self.view.document().characterCount() - 1), QTextCursor.MoveMode.KeepAnchor)
        self.view.setTextCursor(found)
        return True

    def _find(self, wanted: str, start: int, back: bool) -> int:
        """The place of the next text that is the same in any case, -1 if there is none."""
        # Not in a folded copy: some signs have longer ones, and the place would be another.
        pattern = re.compile(re.escape(wanted), re.IGNORECASE)
        if not back:
            found = pattern.search(self.text, start) or pattern.search(self.text)
        else:
            found = _last(pattern.finditer(self.text, 0, start)) or _last(pattern.finditer(self.text))
        return -1 if found is None else found.start()

    def copy(self) -> None:
        """Copy all of the text."""
        QGuiApplication.clipboard().setText(self.text)
        self.told.set_text("All of it is copied.")

    def ask_file(self) -> QFileDialog:
        """Ask for a file and write all of the text to it."""
        dialog = QFileDialog(self, "All of it to a file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save)
        dialog.open()
        return dialog

    def save(self, path: str) -> None:
        """Write all of the text to a file; what the machine refuses is told."""
        try:
            Path(path).write_text(self.text, encoding="utf-8", errors="surrogatepass")
        except OSError as error:
            self.told.set_text(f"It could not be written: {error.strerror or error}.")
        else:
            self.told.set_text(f"Written to {Path(path).name}.")


def _last(found: Iterator[re.Match[str]]) -> re.Match[str] | None:
    return next(iter(deque(found, maxlen=1)), None)
