"""The curve of a lamp test: what n answers say together, against each alone, and what each adds as a bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from studio.dynamics.pictures.marks import nice_step
from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import small_font

if TYPE_CHECKING:
    from studio.dynamics.measuring.lamps import Lamps

SIDE: Final = 92
"""Pixels at the right, for the names of the curves."""


class LampsCurve(QWidget):
    """Shows one lamp test."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lamps.curve")
        self.setMinimumHeight(90)
        self.setMouseTracking(True)
        self.found: Lamps | None = None
        themes().changed.connect(self.update)

    @guarded(QSize(320, 180))
    def sizeHint(self) -> QSize:
        return QSize(420, 200)

    def show_lamps(self, found: Lamps | None) -> None:
        """Show another test, or none."""
        self.found = found
        self.setAccessibleName("" if found is None else f"Curve of {len(found.together)} answers")
        self.setAccessibleDescription("" if found is None else found.suggests)
        self.update()

    # -- places ---------------------------------------------------------------------------------

    def area(self) -> QRectF:
        """Return where the curves are drawn."""
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance(f"{round(self._top()):,}") + 14
        high = metrics.height()
        return QRectF(left, high + 6, max(40, self.width() - left - SIDE), max(30, self.height() - 2 * high - 18))

    def _top(self) -> float:
        found = self.found
        if found is None:
            return 1.0
        return 1.05 * max(*found.together, *found.alone, found.ceiling_high or 0.0, float(found.longer or 0), 1.0)

    def _x(self, n: float) -> float:
        area = self.area()
        count = 1 if self.found is None else len(self.found.together)
        return area.left() + area.width() * n / (count + 0.5)

    def _y(self, size: float) -> float:
        area = self.area()
        return area.bottom() - area.height() * size / self._top()

    def told_at(self, x: float) -> str:
        """Return what is told of the number of answers at a pixel."""
        found, area = self.found, self.area()
        if found is None or not area.left() <= x <= area.right():
            return ""
        n = min(max(1, round((x - area.left()) * (len(found.together) + 0.5) / area.width())), len(found.together))
        at = n - 1
        return (
            f"{n:,} answer{'s' if n > 1 else ''}: {found.together[at]:,.0f} bytes together, {found.alone[at]:,.0f} each"
            f" alone\nThe last one added {found.marginal[at]:,.0f} bytes; {found.redundancy[at]:.0%} is shared"
        )

    # -- drawing --------------------------------------------------------------------------------

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        found = self.found
        if found is None:
            return
        theme, area = current_theme(), self.area()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font(self.font()))
        high = painter.fontMetrics().height()
        step = nice_step(self._top(), max(2, int(area.height() // 36)))
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for mark in range(0, int(self._top()) + 1, step):
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.drawLine(QPointF(area.left(), self._y(mark)), QPointF(area.right(), self._y(mark)))
            painter.setPen(theme.colour("soft"))
            painter.drawText(QRectF(0, self._y(mark) - high / 2, area.left() - 6, high), right, f"{mark:,}")
        painter.drawText(QRectF(10, 0, area.left() + 60, high), "bytes")
        self._paint_counts(painter, found, high)
        self._paint_bars(painter, found)
        if found.ceiling is not None:
            self._paint_ceiling(painter, found)
        self._paint_line(painter, found.alone, "soft")
        self._paint_line(painter, found.together, "accent")
        self._paint_names(painter, found, high)

    def _paint_counts(self, painter: QPainter, found: Lamps, high: int) -> None:
        area = self.area()
        count = len(found.together)
        step = nice_step(count, max(2, int(area.width() // 60)))
        middle = int(Qt.AlignmentFlag.AlignCenter)
        for n in range(step, count + 1, step):
            painter.drawText(QRectF(self._x(n) - 30, area.bottom() + 4, 60, high), middle, f"{n:,}")
        painter.drawText(QRectF(area.right() + 6, area.bottom() + 4, SIDE, high), "answers")

    def _paint_bars(self, painter: QPainter, found: Lamps) -> None:
        colour = QColor(current_theme().colour("accent"))
        colour.setAlphaF(0.3)
        wide = max(1.0, 0.55 * (self._x(2) - self._x(1)))
        for n, size in enumerate(found.marginal, 1):
            top = self._y(max(0.0, size))
            painter.fillRect(QRectF(self._x(n) - wide / 2, top, wide, self._y(0) - top), colour)

    def _paint_ceiling(self, painter: QPainter, found: Lamps) -> None:
        area, colour = self.area(), QColor(current_theme().colour("warn"))
        ceiling = found.ceiling or 0.0
        low, high = found.ceiling_low or ceiling, found.ceiling_high or ceiling
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(area.left(), self._y(ceiling)), QPointF(area.right(), self._y(ceiling)))
        colour.setAlphaF(0.12)
        painter.fillRect(QRectF(area.left(), self._y(high), area.width(), self._y(low) - self._y(high)), colour)

    def _paint_line(self, painter: QPainter, sizes: Sequence[float], role: str) -> None:
        points = QPolygonF([QPointF(self._x(n), self._y(size)) for n, size in enumerate(sizes, 1)])
        painter.setPen(QPen(current_theme().colour(role), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(points)

    def _paint_names(self, painter: QPainter, found: Lamps, high: int) -> None:
        """Name the curves at their ends, one below the other where they end close together."""
        names = [(found.alone[-1], "soft", "each alone"), (found.together[-1], "accent", "together")]
        if found.ceiling is not None:
            names.append((found.ceiling, "warn", "ceiling"))
        names.sort(key=lambda one: -one[0])
        lowest, bottom = -1000.0, self.area().bottom() + 2
        for number, (size, role, name) in enumerate(names):
            top = max(min(self._y(size) - high / 2, bottom - high * (len(names) - number)), lowest)
            lowest = top + high
            painter.setPen(current_theme().colour(role))
            where = QRectF(self.area().right() + 6, top, SIDE, high)
            painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.told_at(event.pos().x()), self)
            return True
        return super().event(event)
