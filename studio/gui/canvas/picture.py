"""The whole graph as a picture, as it is shown: PNG and SVG from the scene itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem

from studio.gui.canvas.look import look
from studio.support.errors import EnvironmentProblem

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas

EDGE = 40.0
MOST_PIXELS = 16_000
"""Width or height of a picture at most: larger ones are refused by what opens them."""


def extent(canvas: Canvas) -> QRectF:
    """Return what a picture shows: all items with some paper around."""
    area = canvas.projection.bounds()
    for note in canvas.notes.all():
        area = area.united(note.area())
    for wire in canvas.projection.wires.values():
        area = area.united(wire.path().controlPointRect())
    if area.isEmpty():
        area = QRectF(0, 0, 400, 240)
    return area.adjusted(-EDGE, -EDGE, EDGE, EDGE)


@contextmanager
def _bare(canvas: Canvas) -> Iterator[None]:
    """Without selection, and without caches, which would become bitmaps in a drawing."""
    scene = canvas.view.shown_scene()
    chosen = canvas.selected_items()
    cached = [item for item in scene.items() if item.cacheMode() != QGraphicsItem.CacheMode.NoCache]
    scene.blockSignals(True)
    try:
        scene.clearSelection()
        for item in cached:
            item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        yield
    finally:
        for item in cached:
            item.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        for item in chosen:
            item.setSelected(True)
        scene.blockSignals(False)


def to_image(canvas: Canvas, scale: float = 1.0) -> QImage:
    """Return a picture at a scale; a graph that would be too large is shown smaller."""
    canvas.view.cancel_gesture()
    area = extent(canvas)
    scale = max(0.01, min(scale, MOST_PIXELS / area.width(), MOST_PIXELS / area.height()))
    image = QImage(
        QSize(round(area.width() * scale), round(area.height() * scale)), QImage.Format.Format_ARGB32_Premultiplied
    )
    image.fill(look().paper)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    with _bare(canvas):
        canvas.view.shown_scene().render(painter, QRectF(image.rect()), area, Qt.AspectRatioMode.KeepAspectRatio)
    painter.end()
    return image


def to_svg(canvas: Canvas, path: Path) -> None:
    """Write a drawing. Raises EnvironmentProblem if the disk refuses."""
    from PySide6.QtSvg import QSvgGenerator

    canvas.view.cancel_gesture()
    area = extent(canvas)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(round(area.width()), round(area.height())))
    generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
    generator.setTitle(canvas.document.title[:200])
    painter = QPainter(generator)
    with _bare(canvas):
        painter.fillRect(QRectF(0, 0, area.width(), area.height()), look().paper)
        canvas.view.shown_scene().render(
            painter, QRectF(0, 0, area.width(), area.height()), area, Qt.AspectRatioMode.KeepAspectRatio
        )
    painter.end()
    buffer.close()
    try:
        path.write_bytes(bytes(data.data()))
    except OSError as error:
        raise EnvironmentProblem(
            f"The picture cannot be written: {error.strerror or error}.", where=str(path)
        ) from None
