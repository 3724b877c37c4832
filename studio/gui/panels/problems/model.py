"""The findings of one document as a table for Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.graph.diagnostics import Diagnostic
from studio.gui.base.guard import guarded
from studio.gui.base.signs import sign_icon
from studio.gui.problems.listing import COLUMNS, TITLES, Column, Filter, cell, listed
from studio.gui.widgets.labels import tip

Index = QModelIndex | QPersistentModelIndex
SIGNS: Final = {"error": "error", "warning": "warning", "hint": "info"}
"""The sign of each severity."""
_NOWHERE = QModelIndex()


class ProblemsModel(QAbstractTableModel):
    """Rows are findings that the filter lets through, sorted by a column (None: as `listed` does by itself)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Diagnostic] = []
        self._all: Sequence[Diagnostic] = ()
        self._filter = Filter()
        self._column: Column | None = None
        self._descending = False
        self._icons: dict[str, Any] = {}
        self.recolour()

    def show(self, found: Sequence[Diagnostic], wanted: Filter) -> bool:
        """List other findings, or the same with another filter. Returns whether the rows are other ones."""
        self._all, self._filter = found, wanted
        return self._fill()

    def recolour(self) -> None:
        """Take the marks from the theme that is shown now."""
        self._icons = {severity: sign_icon(kind) for severity, kind in SIGNS.items()}
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, 0), [])

    def row_where(self, fits: Callable[[Diagnostic], bool]) -> int:
        """Return the first row whose finding fits, or -1."""
        return next((row for row, found in enumerate(self.rows) if fits(found)), -1)

    def _fill(self) -> bool:
        rows = listed(self._all, self._filter, self._column, self._descending)
        if rows == self.rows:
            return False
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()
        return True

    # -- as Qt asks ---------------------------------------------------------------------------

    @guarded(0)
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @guarded(0)
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    @guarded()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        found = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell(found, COLUMNS[index.column()])
            case Qt.ItemDataRole.DecorationRole if index.column() == 0:
                return self._icons[found.severity]
            case Qt.ItemDataRole.ToolTipRole:
                return tip(cell(found, COLUMNS[index.column()]))
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == 0:
                return f"{found.severity}: {cell(found, 'problem')}"
        return None

    @guarded()
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return TITLES[COLUMNS[section]]
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    @guarded()
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column = COLUMNS[column] if 0 <= column < len(COLUMNS) else None
        self._descending = order == Qt.SortOrder.DescendingOrder
        self._fill()
