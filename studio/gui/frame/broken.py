"""A tab for a file that cannot be opened as a graph: what is wrong, where, and its text to look at."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QFileSystemWatcher, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QFont, QFontDatabase, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from studio.gui.base.signs import sign_pixmap
from studio.gui.files.disk import SETTLES_MS
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import mixed
from studio.support.errors import StudioError

LARGEST: Final = 1_000_000
"""Bytes of a file whose text is shown."""
LONGEST: Final = 2_000
"""Characters of a line that are shown: a text field is slow with longer ones."""

_LINE: Final = re.compile(r":(\d+)$")


class BrokenPage(QWidget):
    """The page. The file is looked at again when it changes; nothing is written to it from here."""

    def __init__(
        self, path: Path, error: StudioError, again: Callable[[Path], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.path = path
        self._again = again
        self.setObjectName("broken")
        self.setAccessibleName(f"{path.name} cannot be opened")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 20, 24, 20)
        rows.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(10)
        self._sign = QLabel()
        title = QLabel(f"{path.name} cannot be opened as a graph")
        title.setTextFormat(Qt.TextFormat.PlainText)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.3)
        font.setBold(True)
        title.setFont(font)
        title.setProperty("look", "heading")
        head.addWidget(self._sign)
        head.addWidget(title, 1)
        rows.addLayout(head)
        self.sentence = QLabel()
        self.sentence.setObjectName("broken.sentence")
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        rows.addWidget(self.sentence)
        self.retry = QPushButton("Try Again")
        self.retry.setObjectName("broken.again")
        self.retry.setProperty("primary", "true")
        self.retry.clicked.connect(self.look_again)
        elsewhere = QPushButton("Open in Text Editor")
        elsewhere.setObjectName("broken.editor")
        elsewhere.clicked.connect(lambda *_: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.absolute()))))
        buttons = QHBoxLayout()
        buttons.addWidget(self.retry)
        buttons.addWidget(elsewhere)
        buttons.addStretch(1)
        rows.addLayout(buttons)
        self.text = QPlainTextEdit()
        self.text.setObjectName("broken.text")
        self.text.setAccessibleName("The file's text")
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        rows.addWidget(self.text, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLES_MS)
        self._timer.timeout.connect(self.look_again)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.addPaths([str(path.absolute()), str(path.absolute().parent)])
        self._watcher.fileChanged.connect(lambda *_: self._timer.start())
        self._watcher.directoryChanged.connect(lambda *_: self._on_folder())
        self._stamp = _stamp(path)
        self._line = 0
        themes().changed.connect(self._paint)
        self.setFocusProxy(self.retry)
        self.show_error(error)

    def show_error(self, error: StudioError) -> None:
        """Show what is wrong now, and the text with the line in view."""
        where = _LINE.search(error.where)
        self._line = int(where[1]) if where else 0
        place = f"Line {self._line}: " if self._line else ""
        self.sentence.setText(f"{place}{error.message} {error.hint}".strip()[:2000])
        self._stamp = _stamp(self.path)
        self._fill()
        self._paint()

    def look_again(self) -> None:
        """Try to open the file; if that goes well, the graph takes this page's place."""
        if str(self.path.absolute()) not in self._watcher.files():
            self._watcher.addPath(str(self.path.absolute()))
        self._again(self.path)

    def _on_folder(self) -> None:
        """Most programs replace a file when they save it; then only its folder is told of."""
        if _stamp(self.path) != self._stamp:
            self._timer.start()

    def _fill(self) -> None:
        try:
            data = self.path.read_bytes()[: LARGEST + 1]
        except OSError:
            data = b""
        if len(data) > LARGEST or b"\0" in data:
            self.text.setPlainText("")
            self.text.setPlaceholderText("The file is too large, or no text, to be shown here.")
            return
        lines = data.decode("utf-8", "replace").splitlines()
        self.text.setPlainText("\n".join(f"{line[:LONGEST]}…" if len(line) > LONGEST else line for line in lines))

    def _paint(self) -> None:
        theme = current_theme()
        self._sign.setPixmap(sign_pixmap("error", 22, self.devicePixelRatioF()))
        block = self.text.document().findBlockByNumber(self._line - 1) if self._line else None
        if block is not None and block.isValid():
            cursor = QTextCursor(block)
            marked = QTextBlockFormat()
            marked.setBackground(mixed(theme.colour("field"), theme.colour("bad"), 0.25))
            cursor.setBlockFormat(marked)
            self.text.setTextCursor(cursor)
            self.text.centerCursor()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:
        return 0, 0
    return about.st_mtime_ns, about.st_size
