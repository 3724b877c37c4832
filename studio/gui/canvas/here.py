"""The mark of the node that a run stands at: a ring around its card and an arrow on top, seen from any distance."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from studio.gui.canvas.look import RADIUS, Look, faded, pen

OUT = 4.5
"""How far outside of the card the ring is."""


def paint_here(painter: QPainter, card: QRectF, scale: float, style: Look) -> None:
    """Paint the mark around a card (scene units) that is shown at a scale (pixels per unit)."""
    ring = card.adjusted(-OUT, -OUT, OUT, OUT)
    colour = style.replay
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen(faded(colour, 0.3), 7.0))
    painter.drawRoundedRect(ring, RADIUS + OUT, RADIUS + OUT)
    painter.setPen(pen(colour, min(6.0, max(2.6, 2.0 / scale))))
    painter.drawRoundedRect(ring, RADIUS + OUT, RADIUS + OUT)
    x, y = card.center().x(), card.top()
    painter.setPen(pen(style.paper, 1.5))
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(x - 9, y - 11), QPointF(x + 9, y - 11), QPointF(x, y + 1)]))
