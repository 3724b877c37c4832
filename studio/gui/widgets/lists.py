"""Lists of texts, a text a row; and names that are all, none, or some."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.editor import MIXED, Editor
from studio.gui.widgets.lines import set_line
from studio.gui.widgets.rows import Rows
from studio.gui.widgets.undo_keys import share_undo
from studio.spec.fields import MISSING
from studio.support.values import Json

MOST = 300
"""Rows that are shown as such; longer lists are edited as JSON."""


class ItemLine(QLineEdit):
    """A text in a list. Enter goes on to the next, Backspace in an empty one removes it, several pasted lines part."""

    entered = Signal()
    emptied = Signal()
    pasted = Signal(list)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        share_undo(self)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            lines = [one.strip() for one in QGuiApplication.clipboard().text().splitlines() if one.strip()]
            if len(lines) > 1:
                self.pasted.emit(lines[:MOST])
                return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self.emptied.emit()
            return
        super().keyPressEvent(event)

    @guarded()
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class TextListEditor(Editor):
    """A list of texts. `placeholder` is what the line for a new one says."""

    def __init__(
        self, default: Json = MISSING, placeholder: str = "Add…", *, least: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.default = default
        self._least = least
        self._placeholder = placeholder
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self.rows: Rows[ItemLine] = Rows(self._item, parent=self)
        self.rows.changed.connect(self._changed)
        column.addWidget(self.rows)
        self.new = ItemLine(self)
        self.new.setObjectName("new")
        self.new.setPlaceholderText(placeholder)
        self.new.setAccessibleName(placeholder)
        self.new.entered.connect(self._add)
        self.new.pasted.connect(lambda lines: self._insert(len(self.rows), lines))
        self.new.left.connect(self._add_left)
        column.addWidget(self.new)
        self.setFocusProxy(self.new)

    def fits(self, value: Json) -> bool:
        return (
            value is MISSING
            or value is MIXED
            or value is None
            or (isinstance(value, list | tuple) and len(value) <= MOST and all(map(_is_item, value)))
        )

    def texts(self) -> list[str]:
        """Return what stands in the rows, without empty ones."""
        return [one.text() for one in self.rows.contents() if one.text()]

    def display(self, value: Json) -> None:
        texts = list(value) if isinstance(value, list | tuple) else []
        self.rows.set_count(len(texts))
        for field, text in zip(self.rows.contents(), texts, strict=True):
            set_line(field, text)
        self.rows.setVisible(bool(texts))
        self.new.setPlaceholderText("(several)" if value is MIXED else self._placeholder)

    def finish(self) -> None:
        self._add_left()

    def _item(self) -> ItemLine:
        made = ItemLine(self)
        made.textEdited.connect(lambda *_: self._tell())
        made.entered.connect(lambda: self._next(made))
        made.emptied.connect(lambda: self._remove(made))
        made.pasted.connect(lambda lines: self._insert(self.rows.place_of(made) + 1, lines))
        made.left.connect(self.finished)
        return made

    def _tell(self) -> None:
        texts = self.texts()
        none = not texts and self.default is not MISSING and not self.default
        self.say(MISSING if none and self._least == 0 else texts)

    def _changed(self) -> None:
        self.rows.setVisible(len(self.rows) > 0)
        self._tell()
        self.finished.emit()

    def _add(self) -> None:
        text = self.new.text().strip()
        if text:
            self.new.clear()
            self._insert(len(self.rows), [text])
        self.finished.emit()

    def _add_left(self) -> None:
        if self.new.text().strip():
            self._add()

    def _insert(self, at: int, texts: list[str]) -> None:
        for place, text in enumerate(texts[: MOST - len(self.rows)], at):
            self.rows.add(place).setText(text)
        self.rows.setVisible(True)
        self._tell()
        self.finished.emit()

    def _next(self, field: ItemLine) -> None:
        place = self.rows.place_of(field)
        after = self.rows.contents()[place + 1 : place + 2]
        (after[0] if after else self.new).setFocus(Qt.FocusReason.TabFocusReason)

    def _remove(self, field: ItemLine) -> None:
        place = self.rows.place_of(field)
        self.rows.drop_row(field.parent())  # type: ignore[arg-type]
        before = self.rows.contents()[max(0, place - 1) : place]
        (before[0] if before else self.new).setFocus(Qt.FocusReason.BacktabFocusReason)


def _is_item(value: Json) -> bool:
    return isinstance(value, str) and "\n" not in value and len(value) < 2_000 and value != ""


class NamesEditor(Editor):
    """None, all, or the names of some: `false`, `true` or a list."""

    WORDS = ("no", "all of them", "only these")

    def __init__(self, context: EditorContext, default: Json = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.default = default
        self._context = context
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self.box = QuietCombo(self)
        self.box.addItems(list(self.WORDS))
        self.box.activated.connect(self._picked)
        column.addWidget(self.box)
        self.names = TextListEditor(placeholder="Add a name…", least=1, parent=self)
        self.names.edited.connect(lambda names: self.say(names))
        self.names.finished.connect(self.finished)
        column.addWidget(self.names)
        self.setFocusProxy(self.box)

    def fits(self, value: Json) -> bool:
        return type(value) is bool or self.names.fits(value)

    def display(self, value: Json) -> None:
        now = self.default if value is MISSING else value
        listed = isinstance(now, list | tuple)
        self.box.setCurrentIndex(-1 if value is MIXED else 2 if listed else int(bool(now)))
        self.box.setPlaceholderText("(several)")
        self.names.setVisible(listed)
        if listed:
            self.names.show_value(list(now))

    def _picked(self, index: int) -> None:
        value: Json = (False, True, [])[index]
        if index == 2:
            kept = self.names.texts()
            value = kept or [name for name in self._context.outputs() if name != "value"]
        self.say(MISSING if value == self.default and type(value) is type(self.default) else value)
        self.display(value)
        self.finished.emit()
