"""How a wire is painted: in full, from afar as a thin line; and which of it, if only a part of the view is painted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from studio.gui.canvas.look import SMALL, WIRE, Look, faded, fits, pen, width_of
from studio.gui.theme.theme import mixed

if TYPE_CHECKING:
    from studio.gui.canvas.wire_item import WireItem

HANDLE = 5.0
"""Radius of a point that a wire is led through."""

PILL = 154.0
"""How wide the options that stand on a wire are at most."""

FADED = 0.25
"""How solid wires are while others are found."""

PALE = 0.26
"""How much of its colour is left of a wire that brought nothing."""

LONG = 3_000.0
"""A wire that goes farther than this is painted in parts, see `Long`."""

_FINE, _STEP, _BLOCK = 4.0, 60.0, 16
"""The largest scale at which lines for a curve are not seen; how long they are at most; how many are tried at once."""

_BEYOND = 8.0
"""How far paint goes beyond a path."""

_SMOOTH = QPainter.RenderHint.Antialiasing
_NO_BRUSH = Qt.BrushStyle.NoBrush


def paint_wire(wire: WireItem, painter: QPainter, scale: float, style: Look, exposed: Sequence[QRectF] = ()) -> None:
    """Paint a wire at a scale (pixels per scene unit); only what is in the exposed rectangles, if there are any."""
    if exposed and not _is_in(wire, exposed):
        return
    selected = wire.isSelected()
    strong = selected or wire.hovered or wire.marked
    line = wire_pen(wire, style)
    if scale < SMALL:
        line = _small_pen(line, scale)
    painter.setRenderHint(_SMOOTH)
    if wire.dimmed:
        painter.setOpacity(FADED)
    painter.setBrush(_NO_BRUSH)
    if strong:
        painter.setPen(pen(faded(style.accent if selected or wire.marked else line.color(), 0.25), 7.0))
        painter.drawPath(wire.path())
    painter.setPen(line)
    if exposed and wire.is_long and line.style() == Qt.PenStyle.SolidLine:
        for run in wire.as_long().runs(exposed):
            painter.drawPolyline(run)
    else:
        painter.drawPath(wire.path())
    if scale >= SMALL:
        _paint_on(wire, painter, style, line.color(), selected=selected)


def _is_in(wire: WireItem, exposed: Sequence[QRectF]) -> bool:
    """Whether any of a wire may be in the exposed rectangles; what stands on it always may."""
    if wire.stands_on or wire.handles:
        return True
    path = wire.path()
    return any(path.intersects(one.adjusted(-_BEYOND, -_BEYOND, _BEYOND, _BEYOND)) for one in exposed)


def _paint_on(wire: WireItem, painter: QPainter, style: Look, colour: QColor, *, selected: bool) -> None:
    """Paint the points of a wire, its tip and what stands on it."""
    for number, handle in enumerate(wire.handles):
        painter.setPen(pen(style.paper, 1.5))
        painter.setBrush(style.accent if number == wire.hot_handle or selected else colour)
        painter.drawEllipse(handle, HANDLE, HANDLE)
    if wire.edge.feedback:
        _paint_tip(wire, painter, colour)
    if wire.pill:
        _paint_pill(painter, wire.label_place, wire.pill, style, colour)
    if wire.missing:
        painter.setFont(style.small_font)
        painter.setPen(style.bad)
        painter.drawText(wire.label_place, fits(wire.missing, style.small_font, 180))


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
    text = fits(text, style.tiny_font, PILL - 14)
    wide = width_of(text, style.tiny_font) + 14
    rect = QRectF(place.x() - wide / 2, place.y() - 8, wide, 16)
    painter.setPen(pen(colour, 1.0))
    painter.setBrush(style.card)
    painter.drawRoundedRect(rect, 8, 8)
    painter.setPen(style.text)
    painter.setFont(style.tiny_font)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


# -- long wires -----------------------------------------------------------------------------------


class Long:
    """A long wire as short straight lines, of which those are painted that are in view: a wire across a large graph
    takes as long to paint as a hundred others, and nine tenths of that is never seen."""

    def __init__(self, path: QPainterPath) -> None:
        fine = path.toSubpathPolygons(QTransform.fromScale(_FINE, _FINE))
        points: list[QPointF] = []
        for one, other in pairwise(point / _FINE for polygon in fine for point in polygon.toList()):
            count = max(1, ceil(max(abs(other.x() - one.x()), abs(other.y() - one.y())) / _STEP))
            points += [one + (other - one) * (number / count) for number in range(count)]
        points.append(path.currentPosition())
        self._points = points
        self._boxes = [_around(points[number : number + 2]) for number in range(len(points) - 1)]
        self._blocks = [
            reduce(QRectF.united, self._boxes[start : start + _BLOCK]) for start in range(0, len(self._boxes), _BLOCK)
        ]

    def runs(self, exposed: Sequence[QRectF]) -> list[QPolygonF]:
        """Return the parts that may be in the exposed rectangles."""
        seen: list[int] = []
        for number, block in enumerate(self._blocks):
            near = [one for one in exposed if one.intersects(block)]
            lines = range(number * _BLOCK, min((number + 1) * _BLOCK, len(self._boxes))) if near else ()
            if any(one.contains(block) for one in near):
                seen += lines
            else:
                seen += [line for line in lines if any(one.intersects(self._boxes[line]) for one in near)]
        runs: list[tuple[int, int]] = []
        for line in seen:
            # A line more at either end: where the paint stops is not to be seen.
            first, last = max(0, line - 1), min(len(self._points), line + 3)
            if runs and first <= runs[-1][1]:
                first = runs.pop()[0]
            runs.append((first, last))
        return [QPolygonF(self._points[first:last]) for first, last in runs]


def _around(points: Sequence[QPointF]) -> QRectF:
    return QPolygonF(points).boundingRect().adjusted(-_BEYOND, -_BEYOND, _BEYOND, _BEYOND)


# -- pens -----------------------------------------------------------------------------------------


def tiny_pen(wire: WireItem, style: Look, *, strong: bool) -> QPen:
    """Return the pen of a wire that is shown very small: a thin line, a strong one if it is marked."""
    selected = strong and wire.isSelected()
    key = ("tiny", wire.port_type, wire.broken, wire.edge.feedback, strong, selected, wire.carries)
    found = style.pens.get(key)
    if found is None:
        found = QPen(_colour(wire, style, selected, strong), 2.0 if strong else 1.0)
        found.setCosmetic(True)
        style.pens[key] = found
    return found


def _small_pen(line: QPen, scale: float) -> QPen:
    wide = QPen(line)
    wide.setWidthF(max(line.widthF(), min(3.5, 1.1 / scale)))
    return wide


def wire_pen(wire: WireItem, style: Look) -> QPen:
    """Return the pen of a wire as it is now; pens are shared and must not be changed."""
    edge, selected, lit = wire.edge, wire.isSelected(), wire.hovered or wire.marked
    key = (wire.port_type, wire.broken, edge.feedback, edge.hold, selected, lit, wire.hovered, wire.carries)
    found = style.pens.get(key)
    if found is None:
        found = QPen(_colour(wire, style, selected, lit), WIRE + (0.6 if wire.hovered or selected else 0.0))
        found.setCapStyle(Qt.PenCapStyle.FlatCap)
        found.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
        if wire.carries == "open":
            found.setCapStyle(Qt.PenCapStyle.RoundCap)
            found.setDashPattern([0.1, 3.0])
        elif edge.feedback or wire.broken:
            found.setDashPattern([1.0, 2.6] if edge.hold else [4.0, 3.0])
        style.pens[key] = found
    return found


def _colour(wire: WireItem, style: Look, selected: bool, lit: bool) -> QColor:
    if wire.broken:
        return style.bad
    if selected:
        return style.accent
    colour = style.back if wire.edge.feedback else style.type_colour(wire.port_type)
    if wire.carries and not lit:
        return mixed(style.paper, colour, PALE if wire.carries == "absent" else 0.6)
    return colour if lit or wire.edge.feedback else mixed(style.paper, colour, 0.82)
