"""The rows of the card as a table for Qt. Values are read when a row comes into sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from studio.gui.base.guard import guarded
from studio.gui.replay.causes.listing import CUT, Line
from studio.gui.theme import current_theme
from studio.gui.widgets.labels import tip
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.replay.session import Session

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

STEP, NODE, VALUE = range(3)
TITLES: Final = ("Step", "Node", "Value")

PAGE: Final = 500
"""Rows that are added at a time."""

DEEPEST: Final = 8
"""Branches that a row is moved in at most."""

_INDENT: Final = "   "


class LinesModel(QAbstractTableModel):
    """Rows of one answer, as many as were scrolled to."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []
        self.here = 0
        """The firing of the current step."""
        self._session: Session | None = None
        self._shown = 0
        self._rows: dict[int, int] = {}

    def show(self, session: Session | None, lines: list[Line]) -> None:
        """List other rows."""
        self.beginResetModel()
        self._session, self.lines = session, lines
        self._shown = min(PAGE, len(lines))
        self._rows = {}
        for row, line in enumerate(lines):
            if line.id and not line.again:
                self._rows.setdefault(line.id, row)
        self.endResetModel()

    def row_of(self, firing: int) -> int:
        """Return the row in which a firing stands in full, or -1; the rows down to it are there then."""
        row = self._rows.get(firing, -1)
        if row >= self._shown:
            self._add(row + 1 - self._shown)
        return row

    def set_here(self, firing: int) -> None:
        """Mark the firing of the current step."""
        old, self.here = self.here, firing
        for one in (old, firing):
            row = self._rows.get(one, -1)
            if 0 <= row < self._shown:
                self.dataChanged.emit(self.index(row, 0), self.index(row, VALUE), [])

    def refresh(self) -> None:
        """The colours are others."""
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(self._shown - 1, VALUE), [])

    # -- as Qt asks ---------------------------------------------------------------------------

    @guarded(0)
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._shown

    @guarded(0)
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(TITLES)

    @guarded(False)
    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._shown < len(self.lines)

    @guarded()
    def fetchMore(self, parent: Index) -> None:
        if not parent.isValid():
            self._add(PAGE)

    def _add(self, count: int) -> None:
        end = min(len(self.lines), self._shown + count)
        if end > self._shown:
            self.beginInsertRows(QModelIndex(), self._shown, end - 1)
            self._shown = end
            self.endInsertRows()

    @guarded()
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        return None

    @guarded()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= self._shown:
            return None
        line, column = self.lines[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(line, column)
            case Qt.ItemDataRole.ToolTipRole:
                return tip(self._tip(line, column))
            case Qt.ItemDataRole.AccessibleTextRole if column == NODE:
                return f"{line.node} at tick {line.tick}, {line.said or 'by a wire'}"
            case Qt.ItemDataRole.TextAlignmentRole if column == STEP:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(line, column)
            case Qt.ItemDataRole.FontRole if line.first or (line.id and line.id == self.here):
                font = QFont()
                font.setBold(True)
                return font
        return None

    # -- cells --------------------------------------------------------------------------------

    def _text(self, line: Line, column: int) -> str:
        if column == STEP:
            return f"{line.step:,}" if line.step is not None else ""
        if column == NODE:
            return (_INDENT * min(line.depth, DEEPEST) + node_text(line))[:CUT]
        return "(above)" if line.again else self._value(line)

    def _tip(self, line: Line, column: int) -> str:
        if column == VALUE:
            return self._value(line)
        into = f" into `{line.into}`" if line.into else ""
        return plain_line(f"{line.node} at tick {line.tick}{into}" + (f", {line.said}" if line.said else ""))

    def _colour(self, line: Line, column: int) -> Any:
        theme = current_theme()
        if line.status == "error" and column != STEP:
            return theme.colour("bad")
        if line.again or line.status == "skipped" or column == STEP:
            return theme.colour("soft")
        return None

    def _value(self, line: Line) -> str:
        if line.text or not line.id or self._session is None:
            return line.text
        firing = self._session.cursor.steps.firing(line.id)
        if firing is None:
            return ""
        shot = self._session.shots.of(firing)
        if line.output in shot.outputs:
            return plain_line(shot.brief(line.output, CUT))
        return plain_line(shot.summary())[:CUT]


def node_text(line: Line) -> str:
    """Return what a row says of its node: which, at which tick, and the relation if it is no plain wire."""
    node = plain_line(line.node)
    name = node.rpartition("/")[2] if len(node) > 24 else node
    if not line.id and line.said:  # a first value: nobody gave it
        return f"{line.into}: {line.said}"
    output = f".{plain_line(line.output)}" if line.output and not line.first else ""
    said = f" · {line.said}" if line.said else ""
    return f"{name}{output}  t{plain_line(line.tick)}{said}"
