"""The views and tables that can be asked, with what their columns mean; a double click puts a name into the query."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.labels import tip
from studio.trace.tables import TABLES

ROW_HEIGHT = 21


class TablesView(QTreeWidget):
    """`taken(name)`: a name is wanted in the query."""

    taken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts.sql.tables")
        self.setAccessibleName("Views and their columns")
        self.setHeaderLabels(["Name", "Meaning"])
        self.setColumnWidth(0, 130)
        self.setIndentation(14)
        self.setMinimumWidth(150)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        for table in TABLES:
            item = QTreeWidgetItem(self, [table.name, table.about])
            item.setFont(0, bold)
            item.setSizeHint(0, QSize(0, ROW_HEIGHT))
            item.setToolTip(1, tip(table.about))
            for name, meaning in table.columns.items():
                column = QTreeWidgetItem(item, [name, meaning])
                column.setToolTip(1, tip(meaning))
        self.itemDoubleClicked.connect(lambda item, *_: self.taken.emit(item.text(0)))

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.taken.emit(item.text(0))
        else:
            super().keyPressEvent(event)
