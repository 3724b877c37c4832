"""The minimap: the whole graph in a corner of the canvas, with the part that is seen; clicking goes there.

It is painted by the view onto its own viewport. A widget over the view would make Qt paint all of the scene at each
step of a pan, as what lies under a widget cannot be scrolled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, QSizeF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPixmap

from studio.gui.canvas.gestures import Gesture
from studio.gui.canvas.look import Look, faded, look, mixed, pen
from studio.gui.canvas.node_item import NodeItem
from studio.gui.canvas.projection import Projection

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas
    from studio.gui.canvas.viewer import Viewer

WIDTH, HEIGHT, INSET = 190, 126, 12
EVERY = 200
"""Milliseconds between two drawings of the cards at most: a map need not follow each frame."""


class Minimap(QObject):
    """A small map of a projection. It draws rectangles, no items."""

    def __init__(self, view: Viewer, projection: Projection) -> None:
        super().__init__(view)
        self._view = view
        self._projection = projection
        self._wanted = False
        self._cards: QPixmap | None = None
        self._area = QRectF(0, 0, 1, 1)
        self._scale = 1.0
        self._corner = QPointF()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self.redraw)

    def geometry(self) -> QRect:
        """Return where it stands on the viewport: in the lower right corner."""
        room = self._view.viewport().rect()
        return QRect(room.right() - WIDTH - INSET + 1, room.bottom() - HEIGHT - INSET + 1, WIDTH, HEIGHT)

    def isVisible(self) -> bool:
        """Whether it is shown: a small canvas has no room for it."""
        room = self._view.viewport().rect()
        return self._wanted and room.width() > 2 * WIDTH + 60 and room.height() > 2 * HEIGHT + 60

    def contains(self, point: QPointF) -> bool:
        """Whether a point of the viewport is on it."""
        return self.isVisible() and self.geometry().contains(point.toPoint())

    def set_visible(self, wanted: bool) -> None:
        """Show or hide it."""
        self._wanted = wanted
        self._view.viewport().update()

    def refresh(self) -> None:
        """Draw the cards anew soon: they moved, came, went, or changed their colours."""
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def redraw(self) -> None:
        """Draw the cards anew."""
        self._cards = None
        if self.isVisible():
            self._view.viewport().update(self.geometry())

    def go(self, point: QPointF) -> None:
        """Bring what is at a point of the viewport on the map into the middle of the view."""
        off = (point - QPointF(self.geometry().topLeft()) - self._corner) / self._scale
        self._view.put(self._area.topLeft() + off, QPointF(self._view.viewport().rect().center()))

    def paint(self, painter: QPainter) -> None:
        """Paint cards and the part that is seen onto the viewport."""
        style = look()
        painter.translate(self.geometry().topLeft())
        painter.drawPixmap(0, 0, self._drawn())
        area, scale, corner, seen = self._area, self._scale, self._corner, self._view.seen()
        frame = QRectF(corner + (seen.topLeft() - area.topLeft()) * scale, seen.size() * scale)
        painter.setClipRect(QRect(2, 2, WIDTH - 4, HEIGHT - 4), Qt.ClipOperation.IntersectClip)
        painter.setPen(pen(style.accent, 1.4))
        painter.setBrush(faded(style.accent, 0.08))
        painter.drawRect(frame.intersected(QRectF(-50, -50, WIDTH + 100, HEIGHT + 100)))

    def _drawn(self) -> QPixmap:
        """Return the picture of the cards, made when something changed."""
        ratio = self._view.devicePixelRatioF()
        if self._cards is not None and self._cards.devicePixelRatio() == ratio:
            return self._cards
        style = look()
        area = self._projection.bounds()
        if area.isEmpty():
            area = self._view.seen()
        self._area = area = area.adjusted(-60, -60, 60, 60)
        self._scale = scale = min((WIDTH - 8) / area.width(), (HEIGHT - 8) / area.height())
        self._corner = corner = QPointF((WIDTH - area.width() * scale) / 2, (HEIGHT - area.height() * scale) / 2)
        made = QPixmap(QSize(round(WIDTH * ratio), round(HEIGHT * ratio)))
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen(style.line, 1.0))
        painter.setBrush(faded(mixed(style.paper, style.card, 0.6), 0.95))
        painter.drawRoundedRect(QRectF(0.5, 0.5, WIDTH - 1, HEIGHT - 1), 8, 8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.translate(corner)
        painter.scale(scale, scale)
        painter.translate(-area.topLeft())
        for (red, green, blue), rects in self._rects(2.0 / scale, style).items():
            painter.setBrush(QColor(red, green, blue))
            painter.drawRects(rects)
        painter.end()
        self._cards = made
        return made

    def _rects(self, least: float, style: Look) -> dict[tuple[int, int, int], list[QRectF]]:
        """Return the cards by colour, none smaller than it can be seen: each colour is painted at once."""
        made: dict[tuple[int, int, int], list[QRectF]] = defaultdict(list)
        for item in self._projection.cards.values():
            rect = item.body_rect()
            if rect.width() < least or rect.height() < least:
                rect = QRectF(rect.topLeft(), rect.size().expandedTo(QSizeF(least, least)))
            made[_colour(item, style)].append(rect)
        return made


class MapDrag(Gesture):
    """Moves the view to where the mouse is on the map."""

    def __init__(self, canvas: Canvas, event: QMouseEvent) -> None:
        super().__init__(canvas, event)
        canvas.minimap.go(event.position())

    def move(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        self.canvas.minimap.go(event.position())


def with_map(start: Callable[[], Gesture | None], canvas: Canvas, event: QMouseEvent) -> Gesture | None:
    """Return the gesture of a press: the map's if it is on the map, else what `start` gives."""
    if event.button() == Qt.MouseButton.LeftButton and canvas.minimap.contains(event.position()):
        return MapDrag(canvas, event)
    return start()


def _colour(item: NodeItem, style: Look) -> tuple[int, int, int]:
    status = item.state.status
    if item.isSelected():
        colour = style.accent
    elif status and status != "waiting":
        colour = style.statuses[status]
    elif item.card.broken:
        colour = style.bad
    else:
        colour = style.dot(item.card.category)
    return colour.red(), colour.green(), colour.blue()
