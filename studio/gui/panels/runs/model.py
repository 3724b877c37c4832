"""The list of runs for Qt, flat or as a tree of forks. Rows not known yet are asked for when they come into view."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QIcon

from studio.gui.base.guard import guarded
from studio.gui.panels.runs.columns import COLUMNS, status_said
from studio.gui.panels.runs.listing import Listing
from studio.gui.theme import current_theme
from studio.gui.widgets.labels import tip
from studio.gui.widgets.run_status import ICONS, status_icon

if TYPE_CHECKING:
    from studio.trace.run_list import RunRow

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

AROUND = 60
"""Rows read before they are seen, on either side."""

CHUNK = 1000
"""Rows that the view is told of at a time, as it is scrolled down."""

_ROLES = frozenset({
    Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.ForegroundRole, Qt.ItemDataRole.TextAlignmentRole, Qt.ItemDataRole.AccessibleTextRole,
})  # fmt: skip

_STATUS = next(number for number, column in enumerate(COLUMNS) if column.id == "status")


class RunsModel(QAbstractItemModel):
    """Rows are runs; an index carries the number of its run."""

    def __init__(self, listing: Listing, note: Callable[[str], str], parent: QObject | None = None) -> None:
        """`note` says of a run that goes on, by its id, what the trace does not know."""
        super().__init__(parent)
        self.listing = listing
        self._note = note
        self._shown = listing.now
        self._reached = CHUNK
        """Rows at the top that the view knows of: it looks at each of them whenever others are listed."""
        self._icons: dict[str, QIcon] = {}
        self._missing: dict[int, None] = {}
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.timeout.connect(self._ask)
        listing.rows_came.connect(lambda keys: self._came(keys))
        self.recolour()

    # -- what is shown ------------------------------------------------------------------------

    def show_listed(self) -> None:
        """Show what the listing has now, at least as far down as before."""
        self.beginResetModel()
        self._shown = self.listing.now
        self._reached = max(self._reached, CHUNK) if len(self._top()) else CHUNK
        self.endResetModel()

    def reach(self, key: int) -> None:
        """Have a run among the rows that the view knows of, if it is listed."""
        forest = self._shown.forest
        while forest is not None and key in forest.parent:
            key = forest.parent[key]
        place = self._shown.places.get(key, -1)
        while place >= self._reached and self.canFetchMore():
            self.fetchMore()

    def recolour(self) -> None:
        """Take the marks from the theme that is shown now."""
        self._icons = {status: status_icon(status) for status in ICONS}

    def key_at(self, index: Index) -> int:
        """Return the number of the run of a row, 0 for none."""
        return int(index.internalId()) if index.isValid() else 0

    def row_at(self, index: Index) -> RunRow | None:
        """Return what is known of the run of a row."""
        return self.listing.rows.get(self.key_at(index))

    def index_of(self, key: int, column: int = 0) -> QModelIndex:
        """Return where a run stands; an invalid index if it is not listed."""
        place = self._shown.places.get(key)
        if place is None or (place >= self._reached and self._is_top(key)):
            return QModelIndex()
        return self.createIndex(place, column, key)

    def _is_top(self, key: int) -> bool:
        return self._shown.forest is None or key not in self._shown.forest.parent

    def _top(self) -> Sequence[int]:
        return self._shown.keys if self._shown.forest is None else self._shown.forest.roots

    def _siblings(self, parent: Index) -> Sequence[int]:
        forest = self._shown.forest
        if forest is None:
            return () if parent.isValid() else self._shown.keys
        return forest.children.get(self.key_at(parent), ()) if parent.isValid() else forest.roots

    # -- as Qt asks ---------------------------------------------------------------------------

    @guarded(QModelIndex)
    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        siblings = self._siblings(parent)
        if not (0 <= row < len(siblings) and 0 <= column < len(COLUMNS)):
            return QModelIndex()
        return self.createIndex(row, column, siblings[row])

    @guarded(QModelIndex)
    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        forest = self._shown.forest
        above = None if forest is None else forest.parent.get(self.key_at(index))
        return QModelIndex() if above is None else self.index_of(above)

    @guarded(0)
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        if parent.column() > 0:
            return 0
        count = len(self._siblings(parent))
        return count if parent.isValid() else min(count, self._reached)

    @guarded(False)
    def canFetchMore(self, parent: Index = _NOWHERE) -> bool:
        return not parent.isValid() and self._reached < len(self._top())

    @guarded()
    def fetchMore(self, parent: Index = _NOWHERE) -> None:
        more = min(self._reached + CHUNK, len(self._top()))
        if not parent.isValid() and more > self._reached:
            self.beginInsertRows(_NOWHERE, self._reached, more - 1)
            self._reached = more
            self.endInsertRows()

    @guarded(0)
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return len(COLUMNS)

    @guarded(False)
    def hasChildren(self, parent: Index = _NOWHERE) -> bool:
        return self.rowCount(parent) > 0

    @guarded()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _ROLES or not index.isValid():
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        row = self.row_at(index)
        if row is None:
            self._miss(index)
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                if index.column() == _STATUS:
                    return status_said(row, self._note(row.id) if row.is_live else "")
                return column.text(row, time.time())
            case Qt.ItemDataRole.DecorationRole if index.column() == _STATUS:
                return self._icons.get(row.status)
            case Qt.ItemDataRole.ToolTipRole:
                return tip(column.text(row, time.time()) if column.tip is None else column.tip(row))
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(row, column.id)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{column.title}: {column.text(row, time.time())}"
        return None

    def _colour(self, row: RunRow, column: str) -> Any:
        theme, forest = current_theme(), self._shown.forest
        if forest is not None and row.key in forest.above:
            return theme.colour("skipped")  # it stands there for what is below it
        if column == "status":
            return theme.colour(ICONS.get(row.status, ("", "text"))[1])
        if column == "ended" and row.error and row.status == "failed":
            return theme.colour("bad")
        return theme.colour("soft") if column in ("id", "lineage", "class", "inputs") else None

    @guarded()
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if COLUMNS[section].right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    # -- rows that are not known yet ----------------------------------------------------------

    def _miss(self, index: Index) -> None:
        self._missing[self.key_at(index)] = None
        if not self._asking.isActive():
            self._asking.start(0)

    def _ask(self) -> None:
        missing, self._missing = list(self._missing), {}
        wanted: dict[int, None] = {}
        for ends in (missing[0], missing[-1]):
            index = self.index_of(ends)
            siblings = self._siblings(self.parent(index)) if index.isValid() else ()
            first = max(0, index.row() - AROUND)
            wanted.update(dict.fromkeys(siblings[first : index.row() + AROUND + 1]))
        self.listing.want([*wanted, *missing])  # those in view come last: they are read first

    def _came(self, keys: Sequence[int]) -> None:
        for key in keys:
            index = self.index_of(key)
            if index.isValid():
                self.dataChanged.emit(index, index.siblingAtColumn(len(COLUMNS) - 1), [])
