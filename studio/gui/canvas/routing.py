"""How wires run: smooth curves to the right, below the nodes back to the left, through points if given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from studio.export.drawing.paths import CORNER, LANE, STUB, reach

CELL = 400.0
CLEAR = 20.0
"""How far below a card a wire runs back."""
SHOWN_BELOW, LABEL = 34.0, 24.0
"""How far what a card gave in a run reaches below it; half the width of a short label on a wire."""


def smooth(start: QPointF, end: QPointF) -> QPainterPath:
    """Return the curve from an output to an input, leaving and arriving level."""
    level = reach(start.x(), end.x())
    path = QPainterPath(start)
    path.cubicTo(start.x() + level, start.y(), end.x() - level, end.y(), end.x(), end.y())
    return path


def through(points: Sequence[QPointF]) -> QPainterPath:
    """Return a smooth path along points; it leaves the first and meets the last level."""
    if len(points) < 3:
        return smooth(points[0], points[-1])
    path = QPainterPath(points[0])
    last = len(points) - 1
    slopes = [QPointF(1, 0), *(_slope(points[i - 1], points[i + 1]) for i in range(1, last)), QPointF(1, 0)]
    for number in range(last):
        here, there = points[number], points[number + 1]
        far = max(20.0, min(140.0, _far(here, there) * 0.4))
        one, two = here + slopes[number] * far, there - slopes[number + 1] * far
        path.cubicTo(one, two, there)
    return path


def around(start: QPointF, end: QPointF, lane: float, shift: float = 0.0) -> QPainterPath:
    """Return the path of a wire that runs back: out to the right, along a lane (its y), in from the left."""
    right, left = start.x() + STUB + shift, end.x() - STUB - shift
    corners = [start, QPointF(right, start.y()), QPointF(right, lane), QPointF(left, lane), QPointF(left, end.y()), end]
    path = QPainterPath(start)
    for before, here, after in zip(corners, corners[1:], corners[2:], strict=False):
        radius = min(CORNER, _far(before, here) / 2, _far(here, after) / 2)
        path.lineTo(_towards(here, before, radius))
        path.quadTo(here, _towards(here, after, radius))
    path.lineTo(end)
    return path


class Lanes:
    """Where wires run back: just below what stands between their ends, each on a lane of its own."""

    def __init__(self) -> None:
        self._cells: dict[int, dict[str, QRectF]] = defaultdict(dict)
        self._rects: dict[str, QRectF] = {}
        self._taken: dict[object, tuple[float, float, float]] = {}

    def place(self, name: str, rect: QRectF) -> None:
        """A card stands here (now)."""
        old = self._rects.get(name)
        if old == rect:
            return
        if old is not None:
            for cell in _cells(old):
                self._cells[cell].pop(name, None)
        self._rects[name] = rect
        for cell in _cells(rect):
            self._cells[cell][name] = rect

    def remove(self, name: str) -> None:
        """A card is gone."""
        rect = self._rects.pop(name, None)
        if rect is not None:
            for cell in _cells(rect):
                self._cells[cell].pop(name, None)

    def free(self, key: object) -> None:
        """A wire runs back no more."""
        self._taken.pop(key, None)

    def lane(self, key: object, start: QPointF, end: QPointF, ends: tuple[str, str]) -> float:
        """Return the lane of a wire: the height at which it can run from one end to the other."""
        left, right = min(start.x(), end.x()) - STUB - 8, max(start.x(), end.x()) + STUB + 8
        bottom = max(start.y(), end.y())
        for name in ends:
            if name in self._rects:
                bottom = max(bottom, self._rects[name].bottom())
        lane = bottom + CLEAR
        near = list(self._between(left, right))
        taken = [place for other, place in self._taken.items() if other != key]
        for _ in range(200):
            hit = max((r.bottom() for r in near if r.top() - 10 < lane < r.bottom() + 12), default=None)
            if hit is not None and hit + CLEAR > lane:
                lane = hit + CLEAR
                continue
            if any(a < right and b > left and abs(y - lane) < LANE - 0.5 for a, b, y in taken):
                lane += LANE
                continue
            break
        self._taken[key] = (left, right, lane)
        return lane

    def open_place(self, left: float, right: float, lane: float) -> float:
        """Return where along a lane, nearest to its middle, no card stands just above: what it gave is shown there."""
        if right - left < 2 * LABEL:
            return (left + right) / 2
        above = [
            rect for rect in self._between(left, right) if rect.top() < lane and rect.bottom() + SHOWN_BELOW > lane - 8
        ]
        for part in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8):
            place = left + (right - left) * part
            if not any(rect.left() - LABEL < place < rect.right() + LABEL for rect in above):
                return place
        return (left + right) / 2

    def _between(self, left: float, right: float) -> Iterator[QRectF]:
        first, last = int(left // CELL), int(right // CELL)
        cells: Iterable[int] = range(first, last + 1) if last - first < 200 else list(self._cells)
        seen: set[str] = set()
        for cell in cells:
            for name, rect in self._cells.get(cell, {}).items():
                if name not in seen and rect.left() < right and rect.right() > left:
                    seen.add(name)
                    yield rect


def _cells(rect: QRectF) -> range:
    return range(int(rect.left() // CELL), int(rect.right() // CELL) + 1)


def _far(a: QPointF, b: QPointF) -> float:
    return float(((a.x() - b.x()) ** 2 + (a.y() - b.y()) ** 2) ** 0.5)


def _slope(a: QPointF, b: QPointF) -> QPointF:
    far = _far(a, b) or 1.0
    return QPointF((b.x() - a.x()) / far, (b.y() - a.y()) / far)


def _towards(start: QPointF, end: QPointF, by: float) -> QPointF:
    far = _far(start, end) or 1.0
    return QPointF(start.x() + (end.x() - start.x()) * by / far, start.y() + (end.y() - start.y()) * by / far)
