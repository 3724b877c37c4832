"""The list itself: sorted by its headers, with columns to choose, flat or as a tree of forks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, get_args

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from studio.gui.base.guard import guarded
from studio.gui.panels.runs.columns import COLUMNS
from studio.gui.panels.runs.model import RunsModel
from studio.gui.widgets.labels import small_button
from studio.trace.run_filter import RunOrder, SortKey

MOST_UNFOLDED: Final = 2000
"""Runs with forks that are unfolded by themselves."""

MOST_SELECTED: Final = 1000
"""Selected runs that stay selected when others are listed."""

AIR: Final = 8
"""Pixels around the text of a row."""

VERSION: Final = " ".join(f"{column.id}:{column.wide}" for column in COLUMNS)
"""Of what is remembered of columns: it goes where there are others."""

_STARTED = next(number for number, column in enumerate(COLUMNS) if column.id == "started")


class _Roomy(QStyledItemDelegate):
    """Rows with some air."""

    @guarded(QSize)
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), option.fontMetrics.height() + AIR)


class RunsTable(QTreeView):
    """Knows how runs are sorted, and which are selected, by their numbers."""

    sorted = Signal()
    tree_toggled = Signal()
    opened = Signal()
    """A person opens what is selected."""
    chosen = Signal()
    """Other runs are selected."""
    menu_asked = Signal(QPoint)
    typed = Signal(str)
    """A person types letters: they are looked for."""
    delete_asked = Signal()

    def __init__(self, model: RunsModel, state: Any, parent: QWidget | None = None) -> None:
        """`state` remembers texts and bytes from one time to the next (None: nothing does)."""
        super().__init__(parent)
        self.setObjectName("runs.table")
        self.setAccessibleName("Recorded runs")
        self.runs = model
        self._state = state
        self._folded: set[int] = set()
        self._keeping = False
        self.setModel(model)
        self.setUniformRowHeights(True)
        self.setItemDelegate(_Roomy(self))
        self.setRootIsDecorated(False)
        self.setIndentation(14)
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setExpandsOnDoubleClick(False)
        self.setAllColumnsShowFocus(True)
        self.setSortingEnabled(False)
        self.tree_button = small_button("Tree", "Show forks and resumed runs below what they go on from", "runs.tree")
        self.tree_button.setCheckable(True)
        self.tree_button.toggled.connect(self._on_tree)
        self._make_header()
        self.collapsed.connect(lambda index: self._folded.add(model.key_at(index)))
        self.expanded.connect(lambda index: self._folded.discard(model.key_at(index)))
        self.doubleClicked.connect(lambda *_: self.opened.emit())
        self.customContextMenuRequested.connect(lambda point: self.menu_asked.emit(self.viewport().mapToGlobal(point)))
        self.selectionModel().selectionChanged.connect(lambda *_: self._tell_chosen())

    # -- columns ------------------------------------------------------------------------------

    def _make_header(self) -> None:
        header = self.header()
        header.setObjectName("runs.header")
        header.setStretchLastSection(False)
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(_STARTED, Qt.SortOrder.DescendingOrder)
        header.setMinimumSectionSize(36)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.setToolTip("Click to sort, drag to move, right-click to choose columns")
        header.customContextMenuRequested.connect(lambda point: self.columns_menu().popup(header.mapToGlobal(point)))
        self._reset_columns()
        kept = self._state.data("runs.columns") if self._state is not None else b""
        if kept and self._state.text("runs.columns_version") == VERSION:
            header.restoreState(kept)
            header.setSortIndicatorShown(True)
        if self._state is not None and self._state.text("runs.tree") == "yes":
            self.tree_button.setChecked(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.sortIndicatorChanged.connect(lambda *_: self.sorted.emit())

    def _reset_columns(self) -> None:
        header = self.header()
        for number, column in enumerate(COLUMNS):
            header.moveSection(header.visualIndex(number), number)
            header.resizeSection(number, column.wide)
            header.setSectionHidden(number, not column.shown)

    def columns_menu(self) -> QMenu:
        """Return the menu in which columns are chosen."""
        menu = QMenu(self)
        menu.setObjectName("runs.columns")
        menu.aboutToHide.connect(menu.deleteLater)
        for number, column in enumerate(COLUMNS):
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(number))
            action.setEnabled(number > 0)  # the name stays: forks are indented in it
            action.toggled.connect(lambda on, number=number: self.setColumnHidden(number, not on))
        menu.addSeparator()
        menu.addAction("Reset Columns", self._reset_columns)
        return menu

    def remember(self) -> None:
        """Have columns, sorting and kind of list remembered for the next time."""
        if self._state is not None:
            self._state.put("runs.columns", bytes(self.header().saveState().data()))
            self._state.put("runs.columns_version", VERSION)
            self._state.put("runs.tree", "yes" if self.is_tree else "no")
            self._state.save()

    def order(self) -> RunOrder:
        """Return how runs are to be sorted."""
        header = self.header()
        section = header.sortIndicatorSection()
        by: SortKey = COLUMNS[section].id if 0 <= section < len(COLUMNS) else "started"
        assert by in get_args(SortKey)
        return RunOrder(by, header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder)

    @property
    def is_tree(self) -> bool:
        """True while forks stand below what they go on from."""
        return self.tree_button.isChecked()

    def _on_tree(self, on: bool) -> None:
        self.setRootIsDecorated(on)
        self.tree_toggled.emit()

    # -- selection ----------------------------------------------------------------------------

    def selected(self) -> list[int]:
        """Return the numbers of the selected runs, from above."""
        if self.selectionModel() is None:
            return []
        indexes = self.selectionModel().selectedRows()
        if len(indexes) > 1:
            indexes.sort(key=self._place)
        return [self.runs.key_at(index) for index in indexes]

    def _tell_chosen(self) -> None:
        if not self._keeping:
            self.chosen.emit()

    def _place(self, index: QModelIndex) -> tuple[int, ...]:
        place: list[int] = []
        while index.isValid():
            place.append(index.row())
            index = index.parent()
        return tuple(reversed(place))

    def select(self, keys: list[int]) -> None:
        """Select runs and bring the first into view; those that are not listed are left out."""
        selection = QItemSelection()
        first = QModelIndex()
        for key in keys[:MOST_SELECTED]:
            self.runs.reach(key)
            index = self.runs.index_of(key)
            if index.isValid():
                first = index if not first.isValid() else first
                selection.select(index, index.siblingAtColumn(len(COLUMNS) - 1))
        flags = QItemSelectionModel.SelectionFlag
        if first.isValid():
            self.selectionModel().setCurrentIndex(first, flags.NoUpdate)
            self.scrollTo(first)
        self.selectionModel().select(selection, flags.ClearAndSelect)

    def keep(self, change: Callable[[], None]) -> None:
        """List other runs; what is selected stays so, and the list where it is scrolled to."""
        selected = self.selected()
        current = self.runs.key_at(self.currentIndex())
        scrolled = self.verticalScrollBar().value()
        self._keeping = True
        try:
            change()
            self._unfold()
            self._select_again(selected, current)
        finally:
            self._keeping = False
        self.verticalScrollBar().setValue(scrolled)
        if self.selected() != selected:
            self.chosen.emit()

    def _select_again(self, keys: list[int], current: int) -> None:
        flags = QItemSelectionModel.SelectionFlag
        selection = QItemSelection()
        for key in keys[:MOST_SELECTED]:
            index = self.runs.index_of(key)
            if index.isValid():
                selection.select(index, index.siblingAtColumn(len(COLUMNS) - 1))
        here = self.runs.index_of(current)
        if here.isValid():
            self.selectionModel().setCurrentIndex(here, flags.NoUpdate)
        self.selectionModel().select(selection, flags.ClearAndSelect)

    def _unfold(self) -> None:
        forest = self.runs.listing.now.forest
        if forest is None:
            return
        blocked = self.blockSignals(True)
        for key in list(forest.children)[:MOST_UNFOLDED]:
            if key not in self._folded:
                self.setExpanded(self.runs.index_of(key), True)
        self.blockSignals(blocked)

    # -- Qt -----------------------------------------------------------------------------------

    @guarded()
    def keyboardSearch(self, search: str) -> None:
        """Letters go to the search field, which looks through all runs, not through the rows one by one."""
        if search.strip():
            self.typed.emit(search)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; Delete says why nothing is deleted; the menu key opens the menu of the row."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.opened.emit()
            case Qt.Key.Key_Delete:
                self.delete_asked.emit()
            case Qt.Key.Key_Menu:
                row = self.visualRect(self.currentIndex())
                self.menu_asked.emit(self.viewport().mapToGlobal(row.bottomLeft() + QPoint(24, 0)))
            case _:
                super().keyPressEvent(event)
