"""Texts of several lines: a field that grows with its text, and stays usable when the text is very long."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontDatabase,
    QFontMetrics,
    QGuiApplication,
    QResizeEvent,
    QShowEvent,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.base.utf16 import units
from studio.gui.widgets.editor import MIXED, Editor, Later, default_text
from studio.gui.widgets.labels import Note
from studio.gui.widgets.undo_keys import share_undo
from studio.spec.fields import MISSING
from studio.support.values import Json

LONG = 200_000
"""Characters beyond which only a beginning is shown until a person asks for the whole."""
BEGINNING = 20_000
LONG_LINE = 1_000_000
"""Characters of one line beyond which laying it out would freeze the window."""
WAIT_MS = 400
"""How long edits of a text that was long wait to be told."""


class Area(QPlainTextEdit):
    """A field of several lines whose height follows its text, between `least` and `most` lines."""

    left = Signal()
    """The focus went elsewhere."""

    def __init__(self, least: int = 2, most: int = 14, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.least, self.most = least, most
        self._free = False
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        share_undo(self)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        # Not polished here: the style sheet would take a font that is set later back, at the next parent.
        self._grow()

    def text(self) -> str:
        """Return the text as it was typed; Qt's own way would change spaces that do not break."""
        return self.document().toRawText().replace("\u2029", "\n")

    def show_text(self, text: str) -> None:
        """Show a text by changing only what differs, so that cursor, selection and scrolling stay where they can."""
        old = self.text()
        if old == text:
            return
        if not old or len(text) > LONG or not text.isascii():
            at, value = self.textCursor().position(), self.verticalScrollBar().value()
            self.setPlainText(text)
            if old:
                cursor = self.textCursor()
                cursor.setPosition(min(at, self.document().characterCount() - 1))
                self.setTextCursor(cursor)
                self.verticalScrollBar().setValue(value)
            return
        start = _common(old, text)
        end = _common(old[start:][::-1], text[start:][::-1])
        cursor = QTextCursor(self.document())
        cursor.setPosition(units(old[:start]))
        cursor.setPosition(units(old[: len(old) - end]), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[start : len(text) - end])

    def _grow(self) -> None:
        layout, block = self.document().documentLayout(), self.document().firstBlock()
        spacing = QFontMetrics(self.font()).lineSpacing()
        lines = 0
        while block.isValid() and lines < self.most:
            lines += max(1, round(layout.blockBoundingRect(block).height() / spacing))
            block = block.next()
        wanted = max(self.least, min(self.most, lines))
        # Below the most lines all of them are in view, and a scroll bar would only narrow them.
        needed = lines >= self.most
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if needed else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() != policy:
            self.setVerticalScrollBarPolicy(policy)
        edges = (
            self.height() - self.viewport().height() if self.testAttribute(Qt.WidgetAttribute.WA_WState_Polished) else 8
        )
        height = spacing * wanted + round(2 * self.document().documentMargin()) + max(edges, 2)
        if self.maximumHeight() != height:
            self.setFixedHeight(height)

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._free:
            self._grow()

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width() and not self._free:
            self._grow()

    def free_height(self) -> None:
        """Let the layout decide the height (in a window of its own)."""
        self._free = True
        self.document().documentLayout().documentSizeChanged.disconnect(self._grow)
        self.setMinimumHeight(60)
        self.setMaximumHeight(16_777_215)

    @guarded(QSize(80, 60))
    def minimumSizeHint(self) -> QSize:
        return QSize(60, super().minimumSizeHint().height())

    @guarded()
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def fixed_font(widget: QWidget) -> None:
    """Have a field show letters of one width."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(widget.font().pointSizeF())
    widget.setFont(font)


class AreaEditor(Editor):
    """A text of several lines. A very long one shows its beginning, read-only, until it is asked for."""

    def __init__(
        self,
        default: Json = MISSING,
        rows: int = 3,
        most: int = 14,
        *,
        fixed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.default = default
        self.long = False
        """True while only the beginning is shown."""
        self._whole = ""
        self._shown = ""
        """What the field held when it was filled, or told last."""
        self._showing = False
        self._later = Later(self, WAIT_MS, self._tell)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        self.field = self.make_field(rows, most)
        if fixed:
            fixed_font(self.field)
        self.column.addWidget(self.field)
        self.setFocusProxy(self.field)
        self.bar: QFrame | None = None
        self.field.textChanged.connect(self._changed)
        self.field.left.connect(self._left)

    def make_field(self, rows: int, most: int) -> Area:
        """Return the field; special editors bring their own."""
        return Area(rows, most, self)

    def fits(self, value: Json) -> bool:
        return value is MISSING or value is MIXED or value is None or isinstance(value, str)

    def display(self, value: Json) -> None:
        self._later.drop()
        self.field.setPlaceholderText("(several)" if value is MIXED else default_text(self.default))
        text = value if isinstance(value, str) else ""
        if len(text) > LONG and not (self._whole and not self.long):
            self._show_beginning(text)
            return
        self._open(text)

    def current(self) -> str:
        """Return the whole text as it stands now."""
        return self._whole if self.long else self.field.text()

    def text_changed(self) -> None:
        """What is in the field is another text now, typed or shown."""

    def _open(self, text: str) -> None:
        self.long = False
        self._whole = text if len(text) > LONG else ""
        if self.bar is not None:
            self.bar.hide()
        self.field.setReadOnly(False)
        self._showing = True
        self.field.show_text(text)
        self._showing = False
        self._shown = self.field.text()
        self.text_changed()

    def _show_beginning(self, text: str) -> None:
        self.long, self._whole = True, text
        if self.bar is None:
            self.bar = QFrame(self)
            self.bar.setProperty("bar", True)
            row = QHBoxLayout(self.bar)
            row.setContentsMargins(8, 4, 4, 4)
            self._told = Note("", "warn", self.bar)
            row.addWidget(self._told, 1)
            self.open_button = QToolButton(self.bar)
            self.open_button.setText("Open anyway")
            self.open_button.setObjectName("open_anyway")
            self.open_button.clicked.connect(self.open_anyway)
            row.addWidget(self.open_button)
            self.column.insertWidget(0, self.bar)
        can = longest_line(text) <= LONG_LINE
        self.open_button.setVisible(can)
        told = f"This text has {len(text):,} characters; the first {BEGINNING:,} are shown."
        self._told.set_text(told if can else f"{told} One of its lines is too long to be edited here.")
        self.bar.show()
        self.field.setReadOnly(True)
        self._showing = True
        self.field.setPlainText(text[:BEGINNING])
        self._showing = False
        self.text_changed()

    def open_anyway(self) -> None:
        """Show the whole text, however long."""
        if self.long:
            QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
            try:
                self._open(self._whole)
            finally:
                QGuiApplication.restoreOverrideCursor()
            self.field.setFocus()

    def _changed(self) -> None:
        if self._showing or self.long:
            return
        if self._whole or self.field.document().characterCount() > LONG:
            self._later.ask()
        else:
            self._tell()

    def _tell(self) -> None:
        text = self.field.text()
        if text == self._shown:
            return  # colours of variables are a change to Qt, too; nobody typed
        self._shown = text
        self._whole = text if len(text) > LONG else ""
        self.say(MISSING if text == "" and self.default in ("", None) else text)
        self.text_changed()

    def commit(self) -> None:
        self._later.now()

    def _left(self) -> None:
        self.commit()
        self.finished.emit()


def longest_line(text: str) -> int:
    """Return the length of the longest line."""
    if len(text) <= LONG_LINE:
        return 0
    return max(map(len, text.split("\n")))
