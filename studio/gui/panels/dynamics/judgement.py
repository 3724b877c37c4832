"""The list beside the diagram: rows that wrap, under headings; one that is clicked leads to what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem, QWidget

from studio.gui.base.guard import guarded
from studio.gui.base.signs import sign_icon
from studio.gui.panels.dynamics.telling import Row
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import small_font
from studio.gui.widgets.labels import tip

_ROW: Final = Qt.ItemDataRole.UserRole


class JudgementList(QListWidget):
    """`asked(row)`: a person wants to go where a row leads."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamics.rows")
        self.setAccessibleName("Why the verdict is so, alarms, and what the measures suggest")
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Lines are broken for the width that there is: a bar that comes later would cut them.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setIconSize(QSize(13, 13))
        self.setSpacing(2)
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
                font = QFont(small_font(self.font()))
                font.setBold(True)
                item.setFont(font)
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            elif row.whole:
                item.setToolTip(tip(row.whole))
            self.addItem(item)
        self._recolour()
        self.verticalScrollBar().setValue(scrolled)

    def _recolour(self) -> None:
        theme = current_theme()
        icons = {sign: sign_icon(sign) for sign in ("info", "warning", "error")}
        for number in range(self.count()):
            item = self.item(number)
            row: Row = item.data(_ROW)
            item.setForeground(theme.colour("soft" if row.is_heading else "text"))
            if row.sign:
                item.setIcon(icons[row.sign])

    def _ask(self, item: QListWidgetItem) -> None:
        row: Row = item.data(_ROW)
        if not row.is_heading:
            self.asked.emit(row)
