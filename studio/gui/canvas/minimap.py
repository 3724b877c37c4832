"""The minimap: the whole graph in a corner of the canvas, with the part that is seen; clicking goes there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.gui.canvas.look import faded, look, mixed, pen
from studio.gui.canvas.projection import Projection
from studio.gui.guard import guarded

WIDTH, HEIGHT, INSET = 190, 126, 12
EVERY = 200
"""Milliseconds between two paintings at most: a map need not follow each frame."""


class Minimap(QWidget):
    """A small map of a projection. It paints rectangles, no items."""

    went = Signal(QPointF)
    """The middle of the view should be at this point of the scene."""

    def __init__(self, projection: Projection, seen: Callable[[], QRectF], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("minimap")
        self.setAccessibleName("Map of the graph")
        self.setFixedSize(WIDTH, HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._projection = projection
        self._seen = seen
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self.update)

    def refresh(self) -> None:
        """Paint anew soon."""
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def place(self) -> None:
        """Stand in the lower right corner of the parent; a small canvas has no room for a map."""
        parent = self.parentWidget()
        if parent is not None:
            self.move(parent.width() - WIDTH - INSET, parent.height() - HEIGHT - INSET)

    def _frame(self) -> tuple[QRectF, float, QPointF]:
        """Return what is mapped, the scale, and where its corner is on the map."""
        area = self._projection.bounds()
        seen = self._seen()
        if area.isEmpty():
            area = seen
        area = area.adjusted(-60, -60, 60, 60)
        scale = min((WIDTH - 8) / area.width(), (HEIGHT - 8) / area.height())
        corner = QPointF((WIDTH - area.width() * scale) / 2, (HEIGHT - area.height() * scale) / 2)
        return area, scale, corner

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint cards and the part that is seen."""
        style = look()
        area, scale, corner = self._frame()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen(style.line, 1.0))
        painter.setBrush(faded(mixed(style.paper, style.card, 0.6), 0.93))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.setClipRect(self.rect().adjusted(3, 3, -3, -3))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for item in self._projection.cards.values():
            body = item.body_rect()
            spot = QRectF(
                corner.x() + (body.x() - area.x()) * scale, corner.y() + (body.y() - area.y()) * scale,
                max(2.0, body.width() * scale), max(2.0, body.height() * scale),
            )  # fmt: skip
            status = item.state.status
            if item.isSelected():
                colour = style.accent
            elif status and status != "waiting":
                colour = style.statuses[status]
            elif item.card.broken:
                colour = style.bad
            else:
                colour = mixed(style.card, style.hue(item.card.category), 0.6)
            painter.fillRect(spot, colour)
        seen = self._seen()
        view = QRectF(
            corner.x() + (seen.x() - area.x()) * scale, corner.y() + (seen.y() - area.y()) * scale,
            seen.width() * scale, seen.height() * scale,
        )  # fmt: skip
        painter.setPen(pen(style.accent, 1.4))
        painter.setBrush(faded(style.accent, 0.08))
        painter.drawRect(view)
        painter.end()

    def _go(self, event: QMouseEvent) -> None:
        area, scale, corner = self._frame()
        off = (event.position() - corner) / scale
        self.went.emit(QPointF(area.x() + off.x(), area.y() + off.y()))
        self.update()

    @guarded()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event)
        event.accept()

    @guarded()
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)
        event.accept()
