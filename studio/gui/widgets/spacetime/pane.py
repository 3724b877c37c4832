"""`DiagramPane`: a diagram with its bar, curves and recurrence; what a panel shows of a run or of an automaton.

Two panes stand side by side for a comparison; each has an axis of its own.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSplitter, QVBoxLayout, QWidget

from studio.dynamics.pictures.diagram import Diagram
from studio.gui.base.guard import guarded
from studio.gui.widgets.labels import Elided
from studio.gui.widgets.spacetime.axis import TimeAxis
from studio.gui.widgets.spacetime.bar import ColouringBar
from studio.gui.widgets.spacetime.curves import CurvesView
from studio.gui.widgets.spacetime.recurrence import RecurrenceView
from studio.gui.widgets.spacetime.telling import Text
from studio.gui.widgets.spacetime.view import SpaceTimeView

BESIDE: Final = 560
"""Pixels of width from which on curves and the recurrence plot may stand beside the diagram; in less they stand below
it."""

ENOUGH: Final = 450
"""Pixels for diagram and curves together from which on they stand beside each other."""


SHARE: Final = 0.36
"""Share of the width that curves beside the diagram take, at most; of the height, below it."""


class DiagramPane(QWidget):
    """All views of one diagram, in step with each other."""

    hovered = Signal(int, int)
    """(row, column) What is pointed at in any of the views; -1 for none, and for the column beside the cells."""
    chosen = Signal(int, int)
    """(row, column) What was clicked, or chosen by Enter; the column is -1 in curves and recurrence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = TimeAxis(self)
        self.title = Elided("", self)
        self.title.set_strong(True)
        self.title.setContentsMargins(8, 5, 8, 0)
        self.title.hide()
        self.view = SpaceTimeView(self.axis, self)
        self.curves = CurvesView(self.axis, parent=self)
        self.recurrence = RecurrenceView(self.axis, self)
        self.bar = ColouringBar(self.view, self)
        both = self._beside = QWidget(self)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight, both)
        self._both.setContentsMargins(0, 0, 0, 0)
        self._both.setSpacing(0)
        self._both.addWidget(self.view, 1)
        self._both.addWidget(self.curves)
        self._main = QSplitter(Qt.Orientation.Horizontal, self)
        self._main.setObjectName("spacetime.main")
        self._main.setChildrenCollapsible(False)
        self._main.addWidget(both)
        self._main.addWidget(self.recurrence)
        self._main.setStretchFactor(0, 3)
        self._main.setStretchFactor(1, 2)
        self._is_parted = False
        self.recurrence.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.title)
        column.addWidget(self.bar)
        column.addWidget(self._main, 1)
        self.view.hovered.connect(self.hovered)
        self.view.chosen.connect(self.chosen)
        self.curves.hovered.connect(lambda row: self.hovered.emit(row, -1))
        self.curves.chosen.connect(lambda row: self.chosen.emit(row, -1))
        self.recurrence.hovered.connect(lambda row, _: self.hovered.emit(row, -1))
        self.recurrence.chosen.connect(lambda row, _: self.chosen.emit(row, -1))
        self.bar.curves_toggled.connect(self._arrange)
        self.bar.recurrence_toggled.connect(self._show_recurrence)
        both.installEventFilter(self)

    def set_diagram(self, diagram: Diagram, text: Text | None = None) -> None:
        """Show a diagram; `text` tells what was said in a cell."""
        self.title.set_text(diagram.title)
        self.title.setVisible(bool(diagram.title))
        self.view.set_diagram(diagram, text)
        self._arrange()

    def set_cursor(self, row: int, *, reveal: bool = True) -> None:
        """Stand at a row in all views; -1 for none."""
        self.axis.stand(row, reveal=reveal)

    def _show_recurrence(self, on: bool) -> None:
        """Show the plot; the first time it takes the smaller part of the room, later what it was given by hand."""
        self.recurrence.setVisible(on)
        if on and not self._is_parted:
            self._is_parted = True
            self._main.setSizes([3000, 2000])

    def _arrange(self) -> None:
        """The recurrence plot stands beside the diagram where there is room, else below."""
        wide = self.width() >= BESIDE
        self._main.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)
        self.curves.setVisible(bool(self.axis.diagram.curves) and self.bar.curves.isChecked())
        self._share_out()

    def _share_out(self) -> None:
        """Curves stand beside the diagram where it keeps most of the room then, else below; the recurrence plot may
        have taken some of it."""
        room = self._beside.width()
        is_beside = self.width() >= BESIDE and room >= ENOUGH
        self._both.setDirection(QBoxLayout.Direction.LeftToRight if is_beside else QBoxLayout.Direction.TopToBottom)
        orientation = Qt.Orientation.Vertical if is_beside else Qt.Orientation.Horizontal
        if self.curves.orientation != orientation:
            self.curves.set_orientation(orientation)
        self.curves.set_most(int(room * SHARE))
        self.curves.setMaximumHeight(16_777_215 if is_beside else max(60, int(self.height() * SHARE)))

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._beside and event.type() == QEvent.Type.Resize:
            self._share_out()
        return super().eventFilter(watched, event)

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
