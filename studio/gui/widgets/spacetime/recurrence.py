"""`RecurrenceView`: which ticks say the same, each against each. Circles are diagonals, stalls are squares."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from studio.dynamics.pictures.marks import ruler
from studio.dynamics.pictures.recurrence import recurrence, recurrence_picture
from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import small_font
from studio.gui.widgets.labels import tip
from studio.gui.widgets.spacetime.axis import TimeAxis
from studio.gui.widgets.spacetime.images import current_look, image_of

MOST: Final = 600
"""Rows and columns of the picture, at most."""

LEFT: Final = 60
EDGE: Final = 10
FOOT: Final = 22
"""Pixels at the left for ticks, around, and below."""


class RecurrenceView(QWidget):
    """Shows the recurrence plot of the diagram of an axis, whole."""

    hovered = Signal(int, int)
    """(row, other row) The mouse or the keyboard is at this pair; -1 for none."""
    chosen = Signal(int, int)
    """(row, other row) A pair was clicked, or Enter pressed at it."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("spacetime.recurrence")
        self.setAccessibleName("Recurrence plot")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 160)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.axis = axis
        self.at = (-1, -1)
        self._picture: QImage | None = None
        axis.replaced.connect(self._replaced)
        axis.moved.connect(self.update)
        axis.pointed.connect(self.update)
        themes().changed.connect(self._replaced)

    def _replaced(self) -> None:
        self._picture = None
        self.at = (-1, -1)
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
            return -1, -1
        down = (point.y() - where.top()) * rows // where.height()
        across = (point.x() - where.left()) * rows // where.width()
        return min(rows - 1, down), min(rows - 1, across)

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
        if self._picture is None:
            self._picture = image_of(recurrence_picture(recurrence(self.axis.diagram, MOST), current_look()))
        shrinks = self._picture.width() > where.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=shrinks)
        painter.drawImage(where, self._picture)
        self._paint_ruler(painter, where)
        self._paint_seen(painter, where)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("accent" if self.hasFocus() else "line"), 1))
        painter.drawRect(where.adjusted(-1, -1, 0, 0))

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

    # -- the mouse and the keyboard -----------------------------------------------------------

    def _point(self, pair: tuple[int, int]) -> None:
        if pair != self.at:
            self.at = pair
            self.axis.point(pair[0])
            self.hovered.emit(*pair)
            self.setAccessibleDescription(self.told(pair))
            self.update()

    @guarded()
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.pair_at(event.position().toPoint()))

    @guarded()
    def leaveEvent(self, event: QEvent) -> None:
        self._point((-1, -1))

    @guarded()
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pair = self.pair_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and pair[0] >= 0:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.chosen.emit(*pair)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = self.axis.diagram.rows
        stride = max(1, rows // max(1, self.square().height()))
        moves = {
            Qt.Key.Key_Up: (-stride, 0), Qt.Key.Key_Down: (stride, 0), Qt.Key.Key_Left: (0, -stride),
            Qt.Key.Key_Right: (0, stride),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in moves and rows:
            down, across = moves[key]
            row, other = max(self.at[0], 0) + down, max(self.at[1], 0) + across
            self._point((min(max(row, 0), rows - 1), min(max(other, 0), rows - 1)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.at[0] >= 0:
            self.chosen.emit(*self.at)
        else:
            super().keyPressEvent(event)

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tip(self.told(self.pair_at(event.pos()))), self)
            return True
        return super().event(event)
