"""What the colours of a matrix of flow mean: a ramp of shares, and hatching for who said nothing first."""

from __future__ import annotations

from typing import Final

import numpy
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter

from studio.dynamics.pictures.colours import ramp
from studio.gui.theme import current_theme
from studio.gui.widgets.spacetime.images import current_look, image_of

RAMP: Final = 60
"""Pixels of the ramp."""
SWATCH: Final = 14
HIGH: Final = 10
GAP: Final = 5
"""Pixels between a sign and its words."""
UNKNOWN: Final = "said nothing first"


def hatching() -> QBrush:
    """Return what is drawn over what is not known."""
    return QBrush(current_theme().colour("edge"), Qt.BrushStyle.BDiagPattern)


def paint_flow_key(painter: QPainter, where: QRectF, *, is_all_known: bool) -> None:
    """Paint the key into one line; what does not fit is left out whole."""
    words = painter.fontMetrics().horizontalAdvance
    painter.setPen(current_theme().colour("soft"))
    x, top = where.left(), where.center().y() - HIGH / 2
    if x + words("0%") + RAMP + words("100%") + 2 * GAP > where.right():
        return
    x = _say(painter, x, where, "0%")
    pixels = numpy.full((HIGH, RAMP, 4), 255, numpy.uint8)
    pixels[..., :3] = ramp("novelty", current_look())[numpy.linspace(0, 255, RAMP).astype(int)]
    painter.drawImage(QPointF(x, top), image_of(pixels))
    x = _say(painter, x + RAMP + GAP, where, "100%") + 2 * GAP
    if is_all_known or x + SWATCH + GAP + words(UNKNOWN) > where.right():
        return
    swatch = QRectF(x, top, SWATCH, HIGH)
    painter.fillRect(swatch, current_theme().colour("window"))
    painter.fillRect(swatch, hatching())
    _say(painter, x + SWATCH + GAP, where, UNKNOWN)


def _say(painter: QPainter, x: float, where: QRectF, text: str) -> float:
    """Write words, and return where the next sign stands."""
    wide = painter.fontMetrics().horizontalAdvance(text)
    painter.drawText(QRectF(x, where.top(), wide + 2, where.height()), int(Qt.AlignmentFlag.AlignVCenter), text)
    return x + wide + GAP
