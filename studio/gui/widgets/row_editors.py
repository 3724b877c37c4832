"""`RowsEditor`: a value that is edited as rows with a line below them for a new one; tables of pairs on top of it."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from studio.gui.widgets.editor import MIXED, Editor
from studio.gui.widgets.lines import set_line
from studio.gui.widgets.lists import MOST, ItemLine
from studio.gui.widgets.rows import Rows
from studio.spec.fields import MISSING
from studio.support.values import Json


class RowWidget(QWidget):
    """One row. `changed()` after a person changed something in it, `left()` when they are done with a field."""

    changed = Signal()
    left = Signal()
    entered = Signal()

    def show_data(self, data: Any) -> None:
        """Show what the row stands for; what is shown already stays untouched."""
        raise NotImplementedError

    def data(self) -> Any:
        """Return what the row stands for now."""
        raise NotImplementedError

    def commit(self) -> None:
        """Tell at once what waits to be told."""

    def make_card(self) -> tuple[QFrame, QVBoxLayout]:
        """Make the row a card; return it and the column in which its fields stand."""
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 4)
        card = QFrame(self)
        card.setProperty("card", True)
        outer.addWidget(card)
        column = QVBoxLayout(card)
        column.setContentsMargins(6, 6, 4, 6)
        column.setSpacing(3)
        return card, column


class NotYet(ValueError):
    """What stands in the rows is no value yet; the message is a sentence."""


class RowsEditor(Editor):
    """Base of editors by rows."""

    placeholder: ClassVar[str] = "Add…"

    def __init__(self, default: Json = MISSING, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.default = default
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self.rows: Rows[Any] = Rows(self._made, parent=self)
        self.rows.changed.connect(self._changed)
        self.column = column
        column.addWidget(self.rows)
        self.new = ItemLine(self)
        self.new.setObjectName("new")
        self.new.setPlaceholderText(self.placeholder)
        self.new.setAccessibleName(self.placeholder)
        self.new.entered.connect(self._add)
        self.new.left.connect(lambda: self._add() if self.new.text().strip() else None)
        self.new.pasted.connect(self._paste)
        column.addWidget(self.new)
        self.setFocusProxy(self.new)

    # -- what kinds of rows say ---------------------------------------------------------------

    def make_row(self) -> RowWidget:
        """Return a row's widget."""
        raise NotImplementedError

    def spread(self, value: Json) -> list[Any]:
        """Return the data of the rows for a value."""
        raise NotImplementedError

    def gather(self, rows: list[Any]) -> Json:
        """Return the value of the rows. Raises `NotYet` if they make none."""
        raise NotImplementedError

    def fresh(self, text: str) -> Any:
        """Return the data of a new row, from what was typed into the line for it."""
        raise NotImplementedError

    def readable(self, value: Json) -> bool:
        """True if the value can be shown in rows."""
        raise NotImplementedError

    # -- editor -------------------------------------------------------------------------------

    def fits(self, value: Json) -> bool:
        if value is MISSING or value is MIXED or value is None:
            return True
        return isinstance(value, list | tuple | dict) and len(value) <= MOST and self.readable(value)

    def display(self, value: Json) -> None:
        data = [] if value is MISSING or value is MIXED or value is None else self.spread(value)
        self.rows.set_count(len(data))
        for row, one in zip(self.rows.contents(), data, strict=True):
            row.show_data(one)
        self.rows.setVisible(bool(data))
        self.new.setPlaceholderText("(several)" if value is MIXED else self.placeholder)

    def commit(self) -> None:
        for row in self.rows.contents():
            row.commit()

    def finish(self) -> None:
        self.commit()
        self._add()

    def tell(self) -> None:
        """Tell what the rows make, or why they make nothing."""
        try:
            value = self.gather([row.data() for row in self.rows.contents()])
        except NotYet as why:
            self.refuse(str(why))
            return
        self.say(MISSING if not value and self.default is not MISSING and not self.default else value)

    def _made(self) -> RowWidget:
        row = self.make_row()
        row.changed.connect(self.tell)
        row.left.connect(self.finished)
        row.entered.connect(lambda: self._next(row))
        return row

    def _changed(self) -> None:
        self.rows.setVisible(len(self.rows) > 0)
        self.tell()
        self.finished.emit()

    def add_row(self, data: Any) -> RowWidget:
        """Add a row as a person would and tell."""
        row: RowWidget = self.rows.add()
        row.show_data(data)
        self.rows.setVisible(True)
        self.tell()
        self.finished.emit()
        return row

    def _add(self) -> None:
        text = self.new.text().strip()
        if text and len(self.rows) < MOST:
            self.new.clear()
            self.add_row(self.fresh(text))

    def _paste(self, lines: list[str]) -> None:
        for text in lines[: MOST - len(self.rows)]:
            self.rows.add().show_data(self.fresh(text))
        self.rows.setVisible(True)
        self._changed()

    def _next(self, row: RowWidget) -> None:
        place = self.rows.place_of(row)
        after = self.rows.contents()[place + 1 : place + 2]
        (after[0] if after else self.new).setFocus(Qt.FocusReason.TabFocusReason)


class PairRow(RowWidget):
    """Two lines side by side."""

    def __init__(self, first: str, second: str, shares: tuple[int, int] = (2, 3)) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(3)
        self.one, self.two = ItemLine(self), ItemLine(self)
        for field, text, share in ((self.one, first, shares[0]), (self.two, second, shares[1])):
            field.setPlaceholderText(text)
            field.setAccessibleName(text)
            field.textEdited.connect(lambda *_: self.changed.emit())
            field.left.connect(self.left)
            field.setMinimumWidth(40)
            line.addWidget(field, share)
        self.one.entered.connect(lambda: self.two.setFocus(Qt.FocusReason.TabFocusReason))
        self.two.entered.connect(self.entered)
        self.setFocusProxy(self.one)

    def show_data(self, data: tuple[str, str]) -> None:
        set_line(self.one, data[0])
        set_line(self.two, data[1])

    def data(self) -> tuple[str, str]:
        return self.one.text(), self.two.text()


def is_short(value: Json) -> bool:
    """True for a text that a line can hold."""
    return isinstance(value, str) and "\n" not in value and len(value) <= 20_000
