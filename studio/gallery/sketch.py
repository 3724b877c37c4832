"""A picture of a graph made of signs, for terminals: boxes and wires as dots of braille letters.

A letter holds two dots beside each other and four below each other (Unicode U+2800 to U+28FF, whose low eight bits say
which dots are set).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from studio.graph.model import Graph

_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a letter, by row and column."""

_EMPTY: Final = 0x2800
_BOX: Final = (180.0, 76.0)
"""About how large a node is drawn elsewhere, in pixels."""


def sketch(graph: Graph, columns: int = 64, rows: int = 12) -> list[str]:
    """Return the top region of a graph as lines of at most so many letters, [] if it has no nodes.

    Nodes are filled boxes where the layout has them, same-tick edges are lines; feedback edges are left out, since
    they would cross all others.
    """
    from studio.graph.layout import Box, place_nodes

    places = place_nodes(graph, dict.fromkeys(graph.nodes, Box(*_BOX))).positions
    if not places:
        return []
    left, top = min(x for x, _ in places.values()), min(y for _, y in places.values())
    wide = max(x for x, _ in places.values()) - left + _BOX[0]
    high = max(y for _, y in places.values()) - top + _BOX[1]
    # Pixels a dot: the same both ways, so that the picture keeps its shape; letters are twice as high as wide.
    unit = max(wide / (2 * columns - 1), high / (4 * rows - 1), 1.0)
    paper = _Paper(int(wide / unit) + 1, int(high / unit) + 1)
    for edge in graph.edges:
        if not edge.feedback and edge.source in places and edge.target in places:
            (sx, sy), (tx, ty) = places[edge.source], places[edge.target]
            paper.line(
                (sx - left + _BOX[0]) / unit,
                (sy - top + _BOX[1] / 2) / unit,
                (tx - left) / unit,
                (ty - top + _BOX[1] / 2) / unit,
            )
    for x, y in places.values():
        paper.box((x - left) / unit, (y - top) / unit, _BOX[0] / unit, _BOX[1] / unit)
    return paper.lines()


class _Paper:
    """Dots, `width` by `height`."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._letters = [[0] * ((width + 1) // 2) for _ in range((height + 3) // 4)]

    def dot(self, x: int, y: int) -> None:
        """Set a dot; one beside the paper is none."""
        if 0 <= x < self._width and 0 <= y < self._height:
            self._letters[y // 4][x // 2] |= _DOTS[y % 4][x % 2]

    def line(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw a line of every other dot, so that boxes stand out from it."""
        steps = max(int(max(abs(to_x - x), abs(to_y - y))), 1)
        for step in range(0, steps + 1, 2):
            self.dot(int(x + (to_x - x) * step / steps), int(y + (to_y - y) * step / steps))

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """Fill a box of at least two dots by two."""
        for down in range(max(2, int(height))):
            for right in range(max(2, int(width))):
                self.dot(int(x) + right, int(y) + down)

    def lines(self) -> list[str]:
        """Return the letters, without blanks at the ends of lines, and without blank lines at the end."""
        drawn = ["".join(chr(_EMPTY + letter) if letter else " " for letter in row).rstrip() for row in self._letters]
        while drawn and not drawn[-1]:
            drawn.pop()
        return drawn
