"""Copy, cut, paste and duplicate: a selection as a small graph file that a person can read, send and edit.

The text is a graph file like any other, and any graph file can be pasted: its nodes, edges, stores and subgraphs come
along, what it says of itself (`until`, limits) does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from studio.editing.carrying.arriving import Arrival
from studio.editing.carrying.packing import pack, require_names
from studio.editing.document.document import Document
from studio.editing.document.ops import At, InsertEdge, Op, Place, PutNode
from studio.editing.edits.bodies import require_nodes
from studio.editing.edits.naming import free_names
from studio.editing.edits.nodes import delete
from studio.editing.placing.annotations import COMMENTS, WIRES, moved_entry
from studio.editing.placing.places import entry, positions, snap
from studio.graph.frames import FRAMES, point_of
from studio.graph.layout import Box, Point, auto_layout
from studio.graph.model import Edge, Graph
from studio.graph.reading import read_graph
from studio.support.errors import GraphError
from studio.support.values import Json

OFFSET: Point = (40.0, 40.0)
"""How far a duplicate stands from its original."""

PASTED = "the pasted text"
"""What messages call text that was pasted."""

BOX = Box(180.0, 96.0)
"""Size for laying out nodes whose text says nothing of their places."""


# -- leaving ------------------------------------------------------------------------------------


def copy(
    doc: Document,
    at: At,
    names: Iterable[str],
    *,
    frame_numbers: Collection[int] = (),
    comment_numbers: Collection[int] = (),
) -> str:
    """Return nodes as the text of a graph: with the edges between them, the subgraphs and stores they need, their
    places from a corner at (0, 0), and, if asked for, frames and comments of the canvas.

    Raises GraphError if nothing is selected.
    """
    chosen = list(dict.fromkeys(names))
    if not chosen and not frame_numbers and not comment_numbers:
        raise GraphError("Nothing is selected.", hint="Select nodes first.")
    if chosen:
        chosen = require_names(doc, at, chosen)
    parcel = pack(doc, doc.scope(at), chosen)
    parcel.name = doc.at(at).name
    if len(doc.at(at).layout) < len(doc.at(at).nodes) or any(point_of(parcel.layout.get(n)) is None for n in chosen):
        here = positions(doc, at)
        parcel.layout = {**{name: entry(here[name]) for name in chosen}, **_kept(parcel.layout, (WIRES,))}
    for key, numbers in ((FRAMES, frame_numbers), (COMMENTS, comment_numbers)):
        said = doc.at(at).layout.get(key)
        listed = (
            [said[number] for number in sorted(set(numbers)) if 0 <= number < len(said)]
            if isinstance(said, list)
            else []
        )
        if listed:
            parcel.layout[key] = listed
    corner = _corner(parcel)
    parcel.layout = _moved(parcel.layout, (-corner[0], -corner[1]))
    return parcel.to_text()


def cut(doc: Document, at: At, names: Iterable[str]) -> tuple[str, list[Op]]:
    """Return nodes as text, and the ops that delete them. Subgraphs that they ran stay in the document."""
    chosen = list(dict.fromkeys(names))
    return copy(doc, at, chosen), delete(doc, at, chosen)


# -- arriving -----------------------------------------------------------------------------------


def read(text: str) -> Graph:
    """Return the graph that a text says. Raises GraphError, with its line, for a text that is none."""
    return read_graph(text, file=PASTED, name="fragment")


def paste(doc: Document, at: At, text: str, xy: Point) -> tuple[list[str], list[Op]]:
    """Return the names of the nodes that a text brings, and the ops that add them with their upper left corner at `xy`.

    Names that are taken get a number behind them, for subgraphs and stores only where those that are there mean
    something else. Raises GraphError for a text that is no graph, or for one that has nothing to bring.
    """
    parcel = read(text)
    if not parcel.nodes and not parcel.layout:
        raise GraphError("There is nothing to paste in this text.", where=PASTED)
    known = parcel.nodes.keys()
    parcel.edges = [edge for edge in parcel.edges if edge.source in known and edge.target in known]
    for number, edge in enumerate(parcel.edges):
        if edge.initial_from and edge.initial_from.partition(".")[0] not in known:
            parcel.edges[number] = replace(edge, initial_from="")
    _complete_layout(parcel)
    arrival = Arrival(doc, at, parcel)
    corner = _corner(parcel)
    ops = arrival.supplies()
    ops += arrival.node_ops()
    ops += arrival.edge_ops()
    ops += arrival.place_ops((xy[0] - corner[0], xy[1] - corner[1]))
    return list(arrival.names.values()), [*ops, *arrival.comment_ops()]


def duplicate(
    doc: Document, at: At, names: Iterable[str], *, keep_inputs: bool = False, offset: Point = OFFSET
) -> tuple[list[str], list[Op]]:
    """Return the names of copies of nodes, and the ops that add them beside the originals with the edges between them.

    `keep_inputs`: the wires that come from other nodes lead to the copies, too.
    """
    chosen = require_names(doc, at, names)
    graph = doc.at(at)
    require_nodes(doc, len(chosen))
    new = free_names(chosen, graph.nodes)
    here = positions(doc, at)
    ops: list[Op] = [PutNode(at, new[name], replace(graph.nodes[name], name=new[name])) for name in chosen]
    pairs: list[tuple[Edge, Edge]] = []
    for edge in graph.edges:
        if edge.target in new and (keep_inputs or edge.source in new):
            pairs.append((edge, _to_copies(edge, new, keep_inputs)))
    start = len(graph.edges)
    ops += [InsertEdge(at, start + number, edge) for number, (_, edge) in enumerate(pairs)]
    ops += [Place(at, new[name], entry((here[name][0] + offset[0], here[name][1] + offset[1]))) for name in chosen]
    said = graph.layout.get(WIRES)
    led: dict[str, Json] = {}
    for edge, made in pairs:
        listed = said.get(str(edge)) if isinstance(said, dict) and edge.source in new else None
        if isinstance(listed, list):
            led[str(made)] = [entry((p[0] + offset[0], p[1] + offset[1])) for p in map(point_of, listed) if p]
    if led and isinstance(said, dict):
        ops.append(Place(at, WIRES, {**said, **led}))
    return [new[name] for name in chosen], ops


def _to_copies(edge: Edge, new: dict[str, str], keep_inputs: bool) -> Edge:
    start, _, port = edge.initial_from.partition(".")
    if start in new:
        initial_from = f"{new[start]}.{port}"
    else:
        initial_from = edge.initial_from if keep_inputs else ""
    return replace(edge, source=new.get(edge.source, edge.source), target=new[edge.target], initial_from=initial_from)


# -- places -------------------------------------------------------------------------------------


def _complete_layout(parcel: Graph) -> None:
    """Place the nodes of a text that says nothing of them: below those that it places."""
    known = {name: p for name in parcel.nodes if (p := point_of(parcel.layout.get(name))) is not None}
    missing = [name for name in parcel.nodes if name not in known]
    if not missing:
        return
    made = auto_layout(parcel, dict.fromkeys(parcel.nodes, BOX), missing).positions
    left = min((x for x, _ in known.values()), default=0.0)
    below = max((y for _, y in known.values()), default=-2 * BOX.height) + 2 * BOX.height
    for name in missing:
        parcel.layout[name] = entry((left + made[name][0], below + made[name][1]))


def _corner(parcel: Graph) -> Point:
    """Return the upper left corner of what a parcel places."""
    points = [point for name in parcel.nodes if (point := point_of(parcel.layout.get(name))) is not None]
    for key in (FRAMES, COMMENTS):
        said = parcel.layout.get(key)
        for one in said if isinstance(said, list) else ():
            rect = one.get("rect") if isinstance(one, dict) else None
            if isinstance(rect, list) and len(rect) == 4 and (point := point_of(rect[:2])) is not None:
                points.append(point)
    return (min(x for x, _ in points), min(y for _, y in points)) if points else (0.0, 0.0)


def _moved(layout: dict[str, Json], by: Point) -> dict[str, Json]:
    """Return a layout shifted, in the order nodes, frames, comments, wires."""
    moved: dict[str, Json] = {}
    for name, value in layout.items():
        point = point_of(value)
        if point is not None and not name.startswith("/"):
            moved[name] = entry((point[0] + by[0], point[1] + by[1]))
    for key in (FRAMES, COMMENTS):
        said = layout.get(key)
        if isinstance(said, list):
            moved[key] = [moved_entry(one, by) for one in said]
    wires = layout.get(WIRES)
    led = {
        text: [entry((p[0] + by[0], p[1] + by[1])) for p in map(point_of, listed) if p is not None]
        for text, listed in (wires.items() if isinstance(wires, dict) else ())
        if isinstance(listed, list)
    }
    return {**moved, **({WIRES: led} if led else {})}


def _kept(layout: dict[str, Json], keys: Collection[str]) -> dict[str, Json]:
    return {key: value for key, value in layout.items() if key in keys}


def paste_point(last: Point, count: int) -> Point:
    """Return where the same text is pasted for the nth time in a row: a little further each time."""
    return snap((last[0] + count * OFFSET[0], last[1] + count * OFFSET[1]))
