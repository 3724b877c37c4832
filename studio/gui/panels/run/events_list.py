"""The list of what happened in a run: only the rows in view are looked at, however many come."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from studio.gui.base.guard import guarded
from studio.gui.live.watching.tracks import RECENT, Told, told_of
from studio.gui.live.watching.values import Shot
from studio.gui.theme import current_theme
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.live.watching.feed import RunView

COLUMNS = ("", "Node", "Tick", "What came of it")
SIGNS = {"ok": "✓", "error": "✗", "skipped": "·", "stopped": "●", "asks you": "?", "alarm": "!"}
ROLES = {
    "ok": "ok", "error": "bad", "skipped": "skipped", "stopped": "warn", "asks you": "accent", "alarm": "warn",
}  # fmt: skip

_ROLES_SHOWN = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ForegroundRole, Qt.ItemDataRole.AccessibleTextRole)

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class EventsModel(QAbstractTableModel):
    """The last lines of a run's list. `follow` takes the new ones over."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._lines: list[Told | Shot] = []
        self._view: RunView | None = None
        self._seen = 0

    def follow(self, view: RunView | None) -> None:
        """Show what a view remembers; only what is new since the last time is added."""
        if view is not self._view:
            self.beginResetModel()
            self._view, self._lines, self._seen = view, [], 0
            self.endResetModel()
        if view is None or view.told == self._seen:
            return
        new = view.told - self._seen
        self._seen = view.told
        if new >= len(view.recent):
            self.beginResetModel()
            self._lines = list(view.recent)
            self.endResetModel()
            return
        added = list(islice(view.recent, len(view.recent) - new, None))
        over = max(0, len(self._lines) + new - RECENT)
        if over:
            self.beginRemoveRows(_ROOT, 0, over - 1)
            del self._lines[:over]
            self.endRemoveRows()
        self.beginInsertRows(_ROOT, len(self._lines), len(self._lines) + new - 1)
        self._lines += added
        self.endInsertRows()

    def line(self, row: int) -> Told:
        """Return one line."""
        return told_of(self._lines[row])

    def firing(self, row: int) -> int:
        """Return the id of the firing that a line tells of, 0 if it tells of something else."""
        line = self._lines[row]
        return line.firing if isinstance(line, Shot) else 0

    @guarded(0)
    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    @guarded(0)
    def columnCount(self, parent: _Index = _ROOT) -> int:
        return len(COLUMNS)

    @guarded(None)
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    @guarded(None)
    def data(self, index: _Index, role: int = 0) -> Any:
        if role not in _ROLES_SHOWN:
            return None
        told = told_of(self._lines[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(told, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            if index.column() == 0:
                return current_theme().colour(ROLES.get(told.kind, "soft"))
            return current_theme().colour("text" if told.kind in ("ok", "error") else "soft")
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return told.kind
        return None


def _cell(told: Told, column: int) -> str:
    if column == 0:
        return SIGNS.get(told.kind, "–")
    if column == 1:
        return told.path or told.kind
    if column == 2:
        return told.tick
    return plain_line(told.text)


class EventsList(QTableView):
    """Shows the list and stays at its end while it is there. `chosen(path, firing)` when a person opens a line (the
    firing is 0 where it tells of none), `node_asked(path)` when only its node is meant."""

    chosen = Signal(str, int)
    node_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.events")
        self.setAccessibleName("Events of the run")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.events = EventsModel(self)
        self.setModel(self.events)
        # Rows of one height that nobody changes: the view need not look at each of them.
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 5)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(20)
        header.setStretchLastSection(True)
        for column, width in enumerate((26, 116, 44)):
            self.setColumnWidth(column, width)
        self.activated.connect(self._activated)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def follow(self, view: RunView | None) -> None:
        """Take new lines over."""
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 2
        self.events.follow(view)
        if at_end:
            self.scrollToBottom()

    def line_menu(self, row: int) -> QMenu:
        """Return the menu of a line."""
        menu = QMenu(self)
        menu.setObjectName("run.events_menu")
        menu.aboutToHide.connect(menu.deleteLater)
        path, firing = self.events.line(row).path, self.events.firing(row)
        step = menu.addAction("Step Through from Here")
        step.setEnabled(bool(firing))
        step.triggered.connect(lambda *_: self.chosen.emit(path, firing))
        node = menu.addAction("Show Node")
        node.setEnabled(bool(path))
        node.triggered.connect(lambda *_: self.node_asked.emit(path))
        return menu

    def _show_menu(self, point: QPoint) -> None:
        index = self.indexAt(point)
        if index.isValid():
            self.line_menu(index.row()).popup(self.viewport().mapToGlobal(point))

    def _activated(self, index: QModelIndex) -> None:
        path, firing = self.events.line(index.row()).path, self.events.firing(index.row())
        if path:
            self.chosen.emit(path, firing)
