"""The list beside the diagram: rows that wrap, under headings; one that is clicked leads to what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.gui.base.guard import guarded
from studio.gui.base.signs import sign_icon
from studio.gui.panels.dynamics.telling import Row
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import small_font
from studio.gui.widgets.labels import tip

Index = QModelIndex | QPersistentModelIndex

_ROW: Final = Qt.ItemDataRole.UserRole

ICON: Final = 13
"""Side of a sign."""

_WRAP: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


class RowDelegate(QStyledItemDelegate):
    """Draws rows whose lines are broken for the width of the list; Qt's own way leaves out the last line of some."""

    def _text_room(self, row: Row, wide: int) -> QRect:
        """Where the text of a row stands, for one at the upper left corner."""
        left = 4 + (ICON + 6 if row.sign else 0)
        return QRect(left, 6 if row.is_heading else 1, max(40, wide - left - 4), 100_000)

    @guarded(QSize(100, 20))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view = option.widget
        wide = view.viewport().width() - 2 * view.spacing()
        row: Row = index.data(_ROW)
        metrics = QFontMetrics(_font(view.font(), row))
        high = metrics.boundingRect(self._text_room(row, wide), _WRAP, row.shown).height()
        return QSize(wide, high + (7 if row.is_heading else 4))

    @guarded()
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row = index.data(_ROW)
        theme = current_theme()
        area: QRect = option.rect
        state = option.state
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        if is_chosen or (state & QStyle.StateFlag.State_MouseOver and not row.is_heading):
            ground = QColor(theme.colour("accent"))
            ground.setAlphaF(0.22 if is_chosen else 0.1)
            painter.fillRect(area, ground)
        if row.sign:
            icon: QIcon = index.data(Qt.ItemDataRole.DecorationRole)
            icon.paint(painter, QRect(area.left() + 4, area.top() + 2, ICON, ICON))
        painter.setFont(_font(option.widget.font(), row))
        painter.setPen(theme.colour("soft" if row.is_heading else "text"))
        room = self._text_room(row, area.width()).translated(area.topLeft())
        room.setBottom(area.bottom())
        painter.drawText(room, _WRAP, row.shown)


def _font(base: QFont, row: Row) -> QFont:
    font = QFont(small_font(base) if row.is_heading else base)
    font.setBold(row.is_heading)
    return font


class JudgementList(QListWidget):
    """`asked(row)`: a person wants to go where a row leads."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamics.rows")
        self.setAccessibleName("Why the verdict is so, alarms, and what the measures suggest")
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setWordWrap(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Lines are broken for the width that there is: a bar that comes later would cut them.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setItemDelegate(RowDelegate(self))
        self.setMouseTracking(True)
        self.setSpacing(1)
        self.setMinimumWidth(150)
        self.setViewportMargins(8, 5, 6, 5)
        self.rows: tuple[Row, ...] = ()
        self.itemClicked.connect(self._ask)
        self.itemActivated.connect(self._ask)
        themes().changed.connect(self._recolour)

    @guarded(QSize(260, 160))
    def sizeHint(self) -> QSize:
        return QSize(300, 160)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show rows; a list that only grew at its top stays where it was scrolled to."""
        if tuple(rows) == self.rows:
            return
        scrolled = self.verticalScrollBar().value()
        self.rows = tuple(rows)
        self.clear()
        for row in rows:
            item = QListWidgetItem(row.shown)
            item.setData(_ROW, row)
            if row.is_heading:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            elif row.whole:
                item.setToolTip(tip(row.whole))
            self.addItem(item)
        self._recolour()
        self.verticalScrollBar().setValue(scrolled)

    def _recolour(self) -> None:
        icons = {sign: sign_icon(sign) for sign in ("info", "warning", "error")}
        for number in range(self.count()):
            item = self.item(number)
            row: Row = item.data(_ROW)
            if row.sign:
                item.setIcon(icons[row.sign])

    def _ask(self, item: QListWidgetItem) -> None:
        row: Row = item.data(_ROW)
        if not row.is_heading:
            self.asked.emit(row)
