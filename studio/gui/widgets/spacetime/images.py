"""Pixels of `studio.dynamics.pictures` as Qt paints them, in the colours of the window's theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
from PySide6.QtGui import QImage, QPixmap

from studio.dynamics.pictures.colours import Look, look
from studio.gui.theme import current_theme

if TYPE_CHECKING:
    from numpy.typing import NDArray


def image_of(pixels: NDArray[numpy.uint8]) -> QImage:
    """Return pixels (height, width, 4) of red, green, blue and alpha, all opaque, as a picture of its own memory."""
    held = numpy.ascontiguousarray(pixels)
    high, wide = held.shape[:2]
    picture = QImage(held.data, wide, high, 4 * wide, QImage.Format.Format_RGBX8888)
    return picture.convertToFormat(QImage.Format.Format_RGB32)


def pixmap_of(pixels: NDArray[numpy.uint8]) -> QPixmap:
    """Return the same as a pixmap."""
    return QPixmap.fromImage(image_of(pixels))


def current_look() -> Look:
    """Return the colours of the theme that is shown."""
    return look(current_theme().name)
