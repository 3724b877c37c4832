"""The ports of a card and the sign of a problem on its corner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from studio.graph.model import IMPLICIT_PORTS
from studio.gui.canvas.library import IN
from studio.gui.canvas.look import PORT, Look, faded, pen
from studio.gui.theme.theme import mixed

if TYPE_CHECKING:
    from studio.gui.canvas.node_item import NodeItem

_NO_PEN = Qt.PenStyle.NoPen
_NO_BRUSH = Qt.BrushStyle.NoBrush


def paint_ports(item: NodeItem, painter: QPainter, style: Look, *, with_free: bool) -> None:
    """Paint the dots; from afar (not `with_free`) only those with wires."""
    card = item.card
    rows = {("in", port) for port in card.inputs} | {("out", port) for port in card.outputs}
    shows_all = with_free and (item.hovered or item.isSelected() or item.offer is not None)
    for key, place in item.places().items():
        if key in rows:
            if with_free or key in item.wired:
                _paint_port(item, painter, style, (key, place), PORT)
        elif shows_all:
            _paint_port(item, painter, style, (key, place), 3.2)


def _paint_port(
    item: NodeItem, painter: QPainter, style: Look, port: tuple[tuple[str, str], QPointF], radius: float
) -> None:
    key, place = port
    side, name = key
    colour = style.bad if key in item.ghosts else style.type_colour(item.types.get(key, "any"))
    if name in IMPLICIT_PORTS:
        colour = style.bad if name == "error" else style.soft
    offered = None
    if item.offer is not None:
        from studio.gui.canvas.node_item import PortId

        offered = item.offer(PortId(item.name, side, name))
        if not offered:
            colour = mixed(style.card, colour, 0.25)
    missing = side == IN and name in item.card.required and key not in item.wired and offered is None
    if offered or item.hot == key:
        painter.setPen(_NO_PEN)
        painter.setBrush(faded(colour, 0.3))
        painter.drawEllipse(place, radius + 4.5, radius + 4.5)
        radius += 1.0
    elif missing:
        painter.setPen(pen(style.warn, 1.4))
        painter.setBrush(_NO_BRUSH)
        painter.drawEllipse(place, radius + 2.6, radius + 2.6)
    filled = side != IN or key in item.wired
    painter.setPen(pen(style.card if filled else colour, 1.5))
    painter.setBrush(colour if filled else style.card)
    painter.drawEllipse(place, radius, radius)
    if key in item.ghosts:
        painter.setPen(pen(style.card, 1.4))
        painter.drawLine(place + QPointF(-2, -2), place + QPointF(2, 2))
        painter.drawLine(place + QPointF(-2, 2), place + QPointF(2, -2))


def problem_colour(item: NodeItem, style: Look) -> QColor:
    """Return the colour of a node's problem."""
    return style.bad if item.problem is not None and item.problem[0] == "error" else style.warn


def paint_problem(item: NodeItem, painter: QPainter, style: Look, *, large: bool) -> None:
    """A sign on the card's corner: something is wrong with the node."""
    size = 11.0 if large else 7.0
    centre = QPointF(item.card.width - 1, 1)
    painter.setPen(pen(style.paper, 2.0))
    painter.setBrush(problem_colour(item, style))
    painter.drawEllipse(centre, size, size)
    painter.setPen(style.paper)
    painter.setFont(style.tiny_bold)
    if not large:
        painter.drawText(QRectF(centre.x() - 7, centre.y() - 7, 14, 14), Qt.AlignmentFlag.AlignCenter, "!")
