"""The answer to a query as a table: sorted by any column, copied, and opened where a row names a run."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.labels import tip
from studio.gui.widgets.row_table import dress_rows
from studio.support.plain import plain, plain_line
from studio.support.tables import are_numbers, cell_text
from studio.support.values import Json
from studio.trace.found import Table
from studio.trace.table_text import FORMATS, table_text

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

SHOWN: Final = 300
"""Signs of a cell that are painted."""

ROW_HEIGHT: Final = 23
WIDEST: Final = 360
NARROWEST: Final = 50
EMPTY: Final = Table((), [], False)


class Target(NamedTuple):
    """Where a row leads: a run, and in it a firing or a step, if it names one."""

    run: str
    firing: int = 0
    seq: int | None = None


def target_of(columns: tuple[str, ...], row: tuple[Json, ...]) -> Target | None:
    """Return where a row leads, None if it names no run."""
    named = dict(zip(columns, row, strict=True))
    run, firing, seq = named.get("run"), named.get("firing"), named.get("seq")
    if not isinstance(run, str) or not run:
        return None
    if type(firing) is int and firing > 0:
        return Target(run, firing)
    return Target(run, seq=seq if type(seq) is int else None)


class ResultModel(QAbstractTableModel):
    """Rows of a `Table` in the order that was asked for last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = EMPTY
        self._right: set[int] = set()

    def show(self, table: Table) -> None:
        """Show another answer."""
        self.beginResetModel()
        self.table = table
        self._right = {at for at in range(len(table.columns)) if are_numbers(row[at] for row in table.rows)}
        self.endResetModel()

    @guarded(0)
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.table.rows)

    @guarded(0)
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.table.columns)

    @guarded()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.table.rows):
            return None
        cell = self.table.rows[index.row()][index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shown_cell(cell)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if index.column() in self._right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                return tip(plain(cell[:2_000])) if isinstance(cell, str) and len(cell) > 20 else None
        return None

    @guarded()
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.table.columns):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return plain_line(self.table.columns[section][:100])
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if section in self._right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    @guarded()
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self.table.columns):
            return
        descending = order == Qt.SortOrder.DescendingOrder
        self.layoutAboutToBeChanged.emit()
        rows = self.table.rows
        befores = sorted(range(len(rows)), key=lambda at: sort_key(rows[at][column]), reverse=descending)
        rows[:] = [rows[at] for at in befores]
        places = {before: after for after, before in enumerate(befores)}
        for index in self.persistentIndexList():  # what is selected stays so
            self.changePersistentIndex(index, self.index(places[index.row()], index.column()))
        self.layoutChanged.emit()


def shown_cell(cell: Json) -> str:
    """Return a cell on one line, cut before anything looks at it."""
    if isinstance(cell, bytes):
        return f"<{len(cell):,} bytes>"
    return plain_line(cell[:SHOWN]) if isinstance(cell, str) else cell_text(cell)[:SHOWN]


def sort_key(cell: Json) -> tuple[int, Any]:
    """Nothing first, then numbers, texts, bytes: as SQLite sorts."""
    if cell is None:
        return 0, 0
    if isinstance(cell, int | float):
        return 1, cell
    return (2, cell) if isinstance(cell, str) else (3, bytes(cell) if isinstance(cell, bytes) else b"")


class Results(QTableView):
    """`opened(target)`: a row that names a run was asked for. `said(text)` tells what was copied."""

    opened = Signal(object)
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer = ResultModel(self)
        dress_rows(self, "prompts.sql.results", "Answer to the query", self.answer, several=True, height=ROW_HEIGHT)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.sortIndicatorChanged.connect(self.answer.sort)
        self.customContextMenuRequested.connect(self._menu)
        self.doubleClicked.connect(lambda *_: self._open())

    def show_table(self, table: Table) -> None:
        """Show an answer; columns are as wide as their first rows need."""
        header = self.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.answer.show(table)
        metrics = self.fontMetrics()
        for at, name in enumerate(table.columns):
            texts = [name, *(shown_cell(row[at])[:80] for row in table.rows[:40])]
            width = max(metrics.horizontalAdvance(text) for text in texts) + 26
            header.resizeSection(at, max(NARROWEST, min(WIDEST, width)))
        if table.rows:
            self.selectRow(0)

    def target(self) -> Target | None:
        """Return where the current row leads."""
        at, table = self.currentIndex().row(), self.answer.table
        return target_of(table.columns, table.rows[at]) if 0 <= at < len(table.rows) else None

    def _open(self) -> None:
        target = self.target()
        if target is not None:
            self.opened.emit(target)
        else:
            self.said.emit("This row names no run: a query with columns `run` and `firing` leads to steps.")

    def copy(self, format: str, *, chosen: bool = False) -> None:
        """Copy all rows, or those that are selected, as CSV, TSV or JSON."""
        table = self.answer.table
        rows = table.rows
        if chosen:
            rows = [rows[index.row()] for index in self.selectionModel().selectedRows()]
        QGuiApplication.clipboard().setText(table_text(Table(table.columns, rows, table.more), format))
        self.said.emit(f"Copied as {format}: {len(rows):,} {'row' if len(rows) == 1 else 'rows'}.")

    def _menu(self, point: QPoint) -> None:
        if not self.answer.table.columns:
            return
        menu = QMenu(self)
        menu.setObjectName("prompts.sql.menu")
        menu.aboutToHide.connect(menu.deleteLater)
        entry = menu.addAction("Go to Step")
        entry.triggered.connect(lambda *_: self._open())
        entry.setEnabled(self.target() is not None)
        menu.addSeparator()
        entry = menu.addAction("Copy Selected Rows")
        entry.triggered.connect(lambda *_: self.copy("TSV", chosen=True))
        for format in FORMATS:
            entry = menu.addAction(f"Copy All as {format}")
            entry.triggered.connect(lambda *_, format=format: self.copy(format))
        menu.popup(self.viewport().mapToGlobal(point))

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy("TSV", chosen=True)
        else:
            super().keyPressEvent(event)
