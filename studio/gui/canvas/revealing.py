"""How far the view is moved to bring something into it: no farther than it must, with some room around."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF

BELOW: Final = 36.0
"""Room below a card in which what it gave is said, in scene units."""

MARGIN: Final = 60.0
"""Pixels that are left around what is brought into view, as far as there is room."""


def least_move(there: QRectF, room: QRectF) -> QPointF:
    """Return how far a rectangle has to be moved to stand inside another, with a margin; where it is larger than that,
    to stand in its middle."""
    return QPointF(
        _along(there.left(), there.width(), room.left(), room.width()),
        _along(there.top(), there.height(), room.top(), room.height()),
    )


def move_without_gaps(there: QRectF, room: QRectF) -> QPointF:
    """Return how far a rectangle that lies around or in another has to be moved so that no more than a margin of the
    other is empty, or what is empty is so on both sides alike."""
    return QPointF(
        _filled(there.left(), there.width(), room.left(), room.width()),
        _filled(there.top(), there.height(), room.top(), room.height()),
    )


def _filled(start: float, length: float, first: float, room: float) -> float:
    if length + 2 * MARGIN <= room:
        return first + (room - length) / 2 - start
    return min(first + MARGIN - start, 0.0) + max(first + room - MARGIN - start - length, 0.0)


def _along(start: float, length: float, first: float, room: float) -> float:
    margin = min(MARGIN, (room - length) / 2)
    if margin < 0:
        return first + (room - length) / 2 - start
    return max(first + margin - start, 0.0) + min(first + room - margin - start - length, 0.0)
