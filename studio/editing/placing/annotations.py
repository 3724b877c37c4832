"""Frames, comments and the points that wires are led through: drawn beside the nodes, without meaning for a run.

They stand in the layout of their graph, under keys that no node can have:

    layout:
      writer: [0, 0]
      /frames: [{title: Draft, rect: [-20, -40, 400, 240], colour: blue}]
      /comments: [{text: Why this is here., rect: [0, 300, 200, 80]}]
      /wires: {writer.text -> critic.draft: [[300, 40], [300, 200]]}

Reading passes over whatever has another shape, as files come from anywhere. A frame or comment is known by its number
in the list. Who stands in a frame follows from where it stands: nothing lists its nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from studio.editing.document.document import Document
from studio.editing.document.ops import At, Op, Place
from studio.editing.document.storable import storable
from studio.editing.placing.places import coordinate, entry, move_by, positions
from studio.graph.frames import (
    FRAMES,
    HUES,
    MOST,
    SMALLEST,
    Frame,
    Rect,
    entries,
    frames,
    near,
    point_of,
    rect_of,
    text_of,
)  # fmt: skip
from studio.graph.layout import FARTHEST, Box, Point
from studio.graph.model import Edge, Graph
from studio.support.errors import GraphError
from studio.support.values import Json

COMMENTS: Final = "/comments"
WIRES: Final = "/wires"

COLOURS: Final = tuple(HUES)
"""Colour roles of frames; what they look like is the theme's affair. A file may name others, which look like grey."""

FRAME_MARGIN: Final = 24.0
FRAME_TITLE: Final = 32.0
"""Room that `frame_around` leaves about the nodes, and above them for the title."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A text on the canvas."""

    rect: Rect
    text: str = ""


# -- reading ------------------------------------------------------------------------------------


def comments(graph: Graph) -> dict[int, Comment]:
    """Return the comments on the canvas of a graph, by number."""
    found = {}
    for number, said in entries(graph, COMMENTS):
        rect = rect_of(said.get("rect"))
        if rect is not None:
            found[number] = Comment(rect, text_of(said.get("text")))
    return found


def points(graph: Graph) -> dict[str, list[Point]]:
    """Return the points that wires are led through, by edge as the file writes it (`a.x -> b.y`)."""
    said = graph.layout.get(WIRES)
    found: dict[str, list[Point]] = {}
    for text, listed in said.items() if isinstance(said, dict) else ():
        if isinstance(listed, list):
            there = [point for point in map(point_of, listed[:MOST]) if point is not None]
            if there:
                found[text] = there
    return found


def moved_entry(said: Json, by: Point) -> Json:
    """Return what the file holds of a frame or comment, shifted; as it is, if it stands nowhere."""
    rect = said.get("rect") if isinstance(said, dict) else None
    corner = point_of(rect[:2]) if isinstance(rect, list) and len(rect) == 4 else None
    if corner is None or not isinstance(rect, list):
        return said
    return {**said, "rect": [*entry((corner[0] + by[0], corner[1] + by[1])), *rect[2:]]}


# -- frames and comments ------------------------------------------------------------------------


def add_frame(doc: Document, at: At, frame: Frame) -> tuple[int, list[Op]]:
    """Return the number of a new frame and the ops that add it."""
    return _add(doc, at, FRAMES, _frame_json(frame, {}))


def change_frame(doc: Document, at: At, number: int, frame: Frame | None) -> list[Op]:
    """Return the ops that change a frame or (None) remove it; the numbers of those behind it then change."""
    return _change(doc, at, FRAMES, number, None if frame is None else lambda said: _frame_json(frame, said))


def add_comment(doc: Document, at: At, comment: Comment) -> tuple[int, list[Op]]:
    """Return the number of a new comment and the ops that add it."""
    return _add(doc, at, COMMENTS, _comment_json(comment, {}))


def change_comment(doc: Document, at: At, number: int, comment: Comment | None) -> list[Op]:
    """Return the ops that change a comment or (None) remove it; the numbers of those behind it then change."""
    return _change(doc, at, COMMENTS, number, None if comment is None else lambda said: _comment_json(comment, said))


def remove(doc: Document, at: At, frame_numbers: Iterable[int] = (), comment_numbers: Iterable[int] = ()) -> list[Op]:
    """Return the ops that remove several frames and comments at once."""
    ops: list[Op] = []
    for key, numbers in ((FRAMES, set(frame_numbers)), (COMMENTS, set(comment_numbers))):
        if numbers:
            listed = [one for number, one in enumerate(_list(doc, at, key)) if number not in numbers]
            ops += _put(doc, at, key, listed)
    return ops


def frame_around(
    doc: Document, at: At, names: Iterable[str], boxes: Mapping[str, Box], title: str = "", colour: str = "blue"
) -> tuple[int, list[Op]]:
    """Return the number of a new frame around nodes, and the ops that add it. Raises GraphError without nodes."""
    here = positions(doc, at, boxes)
    chosen = [name for name in names if name in here and name in boxes]
    if not chosen:
        raise GraphError("A frame needs something to stand around.", hint="Select the nodes first.")
    left = min(here[name][0] for name in chosen) - FRAME_MARGIN
    top = min(here[name][1] for name in chosen) - FRAME_MARGIN - FRAME_TITLE
    right = max(here[name][0] + boxes[name].width for name in chosen) + FRAME_MARGIN
    bottom = max(here[name][1] + boxes[name].height for name in chosen) + FRAME_MARGIN
    return add_frame(doc, at, Frame(Rect(left, top, right - left, bottom - top), title, colour))


def inside(doc: Document, at: At, number: int, boxes: Mapping[str, Box]) -> tuple[list[str], list[int], list[int]]:
    """Return what stands in a frame and moves with it: nodes whose middle does, smaller frames and comments that do
    wholly."""
    graph = doc.at(at)
    known = frames(graph)
    if number not in known:
        raise _none_such("frame", number)
    rect = known[number].rect
    here = positions(doc, at, boxes)
    names = [
        name
        for name, (x, y) in here.items()
        if name in boxes and rect.holds((x + boxes[name].width / 2, y + boxes[name].height / 2))
    ]
    inner = [other for other, one in known.items() if other != number and rect.holds_all(one.rect) and one.rect != rect]
    return names, inner, [other for other, one in comments(graph).items() if rect.holds_all(one.rect)]


def move_things(
    doc: Document,
    at: At,
    by: Point,
    boxes: Mapping[str, Box] | None = None,
    *,
    names: Iterable[str] = (),
    frame_numbers: Iterable[int] = (),
    comment_numbers: Iterable[int] = (),
) -> list[Op]:
    """Return the ops that shift nodes, frames and comments together, with the points of wires between those nodes."""
    graph = doc.at(at)
    chosen = set(names)
    ops = move_by(doc, at, chosen, by, boxes) if chosen else []
    for key, numbers, known in (
        (FRAMES, set(frame_numbers), {n: one.rect for n, one in frames(graph).items()}),
        (COMMENTS, set(comment_numbers), {n: one.rect for n, one in comments(graph).items()}),
    ):
        listed = list(_list(doc, at, key))
        for number in numbers & known.keys():
            listed[number] = {**listed[number], "rect": _rect_json(known[number].moved(by))}
        ops += _put(doc, at, key, listed)
    between = {str(edge) for edge in graph.edges if edge.source in chosen and edge.target in chosen}
    return [*ops, *_move_points(doc, at, by, lambda text, _: text in between)]


def _add(doc: Document, at: At, key: str, said: dict[str, Json]) -> tuple[int, list[Op]]:
    listed = [*_list(doc, at, key), said]
    if len(listed) > MOST:
        raise GraphError(f"A graph shows at most {MOST:,} of these.", hint="Delete some first.")
    return len(listed) - 1, _put(doc, at, key, listed)


def _change(
    doc: Document, at: At, key: str, number: int, change: Callable[[dict[str, Json]], dict[str, Json]] | None
) -> list[Op]:
    listed = list(_list(doc, at, key))
    if not 0 <= number < len(listed) or not isinstance(listed[number], dict):
        raise _none_such("frame" if key == FRAMES else "comment", number)
    if change is None:
        del listed[number]
    else:
        listed[number] = change(listed[number])
    return _put(doc, at, key, listed)


def _none_such(what: str, number: int) -> GraphError:
    return GraphError(f"There is no {what} number {number}.")


def _list(doc: Document, at: At, key: str) -> list[Json]:
    said = doc.at(at).layout.get(key)
    return said if isinstance(said, list) else []


def _put(doc: Document, at: At, key: str, value: Json) -> list[Op]:
    before = doc.at(at).layout.get(key)
    if value == before or (not value and key not in doc.at(at).layout):
        return []
    return [Place(at, key, value or None)]


def _frame_json(frame: Frame, said: Mapping[str, Json]) -> dict[str, Json]:
    """Return a frame as the file holds it; what else stood there (`said`) is kept."""
    storable("title", frame.title)
    storable("colour", frame.colour)
    known = {"title": frame.title, "rect": _rect_json(frame.rect), "colour": frame.colour}
    return {**known, **{key: value for key, value in said.items() if key not in known}}


def _comment_json(comment: Comment, said: Mapping[str, Json]) -> dict[str, Json]:
    storable("text", comment.text)
    known = {"text": comment.text, "rect": _rect_json(comment.rect)}
    return {**known, **{key: value for key, value in said.items() if key not in known}}


def _rect_json(rect: Rect) -> list[Json]:
    width = min(FARTHEST, max(SMALLEST[0], rect.width))
    height = min(FARTHEST, max(SMALLEST[1], rect.height))
    return [*entry((rect.x, rect.y)), coordinate(width), coordinate(height)]


# -- points of wires ----------------------------------------------------------------------------


def set_points(doc: Document, at: At, edge: Edge, through: Iterable[Point]) -> list[Op]:
    """Return the ops that lead a wire through points, from its source to its target; none: as it likes."""
    listed: list[Json] = [entry(near(point)) for point in through][:MOST]
    return _put_wires(doc, at, {str(edge): listed})


def without_points(doc: Document, at: At, edges: Iterable[Edge]) -> list[Op]:
    """Return the ops that let wires run as they like again."""
    return _put_wires(doc, at, {str(edge): [] for edge in edges})


def wires_follow(at: At, graph: Graph, changes: Mapping[str, str | None]) -> list[Op]:
    """Return the ops by which points follow edges: from the text of each to its new one, None if it is cut."""
    said = graph.layout.get(WIRES)
    if not isinstance(said, dict) or not any(text in said for text in changes):
        return []
    kept: dict[str, Json] = {}
    for text, through in said.items():
        new = changes.get(text, text)
        if new is not None:
            kept.setdefault(new, through)
    return [Place(at, WIRES, kept or None)]


def _put_wires(doc: Document, at: At, changes: Mapping[str, list[Json]]) -> list[Op]:
    said = doc.at(at).layout.get(WIRES)
    kept = dict(said) if isinstance(said, dict) else {}
    for text, through in changes.items():
        if through:
            kept[text] = through
        else:
            kept.pop(text, None)
    return _put(doc, at, WIRES, kept)


def _move_points(doc: Document, at: At, by: Point, which: Callable[[str, Point], bool]) -> list[Op]:
    changes: dict[str, list[Json]] = {}
    for text, through in points(doc.at(at)).items():
        moved = [(x + by[0], y + by[1]) if which(text, (x, y)) else (x, y) for x, y in through]
        if moved != through:
            changes[text] = [entry(near(point)) for point in moved]
    return _put_wires(doc, at, changes) if changes else []
