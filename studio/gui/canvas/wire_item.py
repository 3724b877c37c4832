"""A wire: a curve in the colour of what flows through it; dashed if it delivers at the next tick."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from studio.graph.model import Edge
from studio.gui.canvas.library import PipeItem
from studio.gui.canvas.look import WIRE, Look, faded, fits, look, mixed, pen, width_of
from studio.gui.guard import guarded
from studio.support.values import preview

TINY = 0.3
SMALL = 0.56
_SMOOTH = QPainter.RenderHint.Antialiasing
_NO_BRUSH = Qt.BrushStyle.NoBrush
_SELECTABLE = QGraphicsItem.GraphicsItemFlag.ItemIsSelectable
_ROOM = QPen(Qt.GlobalColor.black, 14.0)
"""Its width is what Qt keeps clear around a path."""

HANDLE = 5.0
"""Radius of a point that a wire is led through."""

_EDGE, _PILL = 8.0, 154.0
"""How far paint goes beyond a path, at a glow or a point; how wide at most are the options that stand on a wire."""


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

    def __init__(self, edge: Edge) -> None:
        # Not PipeItem's own: that makes an arrow item, a cache and pens which are never used here.
        QGraphicsPathItem.__init__(self)
        self._input_port = self._output_port = None
        self._active = self._highlight = False
        self._color, self._style = (0, 0, 0, 255), 0
        self.edge = edge
        self.key = WireKey.of(edge)
        self.count = 1
        """How many equal edges the file has."""
        self.port_type = "any"
        self.broken = False
        self.hovered = False
        self.marked = False
        self.dimmed = False
        self.hot_handle = -1
        self.handles: list[QPointF] = []
        self.label_place = QPointF()
        self.missing = ""
        """What is said at a loose end."""
        self._pill = ""
        self._path = QPainterPath()
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

    def draw_path(self, start_port: Any = None, end_port: Any = None, cursor_pos: Any = None) -> None:
        """The projection routes wires."""

    itemChange = QGraphicsItem.itemChange

    # -- facts --------------------------------------------------------------------------------

    def show_edge(self, edge: Edge, count: int = 1) -> None:
        """Show other options of the same wire."""
        self.edge, self.count = edge, count
        self._pill = options_text(edge)
        if count > 1:
            self._pill = f"{count}×" + (f" {self._pill}" if self._pill else "")
        self.update()

    def set_route(self, path: QPainterPath, label: QPointF, handles: list[QPointF]) -> None:
        """Run along another path."""
        self._points = None
        self._path = path
        self.label_place = label
        self.handles = handles
        self.setPath(path)

    def label_width(self) -> float:
        """Return how wide the words at a loose end are."""
        return width_of(self.missing[:40], look().small_font) + 8

    def set_flag(self, name: str, value: Any) -> None:
        """Set one of the marks (`hovered`, `marked`, `dimmed`, `hot_handle`) and repaint."""
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.update()

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
            wide = self.label_width() if self.missing else _PILL / 2 + 1
            box = box.united(QRectF(place.x() - wide, place.y() - 16, 2 * wide, 26))
        path = QPainterPath()
        path.addRect(box)
        return path

    @guarded()
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Paint the wire, its points and what stands on it."""
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        if scale < TINY:  # there may be thousands: as few calls as can be
            if self.dimmed:
                painter.setOpacity(0.25)
            painter.setPen(tiny_pen(self, look()))
            painter.drawPath(self._path)
        else:
            paint_wire(self, painter, scale, look())


def paint_wire(wire: WireItem, painter: QPainter, scale: float, style: Look) -> None:
    """Paint a wire at a scale (pixels per scene unit)."""
    selected = wire.isSelected()
    strong = selected or wire.hovered or wire.marked
    line = wire_pen(wire, style)
    if scale < SMALL:
        line = _small_pen(line, scale)
    painter.setRenderHint(_SMOOTH)
    if wire.dimmed:
        painter.setOpacity(0.25)
    painter.setBrush(_NO_BRUSH)
    if strong:
        painter.setPen(pen(faded(style.accent if selected or wire.marked else line.color(), 0.25), 7.0))
        painter.drawPath(wire.path())
    painter.setPen(line)
    painter.drawPath(wire.path())
    if scale < SMALL:
        return
    for number, handle in enumerate(wire.handles):
        painter.setPen(pen(style.paper, 1.5))
        painter.setBrush(style.accent if number == wire.hot_handle or selected else line.color())
        painter.drawEllipse(handle, HANDLE, HANDLE)
    if wire.edge.feedback:
        _paint_tip(wire, painter, line.color())
    if wire._pill:
        _paint_pill(painter, wire.label_place, wire._pill, style, line.color())
    if wire.missing:
        painter.setFont(style.small_font)
        painter.setPen(style.bad)
        painter.drawText(wire.label_place, fits(wire.missing, style.small_font, 180))


def tiny_pen(wire: WireItem, style: Look) -> QPen:
    """Return the pen of a wire that is shown very small: a thin line."""
    strong = wire.isSelected() or wire.hovered or wire.marked
    key = ("tiny", wire.port_type, wire.broken, wire.edge.feedback, strong)
    found = style.pens.get(key)
    if found is None:
        found = QPen(wire_pen(wire, style).color(), 2.0 if strong else 1.0)
        found.setCosmetic(True)
        style.pens[key] = found
    return found


def _small_pen(line: QPen, scale: float) -> QPen:
    wide = QPen(line)
    wide.setWidthF(max(line.widthF(), min(3.5, 1.1 / scale)))
    return wide


def wire_pen(wire: WireItem, style: Look) -> QPen:
    """Return the pen of a wire as it is now; pens are shared and must not be changed."""
    edge = wire.edge
    strong = wire.isSelected(), wire.hovered, wire.marked
    key = (wire.port_type, wire.broken, edge.feedback, edge.hold, strong)
    found = style.pens.get(key)
    if found is None:
        found = style.pens[key] = _made_pen(wire, style)
    return found


def _made_pen(wire: WireItem, style: Look) -> QPen:
    edge = wire.edge
    if wire.broken:
        colour = style.bad
    elif wire.isSelected():
        colour = style.accent
    elif edge.feedback:
        colour = style.back
    else:
        colour = style.type_colour(wire.port_type)
        if not (wire.hovered or wire.marked):
            colour = mixed(style.paper, colour, 0.82)
    line = QPen(colour, WIRE + (0.6 if wire.hovered or wire.isSelected() else 0.0))
    line.setCapStyle(Qt.PenCapStyle.FlatCap)
    line.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    if edge.feedback or wire.broken:
        line.setDashPattern([1.0, 2.6] if edge.hold else [4.0, 3.0])
    return line


def _paint_tip(wire: WireItem, painter: QPainter, colour: QColor) -> None:
    end = wire.path().currentPosition()
    path = QPainterPath(QPointF(end.x() - 13, end.y() - 4.5))
    path.lineTo(end.x() - 5, end.y())
    path.lineTo(end.x() - 13, end.y() + 4.5)
    path.closeSubpath()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPath(path)


def _paint_pill(painter: QPainter, place: QPointF, text: str, style: Look, colour: QColor) -> None:
    text = fits(text, style.tiny_font, _PILL - 14)
    wide = width_of(text, style.tiny_font) + 14
    rect = QRectF(place.x() - wide / 2, place.y() - 8, wide, 16)
    painter.setPen(pen(colour, 1.0))
    painter.setBrush(style.card)
    painter.drawRoundedRect(rect, 8, 8)
    painter.setPen(style.text)
    painter.setFont(style.tiny_font)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def options_text(edge: Edge) -> str:
    """Return the options of a feedback edge in a few words."""
    parts = []
    if edge.has_initial:
        parts.append("first " + ('""' if edge.initial == "" else preview(edge.initial, 18)))
    if edge.initial_from:
        parts.append(f"first {edge.initial_from}")
    if edge.hold:
        parts.append("hold")
    return ", ".join(parts)


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
