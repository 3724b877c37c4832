"""The tree of the palette: categories with their hue, entries with their icon; what is dragged out of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QFont, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from studio.gui.base.guard import guarded
from studio.gui.edits.adding import mime
from studio.gui.popups.rows import ROW, Row, paint_row, row_height
from studio.gui.theme import current_theme
from studio.gui.theme.icons import paint_icon
from studio.gui.theme.theme import small_font

_DOT: Final = 8


class PaletteTree(QTreeWidget):
    """Rows under headings, or rows alone. `taken(row)` on a double click or Enter, `looked_at(row)` when one is meant.

    The value of a row has the `key` that a drag carries.
    """

    taken = Signal(object)
    looked_at = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette.tree")
        self.setAccessibleName("Node types")
        self.setHeaderHidden(True)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(False)
        self.setExpandsOnDoubleClick(False)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Delegate(self))
        self.closed: set[str] = set()
        """Titles of headings that the person has folded."""
        self._filled: list[tuple[str, int, tuple[Row, ...]]] = []
        self.itemDoubleClicked.connect(lambda item, _: self.take(item))
        self.itemClicked.connect(self._on_click)
        self.itemEntered.connect(lambda item, _: self._look(item))
        self.currentItemChanged.connect(lambda item, _: self._look(item))

    def fill(self, groups: Sequence[tuple[str, int, Sequence[Row]]]) -> None:
        """Show headings (title, hue, rows); the rows of a heading without title stand alone. Headings at the end that
        stay as they are, are left standing."""
        told = [(title, hue, tuple(rows)) for title, hue, rows in groups]
        same = 0
        if all(title for title, _, _ in (*told, *self._filled)):
            while same < min(len(told), len(self._filled)) and told[-1 - same] == self._filled[-1 - same]:
                same += 1
        if same == 0:
            self.clear()
        for _ in range(self.topLevelItemCount() - same):
            self.takeTopLevelItem(0)
        self._filled = told
        for at, (title, hue, rows) in enumerate(told[: len(told) - same]):
            heading = self.invisibleRootItem()
            if title:
                heading = QTreeWidgetItem([title])
                heading.setData(0, ROW, Row(title, str(len(rows)), hue=hue))
                heading.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                self.insertTopLevelItem(at, heading)
            for row in rows:
                item = QTreeWidgetItem([row.title])
                item.setData(0, ROW, row)
                item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, row.about)
                heading.addChild(item)
            if title:
                heading.setExpanded(title not in self.closed)

    def row_of(self, item: QTreeWidgetItem | None) -> Row | None:
        """Return the row that an item shows, None for headings."""
        row = item.data(0, ROW) if item is not None else None
        return row if isinstance(row, Row) and row.value is not None else None

    def entries(self) -> list[QTreeWidgetItem]:
        """Return the items that can be added, as they stand, folded ones too."""
        items = [self.topLevelItem(n) for n in range(self.topLevelItemCount())]
        return [
            entry
            for item in items
            if item is not None
            for entry in ([item.child(n) for n in range(item.childCount())] or [item])
            if self.row_of(entry) is not None
        ]

    def take(self, item: QTreeWidgetItem | None = None) -> None:
        """Add what an item (the current one) offers; a heading is folded or opened."""
        item = item or self.currentItem()
        row = self.row_of(item)
        if row is not None:
            self.taken.emit(row)

    def toggle(self, item: QTreeWidgetItem) -> None:
        """Fold a heading, or open it."""
        item.setExpanded(not item.isExpanded())
        (self.closed.discard if item.isExpanded() else self.closed.add)(item.text(0))

    def walk(self, by: int) -> None:
        """Make the next entry, or the one before, the current one; go to the first from none."""
        shown = [item for item in self.entries() if item.parent() is None or item.parent().isExpanded()]
        if not shown:
            return
        current = self.currentItem()
        place = shown.index(current) + by if current in shown else 0
        self.setCurrentItem(shown[max(0, min(len(shown) - 1, place))])

    def _on_click(self, item: QTreeWidgetItem) -> None:
        if item.childCount():
            self.toggle(item)

    def _look(self, item: QTreeWidgetItem | None) -> None:
        row = self.row_of(item)
        if row is not None:
            self.looked_at.emit(row)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter adds; the rest is as in every tree."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self.currentItem()
            if item is not None and item.childCount():
                self.toggle(item)
            else:
                self.take()
            return
        super().keyPressEvent(event)

    @guarded()
    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the current entry: its key, and a picture of its row."""
        row = self.row_of(self.currentItem())
        if row is None:
            return
        drag = QDrag(self)
        drag.setMimeData(mime(row.value.key))
        drag.setPixmap(self._picture(row))
        drag.exec(Qt.DropAction.CopyAction)

    def _picture(self, row: Row) -> QPixmap:
        option = QStyleOptionViewItem()
        option.font = self.font()
        width = min(240, self.fontMetrics().horizontalAdvance(row.title) + 56)
        option.rect = QRect(0, 0, width, row_height(self.fontMetrics()))
        pixmap = QPixmap(option.rect.size() * self.devicePixelRatioF())
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        pixmap.fill(current_theme().colour("card"))
        painter = QPainter(pixmap)
        paint_row(painter, option, Row(row.title, hue=row.hue, icon=row.icon))
        painter.end()
        return pixmap


class _Delegate(QStyledItemDelegate):
    """Paints headings and entries."""

    @guarded(QSize)
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """All rows are of one height."""
        return QSize(120, row_height(option.fontMetrics))

    @guarded()
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one row."""
        row = index.data(ROW)
        if not isinstance(row, Row):
            return
        if row.value is None:
            _paint_heading(painter, option, row)
        else:
            paint_row(painter, option, row)


def _paint_heading(painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
    theme = current_theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rect = option.rect.adjusted(2, 1, -2, -1)
    if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("panel"))
        painter.drawRoundedRect(rect, 4, 4)
    middle = rect.center().y() + 1
    is_open = bool(option.state & QStyle.StateFlag.State_Open)
    paint_icon(
        painter, "down" if is_open else "right", QRect(rect.left() + 4, middle - 6, 12, 12), theme.colour("soft")
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.hue(row.hue or 0))
    painter.drawEllipse(rect.left() + 22, middle - _DOT // 2, _DOT, _DOT)
    font = QFont(option.font)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(theme.colour("ink"))
    align = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(rect.adjusted(38, 0, -30, 0), align | Qt.AlignmentFlag.AlignLeft, row.title)
    painter.setFont(small_font(option.font))
    painter.setPen(theme.colour("soft"))
    painter.drawText(rect.adjusted(0, 0, -8, 0), align | Qt.AlignmentFlag.AlignRight, row.detail)
    painter.restore()
