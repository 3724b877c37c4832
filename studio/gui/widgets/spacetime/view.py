"""`SpaceTimeView`: columns are modules or cells, rows are ticks downward; marks stand at the right.

Drag or turn the wheel to move, with Ctrl to zoom; arrows go from cell to cell, Enter chooses, + and - zoom, 0 fits.
Cells are painted from tiles that are kept (`pictures.tiles`), so that moving costs the same however long the run is.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from studio.dynamics.pictures.diagram import Colouring, Diagram
from studio.dynamics.pictures.raster import Raster
from studio.dynamics.pictures.tiles import HIGH, Tiles
from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import small_font
from studio.gui.widgets.spacetime import lights, painting
from studio.gui.widgets.spacetime.axis import TimeAxis
from studio.gui.widgets.spacetime.images import current_look, pixmap_of
from studio.gui.widgets.spacetime.input import Input
from studio.gui.widgets.spacetime.places import Heading, Places, largest, places
from studio.gui.widgets.spacetime.telling import Text, cell

AHEAD_MS: Final = 30
"""How long nothing moves before what lies beyond is drawn ahead."""

HALF_LINE: Final = 8
"""Pixels by which the number of the first row stands above it."""


class SpaceTimeView(QAbstractScrollArea):
    """Shows one diagram. Several views may share an axis."""

    hovered = Signal(int, int)
    """(row, column) The mouse or the keyboard is at this cell; -1 for none."""
    chosen = Signal(int, int)
    """(row, column) A cell was clicked, or Enter pressed at it; the column is -1 beside the cells."""

    input: Input | None = None
    """None until the view is made: Qt sends it events before."""

    coloured = Signal()
    """Colours tell something else."""

    def __init__(self, axis: TimeAxis | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("spacetime.view")
        self.setAccessibleName("Space-time diagram")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        self.axis = axis or TimeAxis(self)
        self.colouring: Colouring = "symbol"
        self.marks_shown = True
        self.at = (-1, -1)
        """The cell that is pointed at."""
        self.marked: frozenset[int] = frozenset()
        """Columns that were chosen elsewhere."""
        self.text: Text | None = None
        self._empty = "There is nothing to draw yet."
        self._across = 0
        self._tiles: Tiles[QPixmap] | None = None
        self._marks: painting.Marks | None = None
        self._names = painting.Names()
        self._heading: Heading | None = None
        self._syncing = False
        port = self.viewport()
        port.setMouseTracking(True)
        port.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.input = Input(self)
        self._ahead = QTimer(self, singleShot=True, interval=AHEAD_MS)
        self._ahead.timeout.connect(self._draw_ahead)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled_across)
        self.axis.moved.connect(self._moved)
        self.axis.replaced.connect(self._replaced)
        self.axis.asked.connect(self._laid_out)
        self.axis.pointed.connect(port.update)
        themes().changed.connect(self._recoloured)

    # -- what is shown ------------------------------------------------------------------------

    @property
    def diagram(self) -> Diagram:
        """What is shown."""
        return self.axis.diagram

    def set_diagram(self, diagram: Diagram, text: Text | None = None) -> None:
        """Show a diagram; `text` tells what was said in a cell."""
        self.text = text
        if self.colouring != "symbol" and self.colouring not in diagram.colourings():
            self.colouring = "symbol"
        self.axis.show(diagram)

    def set_colouring(self, colouring: Colouring) -> None:
        """Let colours tell something else."""
        if colouring != self.colouring:
            self.colouring = colouring
            self._recoloured()
            self.coloured.emit()

    def set_marks_shown(self, on: bool) -> None:
        """Show marks beside the cells, or leave their room to the cells."""
        if on != self.marks_shown:
            self.marks_shown = on
            self._replaced()

    def set_empty_text(self, text: str) -> None:
        """Say why there is nothing, or how to get something."""
        self._empty = text
        self.viewport().update()

    def set_cursor(self, row: int, *, reveal: bool = True) -> None:
        """Stand at a row: a line across all columns; -1 for none."""
        self.axis.stand(row, reveal=reveal)

    def marks(self) -> painting.Marks:
        """Return the marks at the scale that is shown."""
        pixels = self.axis.scale.pixels
        if self._marks is None or self._marks.pixels != pixels or self._marks.diagram is not self.diagram:
            self._marks = painting.Marks(self.diagram, pixels)
        return self._marks

    def where(self) -> Places:
        """Return where things are now."""
        port = self.viewport()
        lanes, metrics = self.marks().lanes, self.fontMetrics()
        if self._heading is None:
            self._heading = Heading.of(self.diagram, metrics)
        return places(
            self.diagram, self.axis.step, (port.width(), port.height()), metrics, self._heading, lanes, self._across,
            marks=self.marks_shown, least_head=self.axis.least_head,
        )  # fmt: skip

    def set_marked(self, columns: frozenset[int]) -> None:
        """Mark columns, and no others."""
        if columns != self.marked:
            self.marked = columns
            self.viewport().update()

    # -- pointing -----------------------------------------------------------------------------

    def point(self, row: int, column: int) -> None:
        """Point at a cell; who listens hears of it if it is another one."""
        if (row, column) != self.at:
            self.at = (row, column)
            self.axis.point(row)
            self.hovered.emit(row, column)
            self.viewport().update()

    def go_to(self, row: int, column: int) -> None:
        """Point at a cell by keyboard: it is scrolled into view and told to screen readers."""
        if not self.diagram.rows or not self.diagram.width:
            return
        row, column = min(max(row, 0), self.diagram.rows - 1), min(max(column, 0), self.diagram.width - 1)
        self.axis.reveal(row)
        where = self.where()
        left = round(column * where.scale.across)
        if left < where.across or left + where.scale.across > where.across + where.cells.width():
            self.scroll_across(left - where.cells.width() // 2)
        self.point(row, column)
        self.setAccessibleDescription(cell(self.diagram, row, column, self.text))

    def scroll_across(self, pixels: int) -> None:
        """See the columns from a pixel on."""
        self.horizontalScrollBar().setValue(pixels)

    # -- keeping in step ----------------------------------------------------------------------

    def _replaced(self) -> None:
        self._tiles = self._marks = self._heading = None
        self._names = painting.Names()
        self.at = (-1, -1)
        self._laid_out()

    def _recoloured(self) -> None:
        self._tiles = None
        self.viewport().update()

    def _laid_out(self) -> None:
        """Tell the axis how much room there is, and the scroll bars what there is to scroll."""
        where = self.where()
        self.axis.set_largest(largest(self.diagram, where.free))
        self.axis.set_head(where.head)
        self.axis.set_room(max(1, self.viewport().height() - where.head))
        self._moved()

    def _moved(self) -> None:
        where = self.where()
        self._syncing = True
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        down.setRange(0, max(0, self.axis.length - self.axis.room))
        down.setPageStep(max(1, self.axis.room))
        down.setSingleStep(max(8, self.axis.scale.high))
        down.setValue(self.axis.offset)
        across.setRange(0, max(0, where.columns_wide - where.cells.width()))
        across.setPageStep(max(1, where.cells.width()))
        across.setSingleStep(max(8, where.scale.wide))
        across.setValue(where.across)
        self._syncing = False
        self.viewport().update()

    def _scrolled(self, value: int) -> None:
        if not self._syncing:
            self.axis.scroll_to(value)

    def _scrolled_across(self, value: int) -> None:
        self._across = value
        self.viewport().update()

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._laid_out()

    @guarded()
    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._heading = None
            self._laid_out()
        super().changeEvent(event)

    # -- events -------------------------------------------------------------------------------

    @guarded(False)
    def viewportEvent(self, event: QEvent) -> bool:
        return (self.input is not None and self.input.on_viewport(event)) or super().viewportEvent(event)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.input is None or not self.input.on_key(event):
            event.ignore()

    @guarded()
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()

    @guarded()
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()

    # -- drawing ------------------------------------------------------------------------------

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        theme = current_theme()
        painter.fillRect(self.viewport().rect(), theme.colour("panel"))
        if not self.diagram.rows or not self.diagram.width:
            painter.setPen(theme.colour("soft"))
            room = self.viewport().rect().adjusted(16, 16, -16, -16)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._empty)
            lights.paint_focus(painter, self.viewport().rect().adjusted(1, 1, 0, 0), self.hasFocus())
            return
        where, axis = self.where(), self.axis
        cells = QRect(where.cells)
        cells.setHeight(min(axis.room, axis.length - axis.offset))
        painter.fillRect(cells, theme.colour("field"))
        painter.setClipRect(cells)
        self._paint_cells(painter, where)
        lights.paint_marked(painter, axis, where, self.marked)
        lights.paint_pointed(painter, axis, where, self.at)
        painter.setFont(small_font(self.font()))
        painter.setClipRect(QRect(0, where.head - HALF_LINE, cells.left(), axis.room + HALF_LINE))
        painting.paint_left(painter, axis, where, theme)
        painter.setClipRect(QRect(0, where.head, self.viewport().width(), axis.room))
        if self.marks_shown:
            painting.paint_right(painter, axis, where, self.marks(), theme)
        lights.paint_cursor(painter, axis, where)
        painter.setClipping(False)
        left, wide = cells.left() - 4, self.viewport().width() - cells.left() + 4
        painter.drawPixmap(left, 0, self._names.picture(self, self.diagram, where, (left, wide), self.at[1]))
        lights.paint_focus(painter, cells, self.hasFocus())

    def _paint_cells(self, painter: QPainter, where: Places) -> None:
        if self._tiles is None:
            self._tiles = Tiles(Raster(self.diagram, self.colouring, current_look()), pixmap_of)
        left, top = where.cells.left() - where.across, where.head - self.axis.offset
        seen = (where.across, self.axis.offset, where.cells.width(), self.axis.room)
        for tile in self._tiles.within(where.scale, *seen):
            painter.drawPixmap(QPoint(left + tile.x, top + tile.y), tile.image)
        self._ahead.start()

    def _draw_ahead(self) -> None:
        """Draw the tiles above and below what is seen."""
        where, tiles = self.where(), self._tiles
        if tiles is None or not self.isVisible():
            return
        for y in (self.axis.offset + self.axis.room, self.axis.offset - HIGH):
            if not tiles.has(where.scale, y):
                list(tiles.within(where.scale, where.across, y, where.cells.width(), HIGH))
