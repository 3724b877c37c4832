"""Where the line from one use of a store to the next runs: a shallow arc from card to card with a small tip."""

from __future__ import annotations

from math import atan2, cos, hypot, sin
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

BOW: Final = (0.14, 44.0)
"""How far an arc goes beside the straight line: a part of its length, and at most so far."""

LANE: Final = 16.0
"""How much farther each further line between the same cards goes."""

OFF: Final = 3.0
"""How far from a card a line begins and ends."""

TIP: Final = 7.0
"""How long a tip is."""


class Route:
    """The line of one step. `path` is the arc, `tip` its arrow, `box` has both."""

    __slots__ = ("_for", "box", "path", "tip")

    def __init__(self, earlier: QRectF, later: QRectF, lane: int) -> None:
        self._for = (QRectF(earlier), QRectF(later), lane)
        start, end, over = _arc(earlier, later, lane)
        self.path = QPainterPath(start)
        self.path.quadTo(over, end)
        self.tip = QPainterPath()
        back = atan2(over.y() - end.y(), over.x() - end.x())
        for number, turn in enumerate((-0.5, 0.0, 0.5)):
            point = end if number == 1 else end + TIP * QPointF(cos(back + turn), sin(back + turn))
            self.tip.moveTo(point) if number == 0 else self.tip.lineTo(point)
        around = self.path.controlPointRect()
        self.box = around.adjusted(-TIP, -TIP, TIP, TIP)

    def is_for(self, earlier: QRectF, later: QRectF, lane: int) -> bool:
        """Whether the cards stand where they stood when it was made."""
        return self._for == (earlier, later, lane)

    def place(self, distance: float, *, from_end: bool) -> QPointF:
        """Return the point that far along the line, from its start or its end; its middle if it is short."""
        length = self.path.length()
        part = min(0.5, distance / length) if length else 0.5
        return self.path.pointAtPercent(1 - part if from_end else part)


def route(earlier: QRectF, later: QRectF, lane: int = 0) -> Route:
    """Return the line from one card to another; `lane` tells lines between the same cards apart."""
    return Route(earlier, later, lane)


def _arc(earlier: QRectF, later: QRectF, lane: int) -> tuple[QPointF, QPointF, QPointF]:
    """Return start, end and the point that the arc bends to."""
    a, b = earlier.center(), later.center()
    across, down = b.x() - a.x(), b.y() - a.y()
    far = hypot(across, down)
    if far == 0:
        return a, b, a
    bow = min(BOW[0] * far, BOW[1]) + LANE * lane
    over = QPointF((a.x() + b.x()) / 2 - down / far * bow * 2, (a.y() + b.y()) / 2 + across / far * bow * 2)
    return _leaving(earlier, over), _leaving(later, over), over


def _leaving(card: QRectF, towards: QPointF) -> QPointF:
    """Return where a straight line from the middle of a card to a point leaves it; the point itself if it is inside."""
    room = card.adjusted(-OFF, -OFF, OFF, OFF)
    middle = room.center()
    across, down = towards.x() - middle.x(), towards.y() - middle.y()
    parts = [half / abs(way) for half, way in ((room.width() / 2, across), (room.height() / 2, down)) if way]
    part = min(1.0, *parts) if parts else 0.0
    return QPointF(middle.x() + across * part, middle.y() + down * part)
