"""The list of the card: one firing a line, no lines between, its columns as wide as what stands in them."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from studio.gui.replay.causes.model import NODE, STEP, VALUE, LinesModel

ROW: Final = 22
"""Height of a line in pixels."""


def lines_table(model: LinesModel) -> QTableView:
    """Return the list."""
    table = QTableView()
    table.setObjectName("causes.lines")
    table.setAccessibleName("Firings that are lit, in the order they are read")
    table.setModel(model)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW)
    table.verticalHeader().setMinimumSectionSize(ROW)
    header = table.horizontalHeader()
    header.hide()
    header.setSectionResizeMode(STEP, QHeaderView.ResizeMode.Fixed)
    header.resizeSection(STEP, 46)
    header.setSectionResizeMode(NODE, QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Fixed)
    return table
