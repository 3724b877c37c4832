"""Icons: drawings of one colour in `assets/icons`, painted in whatever colour the place asks for."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from studio.support.resources import resource_root

PLAIN = "node"
"""What is drawn for an icon that nobody has drawn yet (a plugin's)."""


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, size: int) -> QPixmap:
    folder = resource_root("assets") / "icons"
    file = folder / f"{name}.svg"
    if not name.replace("-", "").isalnum() or not file.is_file():
        file = folder / f"{PLAIN}.svg"
    text = file.read_text(encoding="utf-8").replace("currentColor", colour)
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def paint_icon(painter: QPainter, name: str, where: QRect, colour: QColor) -> None:
    """Paint an icon, sharp on every screen; one that does not exist is a plain box."""
    scale = painter.device().devicePixelRatio()
    painter.drawPixmap(where, _pixmap(name, colour.name(), max(1, round(where.width() * scale))))


def icon(name: str, colour: QColor, size: int = 16) -> QIcon:
    """Return an icon for buttons and menus, for plain and for dense screens."""
    return QIcon(_icon(name, colour.name(), size))


@lru_cache(maxsize=512)
def _icon(name: str, colour: str, size: int) -> QIcon:
    made = QIcon()
    for scale in (1, 2, 3):
        pixmap = QPixmap(_pixmap(name, colour, size * scale))
        pixmap.setDevicePixelRatio(scale)
        made.addPixmap(pixmap)
    return made
