"""`DifferencesView`: the list of what differs, from which is gone to a firing, and which follows the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from studio.gui.replay.comparing.differences import Differences

if TYPE_CHECKING:
    from studio.replay.diff.found import Change


class DifferencesView(QTreeView):
    """Shows `differences`."""

    chosen = Signal(object)
    """(row) A person went to a row: a `FactRow`, a `NodeRow` or a `Change`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.differences = Differences(self)
        self._marking = False
        self.setObjectName("compare.differences")
        self.setAccessibleName("Differences")
        self.setModel(self.differences)
        self.setUniformRowHeights(True)
        self.setStyleSheet("QTreeView::item { padding: 3px 0; }")
        self.setAlternatingRowColors(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, 210)
        header.resizeSection(1, 96)
        self.selectionModel().currentChanged.connect(lambda now, _: self._on_row(now))
        self.activated.connect(lambda index: self._on_row(index))

    def choose(self, change: Change) -> bool:
        """Go to the row of a firing that differs; False if there is none, or it is the current one already."""
        index = self.differences.index_of(change)
        if not index.isValid() or self.currentIndex() == index:
            return False
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def mark(self, change: Change) -> None:
        """Show the firing that the step has come to, without going anywhere."""
        index = self.differences.index_of(change)
        if index.isValid() and self.currentIndex().siblingAtColumn(0) != index:
            self._marking = True
            self.setCurrentIndex(index)
            self._marking = False
            self.scrollTo(index)

    def _on_row(self, index: QModelIndex) -> None:
        row = self.differences.at(index)
        if row is not None and not self._marking:
            self.chosen.emit(row)
