"""Where nodes stand: reading places, moving nodes, and what a file may hold as a coordinate.

Places are top left corners in pixels of the canvas at zoom 1. A file may leave nodes out of its layout; they are then
laid out by `graph.layout` wherever the graph is shown. As soon as somebody moves a node, `pinned` writes the others
down where they are seen, so that none of them jumps.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Final

from studio.editing.document.document import Document
from studio.editing.document.ops import At, Op, Place
from studio.graph.frames import near, point_of
from studio.graph.layout import FARTHEST, Box, Point, place_nodes
from studio.graph.model import Graph
from studio.support.values import Json

GRID: Final = 20.0
"""Distance of the lines that things snap to."""


def estimated_box(doc: Document, at: At, name: str) -> Box:
    """Return about how large a node is drawn, for those who have no canvas to ask."""
    ports = doc.ports(at, name)
    return Box(180.0, 56.0 + 20.0 * max(len(ports.inputs), len(ports.outputs), 1))


def estimated_boxes(doc: Document, at: At) -> dict[str, Box]:
    """Return about how large each node of a graph is drawn."""
    return {name: estimated_box(doc, at, name) for name in doc.at(at).nodes}


def positions(doc: Document, at: At, boxes: Mapping[str, Box] | None = None) -> dict[str, Point]:
    """Return where each node of a graph stands: as its file says, else as it is laid out. Always finite."""
    graph = doc.at(at)
    sizes = boxes if boxes is not None and boxes.keys() >= graph.nodes.keys() else estimated_boxes(doc, at)
    return {name: near(point) for name, point in place_nodes(_with_sane_layout(graph), sizes).positions.items()}


def placed(graph: Graph) -> dict[str, Point]:
    """Return where the file itself places nodes."""
    found = {name: point_of(graph.layout.get(name)) for name in graph.nodes}
    return {name: point for name, point in found.items() if point is not None}


def pinned(doc: Document, at: At, boxes: Mapping[str, Box] | None = None) -> list[Op]:
    """Return the ops that write down where nodes stand which the file leaves out; none if it places all."""
    graph = doc.at(at)
    known = placed(graph)
    if len(known) == len(graph.nodes):
        return []
    return [Place(at, name, entry(point)) for name, point in positions(doc, at, boxes).items() if name not in known]


def move(doc: Document, at: At, places: Mapping[str, Point], boxes: Mapping[str, Box] | None = None) -> list[Op]:
    """Return the ops that put nodes elsewhere. With `boxes`, nodes that the file leaves out stay where they are."""
    graph = doc.at(at)
    pins = [op for op in pinned(doc, at, boxes) if isinstance(op, Place) and op.key not in places] if boxes else []
    return [
        *pins,
        *(
            Place(at, name, entry(point))
            for name, point in places.items()
            if name in graph.nodes and graph.layout.get(name) != entry(point)
        ),
    ]


def move_by(
    doc: Document, at: At, names: Collection[str], by: Point, boxes: Mapping[str, Box] | None = None
) -> list[Op]:
    """Return the ops that shift nodes, as the arrow keys do."""
    here = positions(doc, at, boxes)
    moved = {name: (here[name][0] + by[0], here[name][1] + by[1]) for name in names if name in here}
    return move(doc, at, moved, boxes)


def snap(point: Point, grid: float = GRID) -> Point:
    """Return the nearest crossing of the grid's lines."""
    return round(point[0] / grid) * grid, round(point[1] / grid) * grid


def coordinate(value: float) -> int | float:
    """Return a coordinate as the file writes it: to a tenth of a pixel, whole numbers without a point."""
    inside = max(-FARTHEST, min(FARTHEST, float(value))) if not math.isnan(value) else 0.0
    short = round(inside, 1)
    return int(short) if short == int(short) else short


def entry(point: Point) -> list[Json]:
    """Return a point as the layout of a file holds it."""
    return [coordinate(point[0]), coordinate(point[1])]


def _with_sane_layout(graph: Graph) -> Graph:
    """Return the graph with a layout in which every entry of a node is a point that arithmetic can work with."""
    known = placed(graph)
    if all(graph.layout.get(name) == list(point) for name, point in known.items()) and len(known) == len(graph.nodes):
        return graph
    return Graph(nodes=graph.nodes, edges=graph.edges, layout={name: list(point) for name, point in known.items()})
