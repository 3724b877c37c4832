"""The queries that can be taken: those that come with the studio, and a person's own."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QMenu, QTreeWidget, QTreeWidgetItem, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.labels import tip
from studio.settings.saved_queries import SavedQuery
from studio.support.plain import plain, plain_line
from studio.trace.known_queries import KNOWN

ROW_HEIGHT: Final = 21
_QUERY: Final = Qt.ItemDataRole.UserRole
_OWN: Final = Qt.ItemDataRole.UserRole + 1


class Library(QTreeWidget):
    """`chosen(query, is_own)`: take it into the field. `run_asked`: and run it. Own ones can be changed."""

    chosen = Signal(object, bool)
    run_asked = Signal()
    rename_asked = Signal(str)
    delete_asked = Signal(str)
    import_asked = Signal()
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts.sql.library")
        self.setAccessibleName("Saved queries")
        self.setHeaderHidden(True)
        self.setIndentation(10)
        self.setRootIsDecorated(False)
        self.setMinimumWidth(130)
        self.setUniformRowHeights(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._own = self._heading("Mine")
        self._known = self._heading("Built in")
        for query in KNOWN:
            self._add(self._known, SavedQuery(query.name, query.sql, query.help), is_own=False)
        self.show_own([])
        self.customContextMenuRequested.connect(self._menu)
        self.currentItemChanged.connect(lambda *_: self._on_current())
        self.itemDoubleClicked.connect(lambda item, *_: self.run_asked.emit() if query_of(item) else None)

    def _heading(self, text: str) -> QTreeWidgetItem:
        item = self._roomy(QTreeWidgetItem(self, [text]))
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        item.setFont(0, font)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setExpanded(True)
        return item

    @staticmethod
    def _roomy(item: QTreeWidgetItem) -> QTreeWidgetItem:
        item.setSizeHint(0, QSize(0, ROW_HEIGHT))
        return item

    def _add(self, parent: QTreeWidgetItem, query: SavedQuery, *, is_own: bool) -> None:
        item = self._roomy(QTreeWidgetItem(parent, [query.name]))
        item.setData(0, _QUERY, query)
        item.setData(0, _OWN, is_own)
        item.setToolTip(0, tip(plain(query.help or query.sql[:500])))
        item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, plain_line(query.help))

    def show_own(self, queries: list[SavedQuery]) -> None:
        """Show a person's own queries."""
        current = self.query()
        self.blockSignals(True)
        self._own.takeChildren()
        for query in queries:
            self._add(self._own, query, is_own=True)
        self._own.setHidden(not queries)
        self._own.setExpanded(True)
        self.blockSignals(False)
        if current is not None and self.query() != current:
            self.select(current.name)

    def query(self) -> SavedQuery | None:
        """Return the query that is selected."""
        return query_of(self.currentItem())

    def is_own(self) -> bool:
        """True if the query that is selected is the person's own."""
        item = self.currentItem()
        return item is not None and bool(item.data(0, _OWN))

    def select(self, name: str) -> bool:
        """Select a query by its name, one's own first, without taking it into the field."""
        for parent in (self._own, self._known):
            for at in range(parent.childCount()):
                if parent.child(at).text(0) == name:
                    self.blockSignals(True)
                    self.setCurrentItem(parent.child(at))
                    self.blockSignals(False)
                    return True
        return False

    def _on_current(self) -> None:
        query = self.query()
        if query is not None:
            self.chosen.emit(query, self.is_own())

    def _menu(self, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("prompts.sql.library_menu")
        menu.aboutToHide.connect(menu.deleteLater)
        query = self.query()
        if query is not None:
            menu.addAction("Run").triggered.connect(lambda *_: self.run_asked.emit())
        if query is not None and self.is_own():
            name = query.name
            menu.addAction("Rename…").triggered.connect(lambda *_: self.rename_asked.emit(name))
            menu.addAction("Delete…").triggered.connect(lambda *_: self.delete_asked.emit(name))
        menu.addSeparator()
        menu.addAction("Import Queries…").triggered.connect(lambda *_: self.import_asked.emit())
        menu.addAction("Export My Queries…").triggered.connect(lambda *_: self.export_asked.emit())
        menu.popup(self.viewport().mapToGlobal(point))

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        query = self.query()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and query is not None:
            self.run_asked.emit()
        elif event.key() == Qt.Key.Key_F2 and query is not None and self.is_own():
            self.rename_asked.emit(query.name)
        elif event.key() == Qt.Key.Key_Delete and query is not None and self.is_own():
            self.delete_asked.emit(query.name)
        else:
            super().keyPressEvent(event)


def query_of(item: QTreeWidgetItem | None) -> SavedQuery | None:
    """Return the query of an item, None for a heading."""
    found = None if item is None else item.data(0, _QUERY)
    return found if isinstance(found, SavedQuery) else None
