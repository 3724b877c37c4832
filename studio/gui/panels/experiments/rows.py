"""Tables of the panel: rows of any kind as columns say, sorted and filtered here, ten thousand of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme
from studio.gui.widgets.labels import tip
from studio.gui.widgets.row_table import dress_rows
from studio.support.plain import plain_line

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

CUT: Final = 300
"""Signs of a text that reach a table."""

LEAST: Final = 120
"""Pixels that a column without a width of its own has at least."""

MOST_SELECTED: Final = 200
"""Rows that stay selected when others are shown."""


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: what stands in it and what it is sorted by (its text if nothing is said; None comes last), the words of
    its tip, its colour by role, and pixels that it is wide (0: it has what is left)."""

    title: str
    text: Callable[[T], str]
    width: int
    key: Callable[[T], Any] | None = None
    tip: Callable[[T], str] | None = None
    role: Callable[[T], str] | None = None
    is_number: bool = False
    help: str = ""
    may_go: int = 0
    """Where there is little room it is hidden, those with higher numbers first; 0 never is."""


class Rows(QAbstractTableModel, Generic[T]):
    """Rows of one kind. `name` tells one from another, `words` is what the filter looks through."""

    def __init__(
        self, columns: Sequence[Column[T]], name: Callable[[T], str], words: Callable[[T], str],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.columns = tuple(columns)
        self.name = name
        self._words = words
        self._all: Sequence[T] = ()
        self.rows: list[T] = []
        self._wanted: list[str] = []
        self._sorted: tuple[int, bool] | None = None

    def put(self, rows: Sequence[T]) -> None:
        """Show other rows."""
        self._all = rows
        self._arrange()

    def filter(self, text: str) -> None:
        """Show only rows in which all these words occur."""
        self._wanted = text.casefold().split()
        self._arrange()

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._all)

    def _arrange(self) -> None:
        self.beginResetModel()
        found = [row for row in self._all if self._fits(row)] if self._wanted else list(self._all)
        if self._sorted is not None:
            column, down = self._sorted
            key = self.columns[column].key or (lambda row: self.columns[column].text(row).casefold())
            known = [row for row in found if key(row) is not None]
            known.sort(key=key, reverse=down)
            found = known + [row for row in found if key(row) is None]
        self.rows = found
        self.endResetModel()

    def _fits(self, row: T) -> bool:
        text = self._words(row).casefold()
        return all(word in text for word in self._wanted)

    # -- as Qt asks ---------------------------------------------------------------------------

    @guarded(0)
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @guarded(0)
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    @guarded()
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted = (column, order == Qt.SortOrder.DescendingOrder) if 0 <= column < len(self.columns) else None
        self._arrange()

    @guarded()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, column = self.rows[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return plain_line(column.text(row)[: 2 * CUT])[:CUT]
            case Qt.ItemDataRole.ToolTipRole:
                return tip((column.tip or column.text)(row))
            case Qt.ItemDataRole.TextAlignmentRole if column.is_number:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole if column.role is not None:
                named = column.role(row)
                return current_theme().colour(named) if named else None
        return None

    @guarded()
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return plain_line(column.title[:CUT])
            case Qt.ItemDataRole.ToolTipRole:
                return tip(column.help or column.title)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None


class Table(QTableView, Generic[T]):
    """A table of `Rows`. `chosen`: other rows are selected; `opened(row)`: Enter, or a double-click, on one."""

    chosen = Signal()
    opened = Signal(object)

    def __init__(self, name: str, title: str, rows: Rows[T], *, several: bool = False, parent: QWidget | None = None):
        super().__init__(parent)
        dress_rows(self, name, title, rows, several=several)
        self.of: Rows[T] = rows
        self._keeping = False
        header = self.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(36)
        self.setSortingEnabled(True)
        self.setFrameShape(QTableView.Shape.NoFrame)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        rows.modelAboutToBeReset.connect(self._remember)
        rows.modelReset.connect(self._select_again)
        self._remembered: set[str] = set()
        self.selectionModel().selectionChanged.connect(self._on_selected)
        self.doubleClicked.connect(lambda index: self.opened.emit(rows.rows[index.row()]))
        self.fit()

    def selected(self) -> list[T]:
        """Return the selected rows, from above."""
        numbers = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.of.rows[number] for number in numbers if number < len(self.of.rows)]

    def select(self, name: str) -> bool:
        """Select the row of a name and no other; False if it is not shown."""
        for number, row in enumerate(self.of.rows):
            if self.of.name(row) == name:
                self.selectRow(number)
                return True
        return False

    def fit(self) -> None:
        """Give columns their widths, and what is left to those that have none."""
        columns, header = self.of.columns, self.horizontalHeader()
        metrics = header.fontMetrics()
        wide = [one.width and max(one.width, metrics.horizontalAdvance(one.title) + 26) for one in columns]
        room, free = self.viewport().width(), sum(one.width == 0 for one in columns)
        gone: set[int] = set()
        for _, number in sorted(
            ((one.may_go, number) for number, one in enumerate(columns) if one.may_go), reverse=True
        ):
            if sum(wide) - sum(wide[one] for one in gone) + free * LEAST > room:
                gone.add(number)
        rest = room - sum(width for number, width in enumerate(wide) if number not in gone)
        for number, width in enumerate(wide):
            header.setSectionHidden(number, number in gone)
            header.resizeSection(number, width or max(LEAST, rest // max(1, free)))

    def _remember(self) -> None:
        self._remembered = {self.of.name(row) for row in self.selected()[:MOST_SELECTED]}
        self._keeping = True

    def _select_again(self) -> None:
        selection, last = QItemSelection(), len(self.of.columns) - 1
        left = set(self._remembered)
        if left:
            for number, row in enumerate(self.of.rows):
                if self.of.name(row) in left:
                    selection.select(self.of.index(number, 0), self.of.index(number, last))
                    left.discard(self.of.name(row))
                    if not left:
                        break
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(selection, flags.ClearAndSelect)
        self._keeping = False
        if left:
            self.chosen.emit()

    def _on_selected(self) -> None:
        if not self._keeping:
            self.chosen.emit()

    # -- Qt -----------------------------------------------------------------------------------

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            index = self.currentIndex()
            if index.isValid():
                self.opened.emit(self.of.rows[index.row()])
        else:
            super().keyPressEvent(event)
