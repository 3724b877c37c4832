"""The minimap: the whole graph in a corner of the canvas, with the part that is seen; clicking goes there.

It is painted by the view onto its own viewport. A widget over the view would make Qt paint all of the scene at each
step of a pan, as what lies under a widget cannot be scrolled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from operator import is_
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, QSizeF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPixmap

from studio.gui.canvas.gestures import Gesture
from studio.gui.canvas.look import Look, faded, look, pen
from studio.gui.canvas.node_item import NodeItem
from studio.gui.canvas.projection import Projection
from studio.gui.theme.theme import mixed

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
        self._bodies: list[QRectF] = []
        self._rects: list[QRectF] = []
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
        self._place()
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
        painter.translate(self._corner)
        painter.scale(self._scale, self._scale)
        painter.translate(-self._area.topLeft())
        for colour, rects in self._by_colour(style).items():
            painter.setBrush(QColor(colour))
            painter.drawRects(rects)
        painter.end()
        self._cards = made
        return made

    def _place(self) -> None:
        """Find out where the cards are on the map, if any has moved, come or gone; none is smaller than can be seen."""
        bodies = [item.body_rect() for item in self._projection.cards.values()]
        if bodies and len(bodies) == len(self._bodies) and all(map(is_, bodies, self._bodies)):
            return
        self._bodies = bodies
        area = self._projection.bounds()
        if area.isEmpty():
            area = self._view.seen()
        self._area = area = area.adjusted(-60, -60, 60, 60)
        self._scale = scale = min((WIDTH - 8) / area.width(), (HEIGHT - 8) / area.height())
        self._corner = QPointF((WIDTH - area.width() * scale) / 2, (HEIGHT - area.height() * scale) / 2)
        least = QSizeF(2.0 / scale, 2.0 / scale)
        self._rects = [QRectF(body.topLeft(), body.size().expandedTo(least)) for body in bodies]

    def _by_colour(self, style: Look) -> dict[int, list[QRectF]]:
        """Return the cards by colour: each colour is painted at once."""
        made: dict[int, list[QRectF]] = defaultdict(list)
        for item, rect in zip(self._projection.cards.values(), self._rects, strict=True):
            made[_colour(item, style).rgb()].append(rect)
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


def _colour(item: NodeItem, style: Look) -> QColor:
    status = item.state.status
    if item.isSelected():
        return style.accent
    if status and status != "waiting":
        return style.statuses[status]
    if item.card.broken:
        return style.bad
    return style.dot(item.card.category)
