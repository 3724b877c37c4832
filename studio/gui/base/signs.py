"""Small round signs for sentences: something to know, to heed, to mend. Painted, so that they follow the theme."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from studio.gui.theme import current_theme

ROLES = {"info": "accent", "warning": "warn", "error": "bad"}
"""The colour role of each kind of sentence."""


def sign_pixmap(kind: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Return the sign of a kind (`info`, `warning`, `error`), `size` pixels wide before the screen's own factor."""
    theme = current_theme()
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour, ink = theme.colour(ROLES.get(kind, "accent")), theme.colour("accent_ink")
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QRectF(0.5, 0.5, size - 1, size - 1))
    _mark(painter, kind, size, ink)
    painter.end()
    return pixmap


def _mark(painter: QPainter, kind: str, size: float, ink: QColor) -> None:
    pen = QPen(ink, size * 0.11, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    middle, low, high = size / 2, size * 0.3, size * 0.7
    if kind == "error":
        near, far = size * 0.35, size * 0.65
        painter.drawLine(near, near, far, far)  # type: ignore[call-overload]
        painter.drawLine(near, far, far, near)  # type: ignore[call-overload]
        return
    upright = (low, size * 0.54) if kind == "warning" else (size * 0.47, high)
    dot = high if kind == "warning" else low
    painter.drawLine(middle, upright[0], middle, upright[1])  # type: ignore[call-overload]
    painter.drawPoint(middle, dot)  # type: ignore[call-overload]


def sign_icon(kind: str, size: int = 16) -> QIcon:
    """Return the sign as an icon."""
    return QIcon(sign_pixmap(kind, size, 2.0))
