"""A table whose rows are things to choose from: whole rows are selected, nothing is edited in it."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView

ROW = 24
"""Pixels that a row is high."""


def row_table(name: str, title: str, model: QAbstractItemModel, *, several: bool = False) -> QTableView:
    """Return a table of a model; see `dress_rows`."""
    table = QTableView()
    dress_rows(table, name, title, model, several=several)
    return table


def dress_rows(
    table: QTableView, name: str, title: str, model: QAbstractItemModel, *, several: bool = False, height: int = ROW
) -> None:
    """Make a table one of rows. `name` is its object name, `title` what screen readers call it; with `several` many
    rows can be selected, `height` is that of a row in pixels. Tab leads out of it, its menu is asked for by signal."""
    mode = QAbstractItemView.SelectionMode
    table.setObjectName(name)
    table.setAccessibleName(title)
    table.setModel(model)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(mode.ExtendedSelection if several else mode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(height)
    table.horizontalHeader().setHighlightSections(False)
