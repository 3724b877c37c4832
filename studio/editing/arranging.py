"""Where nodes stand: moving, aligning, distributing, laying out anew.

Places are top left corners in pixels of the canvas at zoom 1. A file may leave nodes out of its layout; they are then
laid out by `graph.layout` wherever the graph is shown. As soon as somebody moves a node, `pinned` writes the others
down where they are seen, so that none of them jumps.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, Literal

from studio.editing.document import Document
from studio.editing.ops import At, Op, Place
from studio.graph.layout import FARTHEST, NODE_GAP, Box, Point, auto_layout, place_nodes
from studio.graph.model import Graph
from studio.support.values import Json

GRID: Final = 20.0
"""Distance of the lines that things snap to."""

Side = Literal["left", "right", "top", "bottom", "centre", "middle"]
"""What is aligned: an edge, the centres of a column ("centre") or of a row ("middle")."""

Direction = Literal["across", "down"]


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
    from studio.editing.annotations import without_points

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


# -- coordinates --------------------------------------------------------------------------------


def coordinate(value: float) -> int | float:
    """Return a coordinate as the file writes it: to a tenth of a pixel, whole numbers without a point."""
    inside = max(-FARTHEST, min(FARTHEST, float(value))) if not math.isnan(value) else 0.0
    short = round(inside, 1)
    return int(short) if short == int(short) else short


def entry(point: Point) -> list[Json]:
    """Return a point as the layout of a file holds it."""
    return [coordinate(point[0]), coordinate(point[1])]


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


def _with_sane_layout(graph: Graph) -> Graph:
    """Return the graph with a layout in which every entry of a node is a point that arithmetic can work with."""
    known = placed(graph)
    if all(graph.layout.get(name) == list(point) for name, point in known.items()) and len(known) == len(graph.nodes):
        return graph
    return Graph(nodes=graph.nodes, edges=graph.edges, layout={name: list(point) for name, point in known.items()})
