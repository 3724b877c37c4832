"""Putting nodes in order: aligning, distributing, laying out anew, and finding a free place."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from studio.editing.document.document import Document
from studio.editing.document.ops import At, Op
from studio.editing.placing.annotations import without_points
from studio.editing.placing.places import GRID, estimated_box, estimated_boxes, move, placed, positions, snap
from studio.graph.frames import near
from studio.graph.layout import NODE_GAP, Box, Point, auto_layout

Side = Literal["left", "right", "top", "bottom", "centre", "middle"]
"""What is aligned: an edge, the centres of a column ("centre") or of a row ("middle")."""

Direction = Literal["across", "down"]


def snapped(
    doc: Document, at: At, names: Collection[str], boxes: Mapping[str, Box] | None = None, grid: float = GRID
) -> list[Op]:
    """Return the ops that put nodes onto the grid."""
    here = positions(doc, at, boxes)
    return move(doc, at, {name: snap(here[name], grid) for name in names if name in here}, boxes)


def align(doc: Document, at: At, names: Collection[str], side: Side, boxes: Mapping[str, Box]) -> list[Op]:
    """Return the ops that line nodes up: edges at the outermost one, centres at the middle of all."""
    here = positions(doc, at, boxes)
    chosen = [name for name in names if name in here and name in boxes]
    if len(chosen) < 2:
        return []
    lefts, rights = [here[n][0] for n in chosen], [here[n][0] + boxes[n].width for n in chosen]
    tops, bottoms = [here[n][1] for n in chosen], [here[n][1] + boxes[n].height for n in chosen]
    left, right, top, bottom = min(lefts), max(rights), min(tops), max(bottoms)
    centre, middle = (left + right) / 2, (top + bottom) / 2

    def to(name: str) -> Point:
        (x, y), box = here[name], boxes[name]
        match side:
            case "left":
                return left, y
            case "right":
                return right - box.width, y
            case "centre":
                return centre - box.width / 2, y
            case "top":
                return x, top
            case "bottom":
                return x, bottom - box.height
            case "middle":
                return x, middle - box.height / 2

    return move(doc, at, {name: to(name) for name in chosen}, boxes)


def distribute(
    doc: Document, at: At, names: Collection[str], direction: Direction, boxes: Mapping[str, Box]
) -> list[Op]:
    """Return the ops that make the gaps between nodes equal; the outermost stay, unless the nodes do not fit
    between them: then they stand `NODE_GAP` apart."""
    here = positions(doc, at, boxes)
    axis = 0 if direction == "across" else 1

    def size(name: str) -> float:
        return boxes[name].width if axis == 0 else boxes[name].height

    chosen = [name for name in names if name in here and name in boxes]
    chosen.sort(key=lambda name: (here[name][axis] + size(name) / 2, here[name][1 - axis], name))
    if len(chosen) < 3:
        return []
    start = here[chosen[0]][axis]
    end = here[chosen[-1]][axis] + size(chosen[-1])
    gap = (end - start - sum(map(size, chosen))) / (len(chosen) - 1)
    if gap < 0:
        gap = NODE_GAP
    moved: dict[str, Point] = {}
    for name in chosen:
        x, y = here[name]
        moved[name] = (start, y) if axis == 0 else (x, start)
        start += size(name) + gap
    return move(doc, at, moved, boxes)


def auto_arrange(
    doc: Document, at: At, boxes: Mapping[str, Box], names: Collection[str] | None = None, grid: float = 0.0
) -> list[Op]:
    """Return the ops that lay nodes out anew, all or those named; the upper left corner of what they cover stays.

    With all nodes, the points that wires are led through by hand go, as they belong to the old arrangement; with some,
    those of wires between them.
    """
    graph = doc.at(at)
    only = [name for name in graph.nodes if names is None or name in names]
    if not only:
        return []
    sizes = {name: boxes.get(name) or estimated_box(doc, at, name) for name in graph.nodes}
    made = auto_layout(graph, sizes, only).positions
    # Where nothing is placed yet, the graph is seen as it is laid out anyway.
    here = positions(doc, at, sizes) if placed(graph) else made
    x, y = min(here[name][0] for name in only), min(here[name][1] for name in only)
    places = {name: (x + made[name][0], y + made[name][1]) for name in only}
    if grid:
        places = {name: snap(point, grid) for name, point in places.items()}
    inside = set(only)
    loose = [edge for edge in graph.edges if edge.source in inside and edge.target in inside]
    return [*move(doc, at, places, sizes), *without_points(doc, at, loose)]


def free_place(
    doc: Document, at: At, point: Point, size: Point, boxes: Mapping[str, Box] | None = None, grid: float = GRID
) -> Point:
    """Return the place nearest below and right of a point where a node of this size covers no other."""
    here = positions(doc, at, boxes)
    sizes = boxes if boxes is not None and boxes.keys() >= here.keys() else estimated_boxes(doc, at)
    x, y = near(point)
    for _ in range(200):
        hit = next(
            (
                name
                for name, (px, py) in here.items()
                if x < px + sizes[name].width and px < x + size[0] and y < py + sizes[name].height and py < y + size[1]
            ),
            None,
        )
        if hit is None:
            break
        y = math.ceil((here[hit][1] + sizes[hit].height + grid) / grid) * grid
    return x, y


def bounds(places: Mapping[str, Point], boxes: Mapping[str, Box], names: Iterable[str]) -> tuple[Point, Point] | None:
    """Return the upper left and lower right corners of what nodes cover, None if there are none."""
    chosen: Sequence[str] = [name for name in names if name in places and name in boxes]
    if not chosen:
        return None
    return (
        (min(places[n][0] for n in chosen), min(places[n][1] for n in chosen)),
        (
            max(places[n][0] + boxes[n].width for n in chosen),
            max(places[n][1] + boxes[n].height for n in chosen),
        ),
    )
