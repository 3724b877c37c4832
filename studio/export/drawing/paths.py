"""How wires run: smooth curves to the right, around the nodes when they feed back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.graph.layout import Point

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""

LANE = 13.0
STUB = 20.0
CORNER = 10.0


def curve(start: Point, end: Point) -> str:
    """Return a smooth path from an output to an input, leaving and arriving level."""
    (x1, y1), (x2, y2) = start, end
    reached = reach(x1, x2)
    return f"M{at(start)}C{at((x1 + reached, y1))} {at((x2 - reached, y2))} {at(end)}"


def reach(x1: float, x2: float) -> float:
    """Return how far a curve runs level at its ends."""
    return max(30.0, min(140.0, (x2 - x1) * 0.5)) if x2 > x1 else min(160.0, 60.0 + (x1 - x2) * 0.35)


def hits(start: Point, end: Point, boxes: Mapping[str, Rect], ends: tuple[str, str]) -> bool:
    """True if the smooth curve between two points would run over a box other than those at its ends."""
    (x1, y1), (x2, y2) = start, end
    reached = reach(x1, x2)
    left, right, top, bottom = min(x1, x2) - reached, max(x1, x2) + reached, min(y1, y2), max(y1, y2)
    near = [
        b
        for name, b in boxes.items()
        if b[0] < right + 6 and b[2] > left - 6 and b[1] < bottom + 6 and b[3] > top - 6 and name not in ends
    ]
    if not near:
        return False
    for step in range(1, 24):
        t = step / 24
        u = 1 - t
        x = u * u * u * x1 + 3 * u * u * t * (x1 + reached) + 3 * u * t * t * (x2 - reached) + t * t * t * x2
        y = (u * u * u + 3 * u * u * t) * y1 + (3 * u * t * t + t * t * t) * y2
        if any(b[0] - 6 < x < b[2] + 6 and b[1] - 6 < y < b[3] + 6 for b in near):
            return True
    return False


def through(points: Sequence[Point]) -> str:
    """Return a path along points with its corners rounded as far as its parts allow."""
    if len(points) < 3:
        return curve(points[0], points[-1])
    return _rounded(points, 26.0)


class Lanes:
    """Hands out the lanes below the nodes in which feedback wires run back, so that no two lie on each other."""

    def __init__(self, boxes: Mapping[str, Rect]) -> None:
        self._boxes = list(boxes.values())
        self._taken: list[tuple[float, float, float]] = []
        self._stubs: dict[tuple[int, int], int] = {}
        self.bottom = max((box[3] for box in self._boxes), default=0.0)

    def around(self, start: Point, end: Point) -> tuple[str, Point]:
        """Return a path from an output back to an input below everything between, and where a label fits on it."""
        right = start[0] + STUB + 6 * self._next_stub(0, start[0])
        left = end[0] - STUB - 6 * self._next_stub(1, end[0])
        lane = self._lane(min(left, right), max(left, right))
        points = [start, (right, start[1]), (right, lane), (left, lane), (left, end[1]), end]
        self.bottom = max(self.bottom, lane)
        return _rounded(points, CORNER), ((left + right) / 2, lane)

    def _next_stub(self, side: int, x: float) -> int:
        key = (side, round(x / 10))
        self._stubs[key] = self._stubs.get(key, -1) + 1
        return self._stubs[key]

    def _lane(self, left: float, right: float) -> float:
        below = max((b[3] for b in self._boxes if b[0] < right + 8 and b[2] > left - 8), default=0.0)
        lane = below + 22.0
        while any(a < right + 8 and b > left - 8 and abs(y - lane) < LANE - 0.5 for a, b, y in self._taken):
            lane += LANE
        self._taken.append((left, right, lane))
        return lane


def _rounded(points: Sequence[Point], most: float) -> str:
    """Return straight parts with rounded corners."""
    parts = [f"M{at(points[0])}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(most, _distance(before, here) / 2, _distance(here, after) / 2)
        parts.append(f"L{at(_towards(here, before, radius))}Q{at(here)} {at(_towards(here, after, radius))}")
    parts.append(f"L{at(points[-1])}")
    return "".join(parts)


def _towards(start: Point, end: Point, by: float) -> Point:
    length = _distance(start, end) or 1.0
    return (start[0] + (end[0] - start[0]) * by / length, start[1] + (end[1] - start[1]) * by / length)


def _distance(a: Point, b: Point) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


def at(point: Point) -> str:
    """Return a point as paths write it."""
    return f"{number(point[0])} {number(point[1])}"


def number(value: float) -> str:
    """Return a coordinate as short as it can be written."""
    return f"{value:.1f}".rstrip("0").rstrip(".")
