"""The prompts that were found so far as a table for Qt; more are asked for when the list is scrolled to its end."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from studio.gui.base.guard import guarded
from studio.gui.panels.prompts.columns import COLUMNS, excerpt_text
from studio.gui.theme import current_theme
from studio.gui.widgets.labels import tip
from studio.trace.prompt_rows import PromptRow

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

ROW = Qt.ItemDataRole.UserRole
"""The role under which an item holds its `PromptRow`."""

_ROLES = {"error": "bad", "no answer": "bad", "refused": "warn", "cut off": "warn", "cached": "soft", "ok": "ok"}


class PromptModel(QAbstractTableModel):
    """Rows come in pages: `more_wanted` asks for the next, `add` takes it."""

    more_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[PromptRow] = []
        self.at_end = True

    def clear(self) -> None:
        """Begin anew."""
        self.beginResetModel()
        self.rows = []
        self.at_end = True
        self.endResetModel()

    def replace(self, rows: list[PromptRow], *, at_end: bool) -> None:
        """Show the first page of another search."""
        self.beginResetModel()
        self.rows = rows
        self.at_end = at_end
        self.endResetModel()

    def add(self, rows: list[PromptRow], *, at_end: bool) -> None:
        """Show more rows below those there are."""
        self.at_end = at_end
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()

    # -- as Qt asks ---------------------------------------------------------------------------

    @guarded(0)
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @guarded(0)
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    @guarded(False)
    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self.at_end

    @guarded()
    def fetchMore(self, parent: Index) -> None:
        self.more_wanted.emit()

    @guarded()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, column = self.rows[index.row()], COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole if column.key == "status":
                return current_theme().colour(_ROLES.get(row.outcome, "text"))
            case Qt.ItemDataRole.ForegroundRole if column.key == "reply" and row.status != "ok":
                return current_theme().colour("bad")
            case Qt.ItemDataRole.ToolTipRole:
                return tip(row.run if column.key == "run" else row.error or column.text(row))
            case Qt.ItemDataRole.AccessibleTextRole if index.column() == 0:
                return f"{row.node}, {row.outcome}: {excerpt_text(row)}"[:500]
            case _ if role == ROW:
                return row
        return None

    @guarded()
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                return tip(column.tip or "Right-click to choose columns")
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None
