"""The table of what a store holds: rows are chosen, copied, and told whole beside it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.stores.looking import Found, Line
from studio.gui.panels.stores.rows_model import RowsModel
from studio.gui.widgets.row_table import dress_rows
from studio.support.pieces import plural
from studio.trace.found import Table
from studio.trace.table_text import FORMATS, table_text

WIDEST: Final = 420
NARROWEST: Final = 46
ROW_HEIGHT: Final = 23
MARK: Final = 24
"""Pixels of the column of marks."""


class RowsTable(QTableView):
    """`current_changed()`: another row is the current one. `said(text)` tells what was copied."""

    current_changed = Signal()
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = RowsModel(self)
        dress_rows(self, "stores.rows", "What the store holds", self.rows, several=True, height=ROW_HEIGHT)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(MARK)
        header.setStretchLastSection(True)
        self._widths_of: tuple[str, tuple[str, ...]] = ("", ())
        self.customContextMenuRequested.connect(self._menu)
        self.selectionModel().currentRowChanged.connect(lambda *_: self.current_changed.emit())

    def show_found(self, found: Found) -> None:
        """Show another answer: what the step has changed is the current row; else, of the same store, place and choice
        stay."""
        same = found.path == self.rows.found.path and found.columns == self.rows.found.columns
        scrolled = self.verticalScrollBar().value()
        chosen, key = self.line(), found.key
        self.rows.show(found)
        self._set_widths(found)
        row = -1
        if same and chosen is not None:
            row = next(
                (
                    at
                    for at, line in enumerate(found.lines)
                    if (line.cells == chosen.cells if key is None else line.cells[key] == chosen.cells[key])
                ),
                -1,
            )
        marked = next((at for at, line in enumerate(found.lines) if line.mark), -1)
        if found.lines:
            self.selectRow(marked if marked >= 0 else max(row, 0))
        if same:
            self.verticalScrollBar().setValue(scrolled)
        if marked >= 0:  # what the step has changed is in view
            self.scrollTo(self.rows.index(marked, 0))
        self.current_changed.emit()

    def line(self) -> Line | None:
        """The current row."""
        return self.rows.line(self.currentIndex().row())

    def copy(self, format: str, *, chosen: bool = False) -> None:
        """Copy the rows that are shown, or those that are selected, as CSV, TSV or JSON; gone ones are left out."""
        lines = list(self.rows.found.lines)
        if chosen:
            lines = [lines[index.row()] for index in sorted(self.selectionModel().selectedRows())]
        rows = [line.cells for line in lines if line.mark != "gone"]
        QGuiApplication.clipboard().setText(table_text(Table(self.rows.found.columns, rows, False), format))
        self.said.emit(f"Copied as {format}: {plural(len(rows), 'row')}.")

    def _set_widths(self, found: Found) -> None:
        if (found.path, found.columns) == self._widths_of or not found.lines:
            return
        self._widths_of = (found.path, found.columns)
        header, metrics = self.horizontalHeader(), self.fontMetrics()
        header.resizeSection(0, MARK)
        for at, name in enumerate(self.rows.columns[1:], 1):
            texts = [name, *(self.rows.text(line, at)[:80] for line in found.lines[:40])]
            width = max(metrics.horizontalAdvance(text) for text in texts) + 26
            header.resizeSection(at, max(NARROWEST, min(WIDEST, width)))

    def _menu(self, point: QPoint) -> None:
        if not self.rows.found.lines:
            return
        menu = QMenu(self)
        menu.setObjectName("stores.menu")
        menu.aboutToHide.connect(menu.deleteLater)
        entry = menu.addAction("Copy Selected Rows")
        entry.triggered.connect(lambda *_: self.copy("TSV", chosen=True))
        menu.addSeparator()
        for format in FORMATS:
            entry = menu.addAction(f"Copy All as {format}")
            entry.triggered.connect(lambda *_, format=format: self.copy(format))
        menu.popup(self.viewport().mapToGlobal(point))

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy("TSV", chosen=True)
        else:
            super().keyPressEvent(event)
