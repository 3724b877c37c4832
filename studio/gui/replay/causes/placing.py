"""Where a card may stand over a canvas, and what part of the canvas it leaves free."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize

INSET: Final = 10
"""Pixels between a card and what it stands beside."""


def corners(room: QRect, size: QSize, picker: QRect) -> list[QRect]:
    """Return where a card of a size may stand in a room, below the picker of items if that is in the way; the best
    place first."""
    across = (room.right() - size.width() - INSET, room.left() + INSET)
    above = [_below(picker, QRect(QPoint(x, room.top() + INSET), size)) for x in across]
    low = room.bottom() - size.height() - INSET
    # The map is in the lower right corner.
    return [*above, *(QRect(QPoint(one.left(), max(one.top(), low)), size) for one in reversed(above))]


def _below(picker: QRect, place: QRect) -> QRect:
    return place.translated(0, picker.bottom() + INSET - place.top()) if place.intersects(picker) else place


def free_beside(card: QRectF, room: QRect) -> QRectF:
    """Return the wider part of a room that is left or right of a card."""
    left, right = QRectF(room), QRectF(room)
    left.setRight(card.left())
    right.setLeft(card.right())
    return left if left.width() >= right.width() else right
