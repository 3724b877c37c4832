"""The problems panel: what is wrong with the graph that is shown, what it means, and how to mend it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QDockWidget,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.editing import Document
from studio.graph.diagnostics import Diagnostic
from studio.gui.base.guard import guarded
from studio.gui.base.seen import is_seen
from studio.gui.base.signs import sign_icon
from studio.gui.panels.problems.detail import Detail
from studio.gui.panels.problems.model import ProblemsModel
from studio.gui.problems.checks import Checked, Checks, path_of
from studio.gui.problems.fixes import fill_menu
from studio.gui.problems.hints import hints_of
from studio.gui.problems.listing import Filter, counted, key_of
from studio.gui.problems.places import go_to
from studio.gui.theme import themes
from studio.gui.widgets.labels import Elided, tip
from studio.gui.widgets.row_table import row_table
from studio.gui.workbench import Workbench

TITLE: Final = "Problems"
_SIDE_BY_SIDE: Final = 640
"""Width in pixels from which on the explanation stands beside the list, not below it."""


class ProblemsPanel(QWidget):
    """Lists the findings of the document that is shown."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self.setObjectName("problems")
        self.workbench = workbench
        self.checks: Checks = workbench.part("checks")
        workbench.parts["problems"] = self
        self._document: Document | None = None
        self._hints: tuple[Diagnostic, ...] = ()
        """What the run of the document suggests."""
        self._unasked = False
        """Whether what the run suggests is still to be found out: nobody saw the panel."""
        self.model = ProblemsModel(self)
        self._make()
        self.setFocusProxy(self.table)
        self.checks.checked.connect(self._on_checked)
        self.checks.started.connect(self._on_checked)
        workbench.current_changed.connect(self.refresh)
        if (dynamics := workbench.parts.get("dynamics")) is not None:
            dynamics.changed.connect(lambda *_: self.refresh())
        themes().changed.connect(self._recolour)
        self._recolour()
        self.refresh()

    # -- how it is built ----------------------------------------------------------------------

    def _make(self) -> None:
        self.errors = _toggle("problems.errors", "Show errors")
        self.warnings = _toggle("problems.warnings", "Show warnings")
        self.hints = _toggle("problems.hints", "Show what the run suggests")
        self.words = QLineEdit()
        self.words.setObjectName("problems.filter")
        self.words.setPlaceholderText("Filter problems")
        self.words.setAccessibleName("Filter problems by words")
        self.words.setClearButtonEnabled(True)
        self.words.setMaximumWidth(260)
        self.this_graph = QCheckBox("This graph only")
        self.this_graph.setObjectName("problems.this_graph")
        self.this_graph.setToolTip("Leave out problems of other graphs of the file")
        self.bound = Elided(role="soft")
        self.bound.setObjectName("problems.bound")
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        bar.setSpacing(6)
        for widget in (self.errors, self.warnings, self.hints, self.words, self.this_graph):
            bar.addWidget(widget)
        bar.addSpacing(8)
        bar.addWidget(self.bound, 1)

        self.table = _table(self.model)
        self.table.activated.connect(self._activate)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._on_row())
        self.table.horizontalHeader().sortIndicatorChanged.connect(self.model.sort)
        self.empty = QLabel()
        self.empty.setObjectName("problems.empty")
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.detail = Detail(self.workbench)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.table)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 1)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.split)
        self.stack.addWidget(self.empty)

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.stack, 1)
        for toggle in (self.errors, self.warnings, self.hints):
            toggle.toggled.connect(self.refresh)
        self.words.textChanged.connect(self.refresh)
        self.this_graph.toggled.connect(self.refresh)

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = event.size().width() >= _SIDE_BY_SIDE
        self.split.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    # -- what is listed -----------------------------------------------------------------------

    def filter(self) -> Filter:
        """Return what the person asks for."""
        tab = self.workbench.current
        only = path_of(tab.at) if self.this_graph.isChecked() and tab is not None else None
        return Filter(
            self.errors.isChecked(), self.warnings.isChecked(), self.hints.isChecked(), self.words.text(), only
        )

    def refresh(self) -> None:
        """Show what is known now. What is selected stays selected, and the list stays where it is scrolled to."""
        document = self.workbench.document
        known = self.checks.of(document)
        same = document is self._document
        self._document = document
        selected = self.selected()
        row, scrolled = self.table.currentIndex().row(), self.table.verticalScrollBar().value()
        wanted = self.filter()
        hints = self._hints = self._suggested(document)
        findings = known.findings if known is not None else ()
        if self.model.show((*findings, *hints), wanted) and same and selected is not None:
            self._select_again(selected, row)
            self.table.verticalScrollBar().setValue(scrolled)
        self._count(known)
        self._say_empty(document, known, wanted)
        self._show_detail()

    def placed(self) -> None:
        """It stands in the window: its tab tells how many there are."""
        self._count(self.checks.of(self.workbench.document))

    def _suggested(self, document: Document | None) -> tuple[Diagnostic, ...]:
        """What the run of the document suggests; while nobody sees the panel, only what is known already."""
        seen = is_seen(self)
        self._unasked = not seen
        return hints_of(self.workbench, document, ask=seen)

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Somebody sees it: coming out from behind another tab tells nothing else."""
        super().paintEvent(event)
        if self._unasked:
            self._unasked = False
            QTimer.singleShot(0, self, self.refresh)

    def selected(self) -> Diagnostic | None:
        """Return the finding that is selected."""
        row = self.table.currentIndex().row()
        return self.model.rows[row] if 0 <= row < len(self.model.rows) else None

    def select(self, row: int) -> None:
        """Select a row and bring it into view; rows that there are not are left alone."""
        if 0 <= row < len(self.model.rows):
            self.table.setCurrentIndex(self.model.index(row, 0))

    def step(self, by: int) -> None:
        """Select the next (1) or previous (-1) problem, from the last to the first, and go there."""
        count = len(self.model.rows)
        if not count:
            self.workbench.say("There are no problems.")
            return
        row = self.table.currentIndex().row()
        self.select((row + by) % count if row >= 0 else (0 if by > 0 else count - 1))
        self.go()

    def _select_again(self, found: Diagnostic, row: int) -> None:
        again = self.model.row_where(lambda one: key_of(one) == key_of(found))
        if again < 0:  # it is mended: the next one has come into its place
            again = min(row, len(self.model.rows) - 1)
        index = self.model.index(again, 0)
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag
            self.table.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def _on_checked(self, document: Document) -> None:
        if document is self.workbench.document:
            self.refresh()

    def _count(self, known: Checked | None) -> None:
        errors = known.count("error") if known is not None else 0
        warnings = known.count("warning") if known is not None else 0
        self.errors.setText(f"{errors:,}")
        self.warnings.setText(f"{warnings:,}")
        hints = len(self._hints)
        self.hints.setText(f"{hints:,}")
        self.hints.setAccessibleName(f"Show what the run suggests ({hints})")
        self.hints.setVisible(hints > 0)
        self.errors.setAccessibleName(f"Show errors ({errors})")
        self.warnings.setAccessibleName(f"Show warnings ({warnings})")
        bound = known.bound.sentence if known is not None and known.bound is not None else ""
        self.bound.set_text(bound)
        self.bound.setToolTip(tip(bound))
        dock = self.parentWidget()
        if isinstance(dock, QDockWidget):
            counts = counted(errors, warnings)
            dock.setWindowTitle(f"{TITLE}  {counts}" if counts else TITLE)

    def _say_empty(self, document: Document | None, known: Checked | None, wanted: Filter) -> None:
        if document is None:
            text = "No graph is open."
        elif known is None:
            text = "Looking at the graph …"
        elif not known.findings and not self._hints:
            text = "No problems: all wires fit, every input is fed, and every loop has an end."
        else:
            text = "No problem fits the filter."
        self.empty.setText(text)
        self.stack.setCurrentWidget(self.split if self.model.rows else self.empty)

    def _on_row(self) -> None:
        row = self.table.currentIndex().row()
        if row >= 0 and not self.table.selectionModel().isRowSelected(row, QModelIndex()):
            self.table.selectRow(row)  # a list that gets the focus has a current row, which looks like none
        self._show_detail()
        self.workbench.actions_changed.emit()  # whether there is something to fix

    def _show_detail(self) -> None:
        self.detail.show_finding(self._document, self.selected())

    # -- what can be done ---------------------------------------------------------------------

    def go(self) -> None:
        """Show the place of the selected problem."""
        found = self.selected()
        if found is not None and self._document is not None:
            go_to(self.workbench, self._document, found)

    def has_focus(self) -> bool:
        """True if the keys go to the panel."""
        focused = QApplication.focusWidget()
        return focused is not None and (focused is self or self.isAncestorOf(focused))

    def fixes_menu(self) -> QMenu | None:
        """Return a menu of what can be done about the selected problem; None if none is selected."""
        found = self.selected()
        if found is None or self._document is None:
            return None
        menu = QMenu(self)
        menu.setObjectName("problems.menu")
        menu.aboutToHide.connect(menu.deleteLater)
        fill_menu(menu, self.workbench, self._document, [found])
        return menu

    def show_fixes(self) -> None:
        """Open the menu of quick fixes at the selected row."""
        menu = self.fixes_menu()
        if menu is None:
            self.workbench.say("Select a problem first.")
            return
        row = self.table.visualRect(self.table.currentIndex())
        menu.popup(self.table.viewport().mapToGlobal(row.bottomLeft() + QPoint(24, 0)))
        menu.setActiveAction(menu.actions()[0])

    def _activate(self, index: QModelIndex) -> None:
        self.select(index.row())
        self.go()

    def _show_menu(self, point: QPoint) -> None:
        menu = self.fixes_menu()
        if menu is None:
            return
        menu.addSeparator()
        menu.addAction("Go there", self.go)
        menu.addAction("Copy", self._copy)
        menu.popup(self.table.viewport().mapToGlobal(point))

    def _copy(self) -> None:
        found = self.selected()
        if found is not None:
            QGuiApplication.clipboard().setText(str(found))

    def _recolour(self) -> None:
        self.errors.setIcon(sign_icon("error"))
        self.warnings.setIcon(sign_icon("warning"))
        self.hints.setIcon(sign_icon("info"))
        self.model.recolour()


def _toggle(name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setCheckable(True)
    button.setChecked(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def _table(model: ProblemsModel) -> QTableView:
    table = row_table("problems.table", "Problems", model)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    header = table.horizontalHeader()
    header.setSortIndicatorClearable(True)
    header.setSortIndicatorShown(True)
    header.setSectionsClickable(True)
    header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column, width in ((1, 92), (2, 76), (3, 116)):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(column, width)
    return table
