"""Completion in a field of several lines: a list of words below the cursor, filtered by what is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel, QTextCursor
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QPlainTextEdit

from studio.gui.base.guard import guarded
from studio.gui.widgets.context import Choice
from studio.gui.widgets.labels import tip


class Completion(QObject):
    """Offers words in a field. `prefix` returns what is being typed before the cursor, None if nothing is to be
    offered there; `words` what fits; `insert(prefix, word)` puts the word in."""

    def __init__(
        self,
        field: QPlainTextEdit,
        prefix: Callable[[str], str | None],
        words: Callable[[], Sequence[Choice]],
        insert: Callable[[str, str], None],
    ) -> None:
        super().__init__(field)
        self.field = field
        self._prefix, self._words, self._insert = prefix, words, insert
        self.model = QStandardItemModel(self)
        self.completer = QCompleter(self.model, self)
        self.completer.setWidget(field)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.completer.setCompletionRole(Qt.ItemDataRole.UserRole)
        self.completer.activated[str].connect(self._chosen)
        field.textChanged.connect(self._typed)
        field.installEventFilter(self)
        self._keyed = False

    @property
    def popup(self) -> QAbstractItemView:
        """The list. Asked for each time: what Python holds of it can become invalid while the list goes on."""
        popup = self.completer.popup()
        assert popup is not None
        return popup

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress:
            return False
        assert isinstance(event, QKeyEvent)
        popup = self.popup
        if popup.isVisible() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            index = popup.currentIndex()
            if not index.isValid():
                index = self.completer.completionModel().index(0, 0)
            popup.hide()
            self._chosen(str(index.data(Qt.ItemDataRole.UserRole)))
            return True
        if popup.isVisible() and event.key() == Qt.Key.Key_Escape:
            popup.hide()
            return True
        if event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.offer(least=0)
            return True
        # Words are offered for what a person types, not for what an edit elsewhere brings in.
        self._keyed = bool(event.text()) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        return False

    def _typed(self) -> None:
        # While the list is open it has the keyboard, and hands keys on past every event filter of the field.
        if self._keyed or self.popup.isVisible():
            self._keyed = False
            self.offer(least=1)

    def offer(self, least: int) -> None:
        """Show what fits what stands before the cursor, if at least so many characters of it are typed."""
        before = self.before()
        prefix = self._prefix(before)
        popup = self.popup
        if prefix is None or (len(prefix) < least and not before.endswith("{")):
            popup.hide()
            return
        words = self._words()
        self.model.clear()
        for word in words:
            item = QStandardItem(f"{word.value}    {word.about}" if word.about else word.value)
            item.setData(word.value, Qt.ItemDataRole.UserRole)
            item.setToolTip(tip(word.about))
            self.model.appendRow(item)
        self.completer.setCompletionPrefix(prefix)
        count = self.completer.completionCount()
        if count == 0 or (count == 1 and self.completer.currentCompletion() == prefix):
            popup.hide()
            return
        popup.setCurrentIndex(self.completer.completionModel().index(0, 0))
        area = self.field.cursorRect()
        area.setWidth(max(180, min(420, popup.sizeHintForColumn(0) + 28)))
        self.completer.complete(area)

    def before(self) -> str:
        """Return the line up to the cursor."""
        cursor = self.field.textCursor()
        return cursor.block().text()[: cursor.positionInBlock()]

    def _chosen(self, word: str) -> None:
        self._insert(self._prefix(self.before()) or "", word)


def replace_before(field: QPlainTextEdit, prefix: str, text: str) -> None:
    """Put a text in place of what was typed just before the cursor."""
    cursor = field.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(prefix))
    cursor.insertText(text)
    field.setTextCursor(cursor)
