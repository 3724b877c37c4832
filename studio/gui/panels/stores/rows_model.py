"""The rows of a store for a table: plain texts, cut before anything looks at them, with the marks of the step."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from studio.gui.base.guard import guarded
from studio.gui.panels.stores.looking import Found, Line
from studio.gui.theme import current_theme
from studio.gui.widgets.labels import tip
from studio.support.plain import plain, plain_line
from studio.support.tables import are_numbers, cell_text
from studio.support.values import Json

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

SHOWN: Final = 300
"""Signs of a cell that are painted."""
LOOKED_AT: Final = 200
"""Rows from which it is told which columns hold numbers."""
SIGNS: Final = {"": "", "new": "+", "changed": "~", "gone": "−"}
WORDS: Final = {"new": "New at this step.", "changed": "Changed at this step.", "gone": "Gone at this step."}
COLOURS: Final = {"new": "ok", "changed": "warn", "gone": "bad"}
TINT: Final = 34
"""How strong the ground of a marked row is, of 255."""
NONE: Final = Found(0, 0, ())


class RowsModel(QAbstractTableModel):
    """The lines of what was found. The first column is the mark; where rows have no key, the second is their place."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found = NONE
        self._extra = 1
        self._right: set[int] = set()

    def show(self, found: Found) -> None:
        """Show another answer."""
        self.beginResetModel()
        self.found = found
        self._extra = 1 if found.key is not None else 2
        few = found.lines[:LOOKED_AT]
        self._right = {
            at + self._extra for at in range(len(found.columns)) if are_numbers(line.cells[at] for line in few)
        }
        self.endResetModel()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns as they are shown."""
        return ("", *(("#",) if self._extra == 2 else ()), *self.found.columns)

    def line(self, row: int) -> Line | None:
        """The line of a row, None beyond the last."""
        return self.found.lines[row] if 0 <= row < len(self.found.lines) else None

    def text(self, line: Line, column: int) -> str:
        """What stands in a cell."""
        if column == 0:
            return SIGNS[line.mark]
        if column < self._extra:
            return str(line.place) if line.place >= 0 else ""
        return shown_cell(line.cells[column - self._extra])

    @guarded(0)
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.found.lines)

    @guarded(0)
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() or not self.found.columns else len(self.columns)

    @guarded()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.line(index.row()) if index.isValid() else None
        if line is None:
            return None
        column = index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(line, column)
            case Qt.ItemDataRole.BackgroundRole if line.mark:
                ground = QColor(current_theme().colour(COLOURS[line.mark]))
                ground.setAlpha(TINT)
                return ground
            case Qt.ItemDataRole.ForegroundRole if column < self._extra:
                return current_theme().colour(COLOURS.get(line.mark, "soft"))
            case Qt.ItemDataRole.FontRole if line.mark == "gone" and column >= self._extra:
                font = QFont()
                font.setStrikeOut(True)
                return font
            case Qt.ItemDataRole.TextAlignmentRole:
                right = column in self._right or 0 < column < self._extra
                side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(line, column)
        return None

    def _tip(self, line: Line, column: int) -> str | None:
        at = column - self._extra
        told = [WORDS[line.mark]] if line.mark else []
        if line.before is not None and at >= 0 and line.before[at] != line.cells[at]:
            told.append(f"Before: {plain(whole_cell(line.before[at])[:500])}")
        if at >= 0 and isinstance(line.cells[at], str) and len(line.cells[at]) > 40:
            told.append(plain(line.cells[at][:2_000]))
        return tip("\n".join(told)) if told else None

    @guarded()
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return plain_line(self.columns[section][:100])
            case Qt.ItemDataRole.TextAlignmentRole:
                right = section in self._right or 0 < section < self._extra
                side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None


def shown_cell(cell: Json) -> str:
    """Return a cell on one line, cut before anything looks at it."""
    return plain_line(cell[:SHOWN]) if isinstance(cell, str) else cell_text(cell)[:SHOWN]


def whole_cell(cell: Json) -> str:
    """Return all of a cell as text."""
    return cell if isinstance(cell, str) else cell_text(cell)
