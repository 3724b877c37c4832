"""`Places`: where the parts of a space-time diagram are in its view, in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin
from typing import TYPE_CHECKING, Final

import numpy
from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetrics

from studio.dynamics.pictures.diagram import Diagram, Period
from studio.dynamics.pictures.marks import lanes
from studio.dynamics.pictures.scale import Scale, fitting

if TYPE_CHECKING:
    from numpy.typing import NDArray

TURNED: Final = 50.0
"""Degrees by which names are turned that do not fit above their columns; in narrow columns they stand upright."""

LONGEST: Final = 110
"""Pixels of a name, at most."""

COLUMN: Final = (12, 72)
"""Least and greatest width of a module's column."""

DEPTH: Final = 8
TRACK: Final = 14
LANE: Final = 32
ARC: Final = 52
"""Widths of the strip of goals, of a margin of marks, of a bracket with its number, and of the farthest arc."""

LEAST: Final = 5
"""Pixels of a bracket, at least."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are for one diagram, size and scale. Columns are scrolled by `across` pixels."""

    scale: Scale
    cells: QRect
    """Where cells are seen."""
    free: int
    """Pixels that there are for columns."""
    head: int
    """Pixels of names above."""
    turned: float
    """Degrees by which names are turned."""
    depth: int
    """Left side of the strip of goals, -1 without."""
    progress: int
    alarms: int
    brackets: int
    arcs: int
    """Left sides of the margins at the right, -1 for those that are not there."""
    end: int
    """Right side of all."""
    across: int
    columns_wide: int
    """Pixels of all columns."""

    def column_at(self, x: float) -> int:
        """Return the column at a pixel, -1 outside."""
        if not self.cells.left() <= x <= self.cells.right():
            return -1
        return int((x - self.cells.left() + self.across) // self.scale.across)

    def x_of(self, column: float) -> float:
        """Return where a column begins."""
        return self.cells.left() + column * self.scale.across - self.across


def seen_brackets(diagram: Diagram, pixels: float) -> list[tuple[Period, int]]:
    """Return the periods that are long enough to be seen at a scale, with their lanes."""
    return lanes([one for one in diagram.periods if (one.end - one.start + 1) * pixels >= LEAST])


def places(
    diagram: Diagram, step: int, size: tuple[int, int], metrics: QFontMetrics, heading: Heading, lanes_used: int,
    across: int, *, marks: bool = True, least_head: int = 0,
) -> Places:  # fmt: skip
    """Return where things are in a view of a width and height, with room for `marks` or without."""
    width, height = size
    last = diagram.tick_of(diagram.rows - 1) if diagram.rows else 0
    left = metrics.horizontalAdvance(f"{last:,}") + 16
    depth = -1
    if diagram.depth is not None:
        depth = left
        left += DEPTH + 4
    sides = [
        bool(diagram.progress),
        bool(diagram.alarms),
        lanes_used > 0,
        diagram.revisits is not None and len(diagram.revisits) > 0,
    ]
    sides = [one and marks for one in sides]
    wide = [TRACK, TRACK + 2, 8 + LANE * lanes_used, ARC]
    right = 8 + sum(one for one, there in zip(wide, sides, strict=True) if there)
    free = max(40, width - left - right)
    if diagram.is_automaton:
        scale = Scale.at(step)
    else:
        least, most = COLUMN
        scale = Scale.at(step, min(most, max(least, free // max(1, diagram.width))))
    columns_wide = scale.size(1, diagram.width)[1]
    head, turned = heading.size(scale.across, metrics)
    head = max(head, least_head)
    cells = QRect(left, head, min(free, columns_wide), max(1, height - head))
    starts, x = [], cells.right() + 7
    for one, there in zip(wide, sides, strict=True):
        starts.append(x if there else -1)
        x += one if there else 0
    across = min(max(0, across), max(0, columns_wide - cells.width()))
    return Places(
        scale, cells, free, head, turned, depth, starts[0], starts[1], starts[2], starts[3], x, across, columns_wide
    )


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the columns of one diagram in one font: measured once, as there may be very many."""

    longest: int
    """Pixels of the longest name; 0 if none is written."""
    grouped: bool

    @classmethod
    def of(cls, diagram: Diagram, metrics: QFontMetrics) -> Heading:
        """Measure the names of a diagram."""
        named = () if diagram.is_automaton else diagram.columns
        longest = max((metrics.horizontalAdvance(column.name[:60]) for column in named), default=0)
        return cls(longest, bool(longest) and any(column.group for column in named))

    def size(self, across: float, metrics: QFontMetrics) -> tuple[int, float]:
        """Return the pixels above the rows, and by how many degrees names are turned."""
        if not self.longest:
            return 8, 0.0
        groups = 5 if self.grouped else 0
        if self.longest + 8 <= across:
            return metrics.height() + 8 + groups, 0.0
        turned = TURNED if across * sin(radians(TURNED)) >= metrics.height() else 90.0
        return leaning(min(self.longest, LONGEST), metrics, turned) + groups, turned


def leaning(longest: int, metrics: QFontMetrics, turned: float = TURNED) -> int:
    """Return how many pixels high texts of so many pixels are when they are turned, with some air."""
    return round(longest * sin(radians(turned)) + metrics.height() * cos(radians(turned))) + 10


def largest(diagram: Diagram, free: int) -> int:
    """Return the largest step to which rows are fitted: columns of an automaton fit then, and cells are not huge."""
    return fitting(diagram.width, free, 4) if diagram.is_automaton else 20


def distinct_pixels(rows: NDArray[numpy.int64], pixels: float, offset: int, room: int) -> list[int]:
    """Return the pixels within the room at which rows have their middle, each once."""
    places_of = numpy.floor((rows + 0.5) * pixels).astype(numpy.int64) - offset
    inside = places_of[(places_of >= 0) & (places_of < room)]
    return [int(one) for one in numpy.unique(inside)]
