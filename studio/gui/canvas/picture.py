"""The graph as a picture, whole or only some nodes: PNG and SVG from the scene itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem

from studio.gui.canvas.look import look
from studio.gui.canvas.node_item import NodeItem
from studio.gui.canvas.wire_item import WireItem
from studio.gui.theme import as_theme, current_theme
from studio.support.errors import EnvironmentProblem

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas

EDGE = 40.0
MOST_PIXELS = 16_000
"""Width or height of a picture at most: larger ones are refused by what opens them."""


@dataclass(frozen=True, slots=True)
class Shot:
    """What a picture shows: these nodes and the wires between them (None: everything), in a theme ("": the one that
    is shown), on its paper or on nothing."""

    names: frozenset[str] | None = None
    theme: str = ""
    paper: bool = True


WHOLE = Shot()


def extent(canvas: Canvas, names: Collection[str] | None = None) -> QRectF:
    """Return what a picture shows: all items, or these nodes and the wires between them, with some paper around."""
    area = canvas.projection.bounds(names)
    if names is None:
        for note in canvas.notes.all():
            area = area.united(note.area())
    for wire in canvas.projection.wires.values():
        if names is None or (wire.key.source in names and wire.key.target in names):
            area = area.united(wire.path().controlPointRect())
    if area.isEmpty():
        area = QRectF(0, 0, 400, 240)
    return area.adjusted(-EDGE, -EDGE, EDGE, EDGE)


@contextmanager
def _posing(canvas: Canvas, shot: Shot) -> Iterator[None]:
    """The scene as the picture has it: without selection, without what is left out, and without caches, which would
    become bitmaps in a drawing."""
    scene: Any = canvas.view.shown_scene()
    chosen = canvas.selected_items()
    cached = [item for item in scene.items() if item.cacheMode() != QGraphicsItem.CacheMode.NoCache]
    left_out = [] if shot.names is None else _others(canvas, shot.names)
    paper, grid = scene.backgroundBrush(), scene.grid_mode
    scene.blockSignals(True)
    try:
        scene.clearSelection()
        scene.setBackgroundBrush(QBrush())
        scene.grid_mode = 0  # NodeGraphQt's own grid, which the view does not show either
        for item in cached:
            item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        for item in left_out:
            item.setOpacity(0.0)
        with as_theme(shot.theme or current_theme().name):
            yield
    finally:
        for item in left_out:
            item.setOpacity(1.0)
        for item in cached:
            item.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        scene.setBackgroundBrush(paper)
        scene.grid_mode = grid
        for item in chosen:
            item.setSelected(True)
        scene.blockSignals(False)


def _others(canvas: Canvas, names: frozenset[str]) -> list[QGraphicsItem]:
    """What does not belong to a picture of some nodes."""
    found: list[QGraphicsItem] = []
    for item in canvas.view.shown_scene().items():
        if isinstance(item, NodeItem):
            inside = item.name in names
        elif isinstance(item, WireItem):
            inside = item.key.source in names and item.key.target in names
        else:
            inside = False
        if not inside:
            found.append(item)
    return found


def to_image(canvas: Canvas, scale: float = 1.0, shot: Shot = WHOLE) -> QImage:
    """Return a picture at a scale; a graph that would be too large is shown smaller."""
    canvas.view.cancel_gesture()
    area = extent(canvas, shot.names)
    scale = max(0.01, min(scale, MOST_PIXELS / area.width(), MOST_PIXELS / area.height()))
    size = QSize(max(1, round(area.width() * scale)), max(1, round(area.height() * scale)))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    _paint(canvas, shot, painter, QRectF(image.rect()), area)
    painter.end()
    return image


def to_svg(canvas: Canvas, path: Path, shot: Shot = WHOLE) -> None:
    """Write a drawing. Raises EnvironmentProblem if the disk refuses."""
    from PySide6.QtSvg import QSvgGenerator

    canvas.view.cancel_gesture()
    area = extent(canvas, shot.names)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(round(area.width()), round(area.height())))
    generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
    generator.setTitle(canvas.document.title[:200])
    painter = QPainter(generator)
    _paint(canvas, shot, painter, QRectF(0, 0, area.width(), area.height()), area)
    painter.end()
    buffer.close()
    try:
        path.write_bytes(bytes(data.data()))
    except OSError as error:
        raise EnvironmentProblem(
            f"The picture cannot be written: {error.strerror or error}.", where=str(path)
        ) from None


def _paint(canvas: Canvas, shot: Shot, painter: QPainter, onto: QRectF, area: QRectF) -> None:
    with _posing(canvas, shot):
        if shot.paper:
            painter.fillRect(onto, look().paper)
        canvas.view.shown_scene().render(painter, onto, area, Qt.AspectRatioMode.KeepAspectRatio)
