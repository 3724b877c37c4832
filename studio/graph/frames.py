"""Frames: coloured areas behind nodes, with a title, as the layout of a graph holds them; without meaning for a run.

    layout:
      /frames: [{title: Draft, rect: [-20, -40, 400, 240], colour: blue}]

Reading passes over whatever has another shape, as files come from anywhere. A frame is known by its number in the list.
Who stands in one follows from where it stands: nothing lists its nodes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from studio.graph.layout import FARTHEST, Point
from studio.graph.model import Graph
from studio.support.values import Json

FRAMES: Final = "/frames"
"""The key of the layout: no node can be called so."""

HUES: Final[Mapping[str, int | None]] = {
    "grey": None, "blue": 212, "green": 150, "yellow": 48, "orange": 28, "red": 355, "purple": 270,
}  # fmt: skip
"""Colour roles of frames with their hue in degrees, None for the theme's own role `frame`. A file may name others,
which look like grey."""

SMALLEST: Final = (60.0, 40.0)
"""Least width and height of a frame or comment."""

MOST: Final = 2_000
"""Frames, comments, or points of one wire, that are looked at; a file may hold more, which are kept and not shown."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in pixels of the canvas at zoom 1."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, point: Point) -> bool:
        """True if a point lies in it."""
        return self.x <= point[0] <= self.x + self.width and self.y <= point[1] <= self.y + self.height

    def holds_all(self, other: Rect) -> bool:
        """True if another rectangle lies in it."""
        return self.holds((other.x, other.y)) and self.holds((other.x + other.width, other.y + other.height))

    def moved(self, by: Point) -> Rect:
        """Return it shifted."""
        return Rect(self.x + by[0], self.y + by[1], self.width, self.height)


@dataclass(frozen=True, slots=True)
class Frame:
    """A coloured area behind nodes, with a title. `colour` is a role (see HUES)."""

    rect: Rect
    title: str = ""
    colour: str = "grey"


def frames(graph: Graph) -> dict[int, Frame]:
    """Return the frames of a graph by number; the first is drawn at the back."""
    found = {}
    for number, said in entries(graph, FRAMES):
        rect = rect_of(said.get("rect"))
        if rect is not None:
            found[number] = Frame(rect, text_of(said.get("title")), text_of(said.get("colour")) or "grey")
    return found


def entries(graph: Graph, key: str) -> list[tuple[int, dict[str, Json]]]:
    """Return what a list of the layout holds that is no node's place, by number."""
    said = graph.layout.get(key)
    listed = said if isinstance(said, list) else []
    return [(number, one) for number, one in enumerate(listed[:MOST]) if isinstance(one, dict)]


def rect_of(value: Json) -> Rect | None:
    """Return the rectangle `[x, y, width, height]` that an entry holds, None if it is something else."""
    if not (isinstance(value, list) and len(value) == 4 and all(map(is_number, value))):
        return None
    corner, size = point_of(value[:2]), point_of(value[2:])
    if corner is None or size is None:
        return None
    return Rect(*corner, max(SMALLEST[0], size[0]), max(SMALLEST[1], size[1]))


def text_of(value: Json) -> str:
    """Return a text that an entry holds, "" if it is none."""
    return value if isinstance(value, str) else ""


def near(point: Point) -> Point:
    """Return a point, brought in if it is absurdly far out."""
    return max(-FARTHEST, min(FARTHEST, point[0])), max(-FARTHEST, min(FARTHEST, point[1]))


def is_number(value: Json) -> bool:
    """True for a number that can be a coordinate."""
    return type(value) in (int, float) and (type(value) is int or math.isfinite(value))


def point_of(value: Json) -> Point | None:
    """Return the point that an entry of the layout holds, None if it is something else."""
    if isinstance(value, list | tuple) and len(value) == 2 and all(map(is_number, value)):
        return near((_float(value[0]), _float(value[1])))
    return None


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return FARTHEST if value > 0 else -FARTHEST
