"""The paper that a graph is drawn on: zoom and pan, and painting no more than has to be.

NodeGraphQt's viewer gives the scene; its own ways to zoom shrink the scene to the view, which is slow and unbounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent, QTransform
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsView

from studio.gui.base.guard import guarded
from studio.gui.canvas.library import NodeViewer
from studio.gui.canvas.look import TINY, look
from studio.gui.theme.theme import mixed

if TYPE_CHECKING:
    from studio.gui.canvas.far import Far
    from studio.gui.canvas.minimap import Minimap

LEAST, MOST = 0.05, 4.0
EXTENT = 1_100_000.0
GRID = 20.0
TINT = 0.07
MOST_PARTS = 16
"""In how many rectangles the view is painted at most; one around all is painted instead of more."""


class Paper(NodeViewer):  # type: ignore[misc]
    """A view of the scene at some scale; the mouse and the keys are its heir's."""

    def __init__(self) -> None:
        self.overlay: Minimap | None = None
        """Painted over the scene, in place."""
        self.far: Far | None = None
        """Paints the scene where it is shown very small."""
        self.is_afar = False
        self.tint = ""
        """A role of colour that the paper has a touch of: what is shown is not what is being designed."""
        self.exposed: Sequence[QRectF] = ()
        """While the view is painted: the rectangles of the scene that are; everything if there are none."""
        super().__init__()
        self.scene().grid_mode = 0  # its lines would be in pictures; the view draws dots
        self._search_widget.setParent(self)
        self._search_widget.hide()
        for item in (self._cursor_text, self._SLICER_PIPE, self._LIVE_PIPE):
            self.scene().removeItem(item)
        self.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # items that are smooth say so
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState, False)
        self.setSceneRect(-EXTENT, -EXTENT, 2 * EXTENT, 2 * EXTENT)
        self.centerOn(0, 0)

    def shown_scene(self) -> QGraphicsScene:
        """Return the scene."""
        scene = self.scene()
        assert isinstance(scene, QGraphicsScene)
        return scene

    def drawn(self) -> QGraphicsItem | None:
        """Return what the mouse is drawing over the scene."""
        return None

    # -- zoom and pan ----------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Pixels per scene unit."""
        return float(self.transform().m11())

    def zoom_to(self, scale: float, anchor: QPointF | None = None) -> None:
        """Show the scene at another scale, with the point under `anchor` (of the viewport) kept in place."""
        scale = max(LEAST, min(MOST, scale))
        at = anchor or QPointF(self.viewport().rect().center())
        kept = self.scene_at(at)
        self._scale_to(scale)
        self.put(kept, at)

    def _scale_to(self, scale: float) -> None:
        self.setTransform(QTransform.fromScale(scale, scale))
        self.is_afar = scale < TINY

    def scene_at(self, point: QPointF) -> QPointF:
        """Return the point of the scene under a point of the viewport."""
        inverse, _ = self.viewportTransform().inverted()
        return QPointF(inverse.map(point))

    def put(self, point: QPointF, at: QPointF) -> None:
        """Move the view so that a point of the scene is at a point of the viewport."""
        now = self.viewportTransform().map(point)
        self.pan(now - at)

    def pan(self, by: QPointF) -> None:
        """Move the view by pixels."""
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(by.x()))
        down.setValue(down.value() + round(by.y()))

    def show_rect(self, rect: QRectF, most: float = 1.0) -> None:
        """Show a rectangle of the scene as large as it fits, but no larger than `most`."""
        if rect.isEmpty():
            return
        room = self.viewport().rect()
        across = max(1.0, room.width() - 80.0) / max(1.0, rect.width())
        down = max(1.0, room.height() - 80.0) / max(1.0, rect.height())
        scale = max(LEAST, min(most, across, down))
        self._scale_to(scale)
        self.put(rect.center(), QPointF(room.center()))

    def seen(self) -> QRectF:
        """Return the part of the scene that is seen."""
        return QRectF(self.mapToScene(self.viewport().rect()).boundingRect())

    def _update_scene(self) -> None:
        """NodeGraphQt's way to zoom is not used."""

    def _set_viewer_zoom(self, value: float, sensitivity: float | None = None, pos: Any = None) -> None:
        self.zoom_to(self.zoom * 1.001**value, QPointF(pos) if pos is not None else None)

    def _set_viewer_pan(self, pos_x: float, pos_y: float) -> None:
        self.pan(QPointF(pos_x, pos_y) * self.zoom)

    def get_zoom(self) -> float:
        """Return the zoom as NodeGraphQt counts it: 0 is life size."""
        return self.zoom - 1.0

    def reset_zoom(self, cent: QPointF | None = None) -> None:
        """Show the scene life size, around a point if given."""
        self.zoom_to(1.0)
        if cent is not None:
            self.put(QPointF(cent), QPointF(self.viewport().rect().center()))

    def _combined_rect(self, nodes: list[Any]) -> QRectF:
        rect = QRectF()
        for node in nodes:
            rect = rect.united(node.sceneBoundingRect())
        return rect

    # -- painting --------------------------------------------------------------------------------

    @guarded()
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Scroll what is painted, but for the overlay, which stays in place."""
        QGraphicsView.scrollContentsBy(self, dx, dy)
        if self.overlay is not None and self.overlay.isVisible():
            place = self.overlay.geometry()
            self.viewport().update(place)
            self.viewport().update(place.translated(dx, dy))

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the scene and what lies over it."""
        inverse, _ = self.viewportTransform().inverted()
        few = event.region().rectCount() <= MOST_PARTS
        parts: Iterable[QRect] = iter(event.region()) if few else (event.rect(),)
        self.exposed = [inverse.mapRect(QRectF(part)) for part in parts]
        try:
            if self.far is not None and self.is_afar:
                self._paint_far(self.far, event)
            else:
                QGraphicsView.paintEvent(self, event)
        finally:
            self.exposed = ()
        overlay = self.overlay
        if overlay is not None and overlay.isVisible() and event.region().intersects(overlay.geometry()):
            painter = QPainter(self.viewport())
            painter.setClipRegion(event.region())
            overlay.paint(painter)
            painter.end()

    def repaint_far(self) -> None:
        """Something looks other than before. Qt repaints an item where it remembers to have painted it; from afar it
        has painted none, so all of the view is painted anew."""
        if self.is_afar:
            self.viewport().update()

    def _paint_far(self, far: Far, event: QPaintEvent) -> None:
        QGraphicsView.paintEvent(self, QPaintEvent(QRegion()))  # paints nothing, but the view and the scene note it
        painter = QPainter(self.viewport())
        painter.setWorldTransform(self.viewportTransform())
        self.drawBackground(painter, self.viewportTransform().inverted()[0].mapRect(QRectF(event.rect())))
        far.paint(painter, self.exposed, self.drawn())
        painter.end()

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scale and the middle."""
        QGraphicsView.resizeEvent(self, event)
        old = event.oldSize()
        if old.isValid() and not old.isEmpty():
            change = event.size() - old
            self.pan(QPointF(-change.width() / 2, -change.height() / 2))

    @guarded()
    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """The paper and a grid of dots, coarser the smaller the scene is shown."""
        style = look()
        painter.fillRect(rect, mixed(style.paper, style.theme.colour(self.tint), TINT) if self.tint else style.paper)
        scale = self.zoom
        if scale < 0.25:
            return
        step = GRID
        while step * scale < 22:
            step *= 2
        size = 2.0 / scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.grid)
        for part in self.exposed or (rect,):
            painter.drawRects(_dots(part, step, size))


def _dots(area: QRectF, step: float, size: float) -> list[QRectF]:
    """Return the dots of the grid that an area touches."""
    half = size / 2
    columns = range(floor((area.left() - half) / step), ceil((area.right() + half) / step) + 1)
    rows = [
        row * step - half for row in range(floor((area.top() - half) / step), ceil((area.bottom() + half) / step) + 1)
    ]
    return [QRectF(column * step - half, row, size, size) for column in columns for row in rows]
