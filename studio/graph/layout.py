"""Where the nodes of a graph stand: as its file says, else laid out in layers from left to right.

Used by the canvas and by drawings.  Same-tick edges run rightwards; feedback edges are drawn around and only keep
otherwise unconnected parts together.  The same graph gives the same layout, on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from studio.graph.model import Edge, Graph
from studio.support.errors import GraphError
from studio.support.values import Json

Point = tuple[float, float]

FARTHEST = 1_000_000.0
"""No coordinate is farther out; what a file says beyond is drawn at this edge."""

LAYER_GAP = 84.0
NODE_GAP = 36.0
PART_GAP = 60.0
"""Distances in pixels: between layers, between nodes of a layer, and below what the file already places."""

LARGE = 300
"""Nodes above which speed goes before the last crossings saved: a thousand take less than half a second, and each wire
counts as ending in the middle of a side, which places the nodes as well."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node's size in pixels, and how far below its top each port stands (none: in the middle)."""

    width: float
    height: float
    inputs: Mapping[str, float] = field(default_factory=dict)
    outputs: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Layout:
    """Top left corners by node name, and for same-tick edges that pass other layers the points they pass, by their
    number in the file."""

    positions: dict[str, Point] = field(default_factory=dict)
    routes: dict[int, list[Point]] = field(default_factory=dict)


def place_nodes(graph: Graph, boxes: Mapping[str, Box]) -> Layout:
    """Return where each node stands: as in the file's `layout`; nodes that it leaves out are laid out below."""
    known = {name: point for name in graph.nodes if (point := _point(graph.layout.get(name))) is not None}
    missing = [name for name in graph.nodes if name not in known]
    if not missing:
        return Layout(known)
    made = auto_layout(graph, boxes, missing)
    if known:
        left = min(x for x, _ in known.values())
        bottom = max(y + boxes[name].height for name, (_, y) in known.items()) + PART_GAP
        made = _moved(made, left, bottom)
        made.positions = {name: known.get(name) or made.positions[name] for name in graph.nodes}
    return made


def auto_layout(graph: Graph, boxes: Mapping[str, Box], only: Sequence[str] | None = None) -> Layout:
    """Lay out the nodes of a graph (or those named) in layers; the corner of the drawing is (0, 0)."""
    names = list(graph.nodes) if only is None else list(only)
    if not names:
        return Layout()
    import graphlay

    is_large = len(names) > LARGE
    picture = graphlay.Graph()
    for name in names:
        picture.node(name, width=boxes[name].width, height=boxes[name].height)
    drawn: list[int | None] = []
    for number, edge in _wanted(graph, set(names)):
        source, target = boxes[edge.source], boxes[edge.target]
        ports = {} if is_large else {
            "source_port": _port("right", source, source.outputs.get(edge.source_port)),
            "target_port": _port("left", target, target.inputs.get(edge.target_port)),
        }  # fmt: skip
        picture.edge(edge.source, edge.target, weight=1.0 if number is not None else 0.2, **ports)
        drawn.append(number)
    result = graphlay.layout(picture, options={**_OPTIONS, "effort": "fast"} if is_large else _OPTIONS)
    corner_x, corner_y = result.bounds["min"]["x"], result.bounds["min"]["y"]
    made = Layout()
    for name, node in zip(names, result.nodes, strict=True):
        x = node["center"]["x"] - boxes[name].width / 2 - corner_x
        y = node["center"]["y"] - boxes[name].height / 2 - corner_y
        made.positions[name] = (round(x, 1) + 0.0, round(y, 1) + 0.0)
    for number, route in zip(drawn, result.edges, strict=True):
        points = [(round(p["x"] - corner_x, 1) + 0.0, round(p["y"] - corner_y, 1) + 0.0) for p in route["points"]]
        if number is not None and len(points) > 2:
            made.routes[number] = points
    return made


_OPTIONS = {"spacing": {"layer_gap": LAYER_GAP, "node_gap": NODE_GAP}}


def _port(side: str, box: Box, offset: float | None) -> dict[str, Json]:
    """Where on a side of the box an edge ends: from -1 (top) to 1 (bottom)."""
    place = 0.0 if offset is None or not box.height else max(-1.0, min(1.0, 2 * offset / box.height - 1))
    return {"offset": {"side": side, "t": place}}


def _wanted(graph: Graph, names: set[str]) -> list[tuple[int | None, Edge]]:
    """The edges that shape the layout: same-tick ones with their numbers, and what holds unconnected parts together."""
    from dataclasses import replace

    chosen: list[tuple[int | None, Edge]] = []
    part = {name: name for name in names}

    def find(name: str) -> str:
        while part[name] != name:
            part[name] = part[part[name]]
            name = part[name]
        return name

    wired: set[str] = set()
    for number, edge in enumerate(graph.edges):
        if edge.feedback or edge.source not in names or edge.target not in names or edge.source == edge.target:
            continue
        chosen.append((number, edge))
        part[find(edge.source)] = find(edge.target)
        wired.update((edge.source, edge.target))
    place = _order(graph)
    for edge in graph.edges:
        if not edge.feedback or edge.source not in names or edge.target not in names:
            continue
        ends = (edge.source, edge.target)
        if find(edge.source) == find(edge.target) or not wired.intersection(ends):
            continue
        part[find(edge.source)] = find(edge.target)
        early, late = sorted(ends, key=lambda name: place[name])
        chosen.append((None, replace(edge, source=early, target=late, source_port="", target_port="")))
    return chosen


def _order(graph: Graph) -> dict[str, int]:
    from studio.graph.order import same_tick_order

    try:
        names = same_tick_order(graph)
    except GraphError:  # a cycle, which `check` reports: any order will do to draw it
        names = list(graph.nodes)
    return {name: place for place, name in enumerate(names)}


def _moved(layout: Layout, x: float, y: float) -> Layout:
    return Layout(
        {name: (px + x, py + y) for name, (px, py) in layout.positions.items()},
        {number: [(px + x, py + y) for px, py in points] for number, points in layout.routes.items()},
    )


def _point(value: Json) -> Point | None:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(part, int | float) for part in value):
        return _inside(value[0]), _inside(value[1])
    return None


def _inside(value: Json) -> float:
    """Return a coordinate, brought in if it is absurdly far out, or no number at all."""
    assert isinstance(value, int | float)
    return float(max(-FARTHEST, min(FARTHEST, value))) if value == value else 0.0
