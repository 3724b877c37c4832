"""A wire: a curve in the colour of what flows through it; dashed if it delivers at the next tick."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from studio.export.drawing.card import options_text
from studio.graph.model import Edge
from studio.gui.base.guard import guarded
from studio.gui.canvas.library import PipeItem
from studio.gui.canvas.look import TINY, look, width_of
from studio.gui.canvas.wire_painting import FADED, LONG, PILL, Long, paint_wire, tiny_pen

if TYPE_CHECKING:
    from studio.gui.canvas.viewer import Viewer

_SELECTABLE = QGraphicsItem.GraphicsItemFlag.ItemIsSelectable
_ROOM = QPen(Qt.GlobalColor.black, 14.0)
"""Its width is what Qt keeps clear around a path."""

_EDGE = 8.0
"""How far paint goes beyond a path, at a glow or a point."""


class WireKey(NamedTuple):
    """What tells wires apart: both ends and whether it is feedback. Equal edges of a file share one wire."""

    source: str
    source_port: str
    target: str
    target_port: str
    feedback: bool

    @classmethod
    def of(cls, edge: Edge) -> WireKey:
        """Return the key of an edge."""
        return cls(edge.source, edge.source_port, edge.target, edge.target_port, edge.feedback)


class WireItem(PipeItem):  # type: ignore[misc]
    """One wire. Its path is given by the projection; it knows the edge it stands for and no document."""

    changes = 0
    """Grows when any wire looks other than before, but for being selected."""

    def __init__(self, edge: Edge) -> None:
        # Not PipeItem's own: that makes an arrow item, a cache and pens which are never used here.
        QGraphicsPathItem.__init__(self)
        self._input_port = self._output_port = None  # NodeGraphQt's ports: ours are places on a card
        self._active = self._highlight = False
        self._color, self._style = (0, 0, 0, 255), 0
        self.view: Viewer | None = None
        """Told when it looks other than before."""
        self.edge = edge
        self.key = WireKey.of(edge)
        self.count = 1
        """How many equal edges the file has."""
        self.port_type = "any"
        self.broken = False
        self.hovered = False
        self.marked = False
        self.dimmed = False
        self.carries = ""
        """`absent` or `open` where a run brings nothing over it, or nothing yet (see `wire_values`)."""
        self.hot_handle = -1
        self.handles: list[QPointF] = []
        self.label_place = QPointF()
        self.missing = ""
        """What is said at a loose end."""
        self.pill = ""
        """What stands on it: the options of feedback, or how many it is."""
        self._path = QPainterPath()
        self._long: Long | None = None
        self._points: list[QPointF] | None = None
        self.setFlag(_SELECTABLE)
        self.setZValue(-1)
        self.setPen(_ROOM)
        self.show_edge(edge)

    # -- what NodeGraphQt asks of a pipe -------------------------------------------------------

    def _draw_direction_pointer(self) -> None:
        """No arrow item."""

    def reset(self) -> None:
        """No styling to go back to: paint knows."""

    def highlight(self) -> None:
        """See `reset`."""

    def activate(self) -> None:
        """See `reset`."""

    def update(self, *rect: Any) -> None:
        """Be painted anew."""
        QGraphicsPathItem.update(self, *rect)
        self._repaint_far()

    def _repaint_far(self) -> None:
        if self.view is not None:
            self.view.repaint_far()

    def setVisible(self, visible: bool) -> None:
        """Be seen or not."""
        WireItem.changes += 1
        QGraphicsPathItem.setVisible(self, visible)
        self._repaint_far()

    def draw_path(self, start_port: Any = None, end_port: Any = None, cursor_pos: Any = None) -> None:
        """The projection routes wires."""

    def delete(self) -> None:
        """Leave the scene."""
        WireItem.changes += 1
        scene = self.scene()
        if scene is not None:
            scene.removeItem(self)

    itemChange = QGraphicsItem.itemChange

    # -- facts --------------------------------------------------------------------------------

    def show_edge(self, edge: Edge, count: int = 1) -> None:
        """Show other options of the same wire."""
        WireItem.changes += 1
        self.edge, self.count = edge, count
        self.pill = options_text(edge)
        if count > 1:
            self.pill = f"{count}×" + (f" {self.pill}" if self.pill else "")
        self.update()

    def set_route(self, path: QPainterPath, label: QPointF, handles: list[QPointF]) -> None:
        """Run along another path."""
        WireItem.changes += 1
        self._points = self._long = None
        self._path = path
        self.label_place = label
        self.handles = handles
        self.setPath(path)
        self._repaint_far()

    def label_width(self) -> float:
        """Return how wide the words at a loose end are."""
        return width_of(self.missing[:40], look().small_font) + 8

    def set_flag(self, name: str, value: Any) -> None:
        """Set one of the marks (`hovered`, `marked`, `dimmed`, `carries`, `hot_handle`) and repaint."""
        if getattr(self, name) != value:
            WireItem.changes += 1
            setattr(self, name, value)
            self.update()

    @property
    def is_strong(self) -> bool:
        """Whether it is drawn as selected, found or under the mouse."""
        return self.hovered or self.marked or bool(self.isSelected())

    @property
    def stands_on(self) -> bool:
        """Whether something stands on it or at its end."""
        return not self.label_place.isNull() or self.edge.feedback

    @property
    def is_long(self) -> bool:
        """Whether it goes farther than anybody sees at once."""
        box = self._path.controlPointRect()
        return box.width() > LONG or box.height() > LONG

    def as_long(self) -> Long:
        """Return the path as lines, of which only those have to be painted that are in view."""
        if self._long is None:
            self._long = Long(self._path)
        return self._long

    def points(self) -> list[QPointF]:
        """Return points along the path, close enough to find it under the mouse."""
        if self._points is None:
            self._points = [point for polygon in self.path().toSubpathPolygons() for point in polygon.toList()]
        return self._points

    def distance(self, point: QPointF) -> float:
        """Return how far a point of the scene is from the wire."""
        return _distance(self.points(), point.x(), point.y())

    def segment_of(self, point: QPointF) -> int:
        """Return behind which handle (0: before the first) a point on the wire lies."""
        if not self.handles:
            return 0
        points = self.points()
        at = _nearest(points, point.x(), point.y())
        places = [_nearest(points, handle.x(), handle.y()) for handle in self.handles]
        return sum(place <= at for place in places)

    # -- Qt -----------------------------------------------------------------------------------

    @guarded(QPainterPath)
    def shape(self) -> QPainterPath:
        """Found by distance, not by shape; Qt gets the box of all that may be painted, what stands on it included."""
        box = self.path().controlPointRect().adjusted(-_EDGE, -_EDGE, _EDGE, _EDGE)
        if not self.label_place.isNull():
            place = self.label_place
            wide = self.label_width() if self.missing else PILL / 2 + 1
            box = box.united(QRectF(place.x() - wide, place.y() - 16, 2 * wide, 26))
        path = QPainterPath()
        path.addRect(box)
        return path

    @guarded()
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Paint the wire, its points and what stands on it; in a view, only as much as is to be seen."""
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        if scale < TINY:
            if self.dimmed:
                painter.setOpacity(FADED)
            painter.setPen(tiny_pen(self, look(), strong=self.is_strong))
            painter.drawPath(self._path)
        else:
            paint_wire(self, painter, scale, look(), widget.parent().exposed if widget is not None else ())


def _distance(points: list[QPointF], x: float, y: float) -> float:
    best = float("inf")
    for a, b in pairwise(points):
        ax, ay = a.x(), a.y()
        dx, dy = b.x() - ax, b.y() - ay
        length = dx * dx + dy * dy
        t = 0.0 if length == 0 else max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / length))
        best = min(best, (ax + t * dx - x) ** 2 + (ay + t * dy - y) ** 2)
    return float(best**0.5)


def _nearest(points: list[QPointF], x: float, y: float) -> int:
    return min(range(len(points)), key=lambda i: (points[i].x() - x) ** 2 + (points[i].y() - y) ** 2)
