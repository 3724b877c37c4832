"""`RecurrenceView`: which ticks say the same, each against each. Circles are diagonals, stalls are squares."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from studio.dynamics.pictures.marks import ruler
from studio.dynamics.pictures.recurrence import recurrence, recurrence_picture
from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import small_font
from studio.gui.widgets.spacetime.axis import TimeAxis
from studio.gui.widgets.spacetime.images import current_look, image_of
from studio.gui.widgets.spacetime.pairs import NOWHERE, PairView

MOST: Final = 600
"""Rows and columns of the picture, at most."""

LEFT: Final = 60
EDGE: Final = 10
FOOT: Final = 22
"""Pixels at the left for ticks, around, and below."""


class RecurrenceView(PairView):
    """Shows the recurrence plot of the diagram of an axis, whole; its pairs are (row, other row)."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("spacetime.recurrence")
        self.setAccessibleName("Recurrence plot")
        self.axis = axis
        self._picture: QImage | None = None
        self._shown: QPixmap | None = None
        axis.replaced.connect(self._replaced)
        axis.moved.connect(self.update)
        axis.pointed.connect(self.update)
        themes().changed.connect(self._replaced)

    def _replaced(self) -> None:
        self._picture = self._shown = None
        self.at = NOWHERE
        self.update()

    @guarded(QSize(400, 400))
    def sizeHint(self) -> QSize:
        return QSize(400, 400)

    # -- places -------------------------------------------------------------------------------

    def square(self) -> QRect:
        """Return where the plot is."""
        side = max(1, min(self.width() - LEFT - EDGE, self.height() - EDGE - FOOT))
        return QRect(LEFT, EDGE, side, side)

    def pair_at(self, point: QPoint) -> tuple[int, int]:
        """Return the row (by height) and the other row (by width) at a point, (-1, -1) outside."""
        where, rows = self.square(), self.axis.diagram.rows
        if not where.contains(point) or not rows:
            return NOWHERE
        down = (point.y() - where.top()) * rows // where.height()
        across = (point.x() - where.left()) * rows // where.width()
        return min(rows - 1, down), min(rows - 1, across)

    def many(self) -> int:
        """Return how many rows the diagram has."""
        return self.axis.diagram.rows

    def stride(self) -> int:
        """Return the rows of a pixel: an arrow goes to the next place that can be seen."""
        return max(1, self.axis.diagram.rows // self.square().height())

    def point(self, pair: tuple[int, int]) -> None:
        """Point at a pair; the other views point at its row."""
        if pair != self.at:
            self.axis.point(pair[0])
        super().point(pair)

    def point_of(self, row: float) -> float:
        """Return how many pixels from the plot's side a row is."""
        return row / max(1, self.axis.diagram.rows) * self.square().height()

    def told(self, pair: tuple[int, int]) -> str:
        """Return what is told of a pair of rows."""
        row, other = pair
        if row < 0:
            return ""
        diagram = self.axis.diagram
        return f"Tick {diagram.tick_of(row):,} against tick {diagram.tick_of(other):,}: dots mark what says the same"

    # -- drawing ------------------------------------------------------------------------------

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, where, rows = current_theme(), self.square(), self.axis.diagram.rows
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.fillRect(where, theme.colour("field"))
        painter.setFont(small_font(self.font()))
        if not rows:
            painter.setPen(theme.colour("soft"))
            painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), "There is nothing to compare yet.")
            return
        painter.drawPixmap(where.topLeft(), self._scaled(where.size()))
        self._paint_ruler(painter, where)
        self._paint_seen(painter, where)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("accent" if self.hasFocus() else "line"), 1))
        painter.drawRect(where.adjusted(-1, -1, 0, 0))

    def _scaled(self, size: QSize) -> QPixmap:
        """The picture in this size, kept: pointing and moving only draw lines above it."""
        if self._picture is None:
            self._picture = image_of(recurrence_picture(recurrence(self.axis.diagram, MOST), current_look()))
        if self._shown is None or self._shown.size() != size:
            mode = Qt.TransformationMode
            how = mode.SmoothTransformation if self._picture.width() > size.width() else mode.FastTransformation
            self._shown = QPixmap.fromImage(self._picture.scaled(size, mode=how))
        return self._shown

    def _paint_ruler(self, painter: QPainter, where: QRect) -> None:
        theme, high = current_theme(), painter.fontMetrics().height()
        painter.setPen(theme.colour("soft"))
        last = -1000.0
        for row, text in ruler(self.axis.diagram, (0, self.axis.diagram.rows), max(1, where.height() // 60)):
            place = self.point_of(row + 0.5)
            right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(QRectF(0, where.top() + place - high / 2, LEFT - 8, high), right, text)
            if place - last > painter.fontMetrics().horizontalAdvance(text) + 12:
                centre = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
                painter.drawText(QRectF(where.left() + place - 50, where.bottom() + 5, 100, high), centre, text)
                last = place

    def _paint_seen(self, painter: QPainter, where: QRect) -> None:
        """Frame what the diagram shows, and mark where one stands and points."""
        theme, axis = current_theme(), self.axis
        painter.setClipRect(where)
        first, end = axis.seen()
        if end - first < axis.diagram.rows:
            start, size = self.point_of(first), self.point_of(end - first)
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.drawRect(QRectF(where.left() + start, where.top() + start, size, size))
        lines = [(axis.cursor, axis.cursor, "replay")]
        lines.append((*self.at, "soft") if self.at[0] >= 0 else (axis.hovered, axis.hovered, "soft"))
        for row, other, role in lines:
            if row >= 0:
                colour = QColor(theme.colour(role))
                colour.setAlphaF(0.8)
                painter.fillRect(QRectF(where.left(), where.top() + self.point_of(row + 0.5), where.width(), 1), colour)
                painter.fillRect(
                    QRectF(where.left() + self.point_of(other + 0.5), where.top(), 1, where.height()), colour
                )
        painter.setClipping(False)
