"""The mark of a node that is not the same in two runs, or two graphs, that stand side by side: a frame and a word."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from studio.gui.canvas.look import RADIUS, SMALL, Look, faded, pen, width_of

ABOVE: Final = 11.0
HEIGHT: Final = 15.0
"""How far above its card the word stands, and how high it is."""


class Compared(NamedTuple):
    """What the mark says: a role of colour (`bad`, `warn`, `accent`) and a short word."""

    role: str
    word: str


def paint_compared(painter: QPainter, mark: Compared, card: QRectF, scale: float, style: Look) -> None:
    """Paint the mark at a card (scene units) that is shown at a scale (pixels per unit)."""
    colour = style.theme.colour(mark.role)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen(colour, min(6.0, max(2.4, 1.8 / scale))))
    painter.setBrush(faded(colour, 0.08))
    painter.drawRoundedRect(card, RADIUS, RADIUS)
    if scale < SMALL:
        return
    painter.setFont(style.tiny_bold)
    wide = min(card.width() - 8, width_of(mark.word, style.tiny_bold) + 12)
    tag = QRectF(card.left() + 6, card.top() - ABOVE, wide, HEIGHT)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(tag, 4, 4)
    painter.setPen(style.paper)
    painter.drawText(tag, int(Qt.AlignmentFlag.AlignCenter), mark.word)
