"""The list of prompts: a table with words that were found marked, columns to choose, and keys for what can be done."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from studio.gui.base.guard import guarded
from studio.gui.panels.prompts.columns import COLUMNS, PLACES
from studio.gui.panels.prompts.kept import Kept
from studio.gui.panels.prompts.model import ROW, PromptModel
from studio.gui.theme import current_theme
from studio.gui.theme.theme import mixed
from studio.gui.widgets.row_table import dress_rows
from studio.trace.prompt_hits import Piece
from studio.trace.prompt_rows import PromptRow

ROW_HEIGHT: Final = 24
_PAD: Final = 8


class ExcerptDelegate(QStyledItemDelegate):
    """Paints an excerpt; the words that were looked for stand on a tint."""

    @guarded()
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.data(ROW)
        if not isinstance(row, PromptRow) or not any(found for _, found in row.excerpt):
            super().paint(painter, option, index)
            return
        theme = current_theme()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setClipRect(option.rect)
        painter.fillRect(option.rect, theme.colour("accent" if chosen else "field"))
        ink = theme.colour("accent_ink" if chosen else "text")
        base, other, part = ("accent", "accent_ink", 0.2) if chosen else ("field", "warn", 0.35)
        tint = mixed(theme.colour(base), theme.colour(other), part)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        area = option.rect.adjusted(_PAD - 3, 0, -4, 0)
        left = area.left()
        for text, found in _shifted(row, QFontMetrics(bold), area.width()):
            painter.setFont(bold if found else option.font)
            metrics = QFontMetrics(painter.font())
            width = metrics.horizontalAdvance(text)
            room = area.right() - left
            if room <= 0:
                break
            place = QRect(left, area.top(), min(width, room), area.height())
            if found:
                painter.fillRect(place.adjusted(-1, 4, 1, -4), tint)
            painter.setPen(theme.colour("ink") if found and not chosen else ink)
            shown = text if width <= room else metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
            left += width
        painter.restore()


def _shifted(row: PromptRow, metrics: QFontMetrics, room: int) -> list[Piece]:
    """The excerpt without so much of its beginning that the first word that was found is in view."""
    pieces = list(row.excerpt)
    if len(pieces) > 1 and not pieces[0][1]:
        before, found = pieces[0][0], pieces[1][0]
        if metrics.horizontalAdvance(before + found) > room:
            pieces[0] = metrics.elidedText(before, Qt.TextElideMode.ElideLeft, max(16, room // 3)), False
    return pieces


class PathDelegate(QStyledItemDelegate):
    """Cuts node paths at their beginning: the last name tells the most."""

    @guarded()
    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideLeft


class PromptTable(QTableView):
    """`opened(row)`: Enter or a double click. `copied(row)`: Ctrl+C. `menu_asked(row, point)` at a right click."""

    opened = Signal(object)
    copied = Signal(object)
    menu_asked = Signal(object, QPoint)
    left_upwards = Signal()
    """The key Up was pressed in the first row."""

    def __init__(self, model: PromptModel, kept: Kept, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.prompts = model
        self._kept = kept
        self._filling = True
        dress_rows(self, "prompts.table", "Prompts that were found", model, height=ROW_HEIGHT)
        self.setItemDelegateForColumn(PLACES["prompt"], ExcerptDelegate(self))
        self.setItemDelegateForColumn(PLACES["node"], PathDelegate(self))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._dress_header()
        self.customContextMenuRequested.connect(self._ask_menu)
        self.doubleClicked.connect(lambda *_: self._open())

    def current_row(self) -> PromptRow | None:
        """Return the row that is current."""
        at = self.currentIndex().row()
        return self.prompts.rows[at] if 0 <= at < len(self.prompts.rows) else None

    def select(self, at: int) -> None:
        """Make a row the current one, if there is such a row."""
        if 0 <= at < len(self.prompts.rows):
            column = self.currentIndex().column()
            index = self.prompts.index(at, max(0, column))
            self.setCurrentIndex(index)
            self.selectRow(at)
            self.scrollTo(index)

    # -- columns ------------------------------------------------------------------------------

    def _dress_header(self) -> None:
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setMinimumSectionSize(36)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._column_menu)
        widths = self._kept.widths("widths")
        hidden = self._kept.text("hidden").split() if self._kept.text("hidden") else None
        for place, column in enumerate(COLUMNS):
            header.resizeSection(place, widths.get(column.key) or column.width)
            is_hidden = column.key in hidden if hidden is not None else not column.shown
            self.setColumnHidden(place, is_hidden)
        self.show_times(False)
        header.sectionResized.connect(lambda *_: self._note())
        self._filling = False

    def show_times(self, on: bool) -> None:
        """Show how often each prompt was asked, where the same ones are one row."""
        self._filling = True
        self.setColumnHidden(PLACES["times"], not on)
        self._filling = False

    def _note(self) -> None:
        if not self._filling:
            header = self.horizontalHeader()
            widths = {c.key: header.sectionSize(at) for at, c in enumerate(COLUMNS) if not self.isColumnHidden(at)}
            self._kept.note("widths", {**self._kept.widths("widths"), **widths})

    def _column_menu(self, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("prompts.columns")
        menu.aboutToHide.connect(menu.deleteLater)
        for place, column in enumerate(COLUMNS):
            if column.key == "times":
                continue
            entry = menu.addAction(column.title)
            entry.setCheckable(True)
            entry.setChecked(not self.isColumnHidden(place))
            entry.setEnabled(column.key != "prompt")
            entry.toggled.connect(lambda on, place=place: self.show_column(place, on))
        menu.addSeparator()
        menu.addAction("As They Were at First", self.reset_columns)
        menu.popup(self.horizontalHeader().mapToGlobal(point))

    def show_column(self, place: int, on: bool) -> None:
        """Show or hide a column."""
        self.setColumnHidden(place, not on)
        hidden = [c.key for at, c in enumerate(COLUMNS) if self.isColumnHidden(at) and c.key != "times"]
        self._kept.note("hidden", " ".join(hidden) or "-")

    def reset_columns(self) -> None:
        """Give all columns their first widths and places."""
        header = self.horizontalHeader()
        for place, column in enumerate(COLUMNS):
            header.moveSection(header.visualIndex(place), place)
            header.resizeSection(place, column.width)
            if column.key != "times":
                self.show_column(place, column.shown)

    # -- keys ---------------------------------------------------------------------------------

    def _open(self) -> None:
        row = self.current_row()
        if row is not None:
            self.opened.emit(row)

    def _ask_menu(self, point: QPoint) -> None:
        row = self.current_row()
        if row is not None:
            self.menu_asked.emit(row, self.viewport().mapToGlobal(point))

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.current_row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        elif event.matches(QKeySequence.StandardKey.Copy):
            if row is not None:
                self.copied.emit(row)
        elif event.key() == Qt.Key.Key_Menu and row is not None:
            self.menu_asked.emit(row, self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft()))
        elif event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)
