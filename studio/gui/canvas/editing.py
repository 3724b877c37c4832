"""What gestures do to the document: each becomes ops in one named entry of the history; a refusal is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from studio.editing import Op
from studio.editing.edits import connecting
from studio.editing.placing import annotations as marks
from studio.editing.placing import places
from studio.editing.placing.annotations import Comment
from studio.graph.frames import Frame, Rect
from studio.graph.frames import frames as frames_of
from studio.graph.layout import Point
from studio.graph.model import Edge
from studio.gui.canvas import drops
from studio.gui.canvas.node_item import PortId
from studio.gui.canvas.wire_item import WireKey
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas

Made = Callable[[], Iterable[Op]]


class Editing:
    """The edits of one canvas."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def do(self, label: str, *steps: Made, merge: str = "") -> bool:
        """Do steps as one entry, each computed when those before it are done; tell a refusal and return False.

        Nodes that the file does not place are written down first where they are seen, if anything is placed.
        """
        canvas = self._canvas
        document = canvas.document
        try:
            if len(steps) == 1:
                return document.do(label, steps[0](), merge=merge)
            with document.edit(label):
                done = [document.do(label, step()) for step in steps]
            return any(done)
        except StudioError as error:
            canvas.refuse(error)
            return False

    def _pins(self) -> list[Op]:
        canvas = self._canvas
        return places.move(canvas.document, canvas.at, canvas.unplaced())

    # -- places -------------------------------------------------------------------------------

    def move(
        self, by: Point, names: Sequence[str], frames: Sequence[int] = (), comments: Sequence[int] = (), merge: str = ""
    ) -> bool:
        """Shift nodes, frames and comments."""
        if by == (0.0, 0.0):
            return False
        canvas = self._canvas
        document, at, boxes = canvas.document, canvas.at, canvas.boxes()
        pins = self._pins()
        steps: list[Made] = [
            lambda: marks.move_things(
                document, at, by, boxes, names=names, frame_numbers=frames, comment_numbers=comments
            )
        ]
        if pins:
            steps.insert(0, lambda: pins)
        return self.do(_moved_label(names, frames, comments), *steps, merge=merge)

    def moved(self, names: Sequence[str]) -> None:
        """NodeGraphQt says that cards were moved: the document is the truth, so they go back."""
        self._canvas.projection.put_back(names)

    # -- wires --------------------------------------------------------------------------------

    def connect(self, source: PortId, target: PortId, *, feedback: bool, instead_of: Edge | None = None) -> bool:
        """Add a wire, or put it in the place of one."""
        edge = Edge(source.node, source.name, target.node, target.name, feedback=feedback)
        if instead_of is not None and instead_of.feedback:
            from dataclasses import replace

            edge = replace(
                instead_of, source=source.node, source_port=source.name, target=target.node, target_port=target.name
            )
        canvas = self._canvas
        label = f"Move wire to {target.node}" if instead_of is not None else f"Connect {source.node} to {target.node}"
        return self.do(label, lambda: connecting.connect(canvas.document, canvas.at, edge, without=instead_of))

    def cut(self, keys: Iterable[WireKey]) -> bool:
        """Cut wires."""
        canvas = self._canvas
        edges = canvas.document.at(canvas.at).edges
        doomed = [edges[index] for key in keys for index in canvas.projection.edge_indices(key)]
        if not doomed:
            return False
        label = "Cut wire" if len(doomed) == 1 else f"Cut {len(doomed)} wires"
        return self.do(label, lambda: connecting.unwire(canvas.document, canvas.at, doomed))

    def lead(self, edge: Edge, points: Sequence[Point], label: str) -> bool:
        """Lead a wire through points."""
        canvas = self._canvas
        return self.do(label, lambda: marks.set_points(canvas.document, canvas.at, edge, points))

    def insert_on_wire(self, name: str, key: WireKey, by: Point = (0.0, 0.0)) -> bool:
        """Set a node into a wire, at the place it was dragged to."""
        from studio.editing.edits import nodes

        canvas = self._canvas
        edge = canvas.projection.edge_of(key)
        if edge is None:
            return False
        steps: list[Made] = [lambda: nodes.insert_on_edge(canvas.document, canvas.at, edge, name)]
        if by != (0.0, 0.0):
            steps.insert(0, lambda: marks.move_things(canvas.document, canvas.at, by, canvas.boxes(), names=[name]))
        return self.do(f"Insert {name} into wire", *steps)

    def fits_into(self, name: str, key: WireKey) -> bool:
        """Whether a node has ports for what a wire brings."""
        from studio.editing.edits import nodes

        edge = self._canvas.projection.edge_of(key)
        if edge is None:
            return False
        try:
            nodes.insert_on_edge(self._canvas.document, self._canvas.at, edge, name)
        except StudioError:
            return False
        return True

    # -- nodes --------------------------------------------------------------------------------

    def add(self, type_name: str, place: Point) -> str:
        """Add a node of a type at a place; return its name, "" if it was refused."""
        from studio.editing.edits import nodes

        canvas = self._canvas
        made: list[str] = []

        def ops() -> list[Op]:
            name, found = nodes.add_node(canvas.document, canvas.at, type_name, place)
            made.append(name)
            return [*self._pins(), *found]

        if not self.do(f"Add {type_name}", ops):
            return ""
        canvas.select(made)
        return made[0]

    def rename(self, old: str, new: str) -> bool:
        """Give a node another name."""
        from studio.editing.edits import renaming

        canvas = self._canvas
        return self.do(f"Rename {old} to {new}", lambda: renaming.rename_node(canvas.document, canvas.at, old, new))

    def delete(
        self, names: Sequence[str], keys: Iterable[WireKey], frames: Sequence[int], comments: Sequence[int]
    ) -> bool:
        """Delete what is selected: nodes with their wires, wires, frames (not what stands in them) and comments."""
        from studio.editing.edits import nodes

        canvas = self._canvas
        document, at = canvas.document, canvas.at
        steps: list[Made] = []
        keys = list(keys)
        if keys:
            edges = document.at(at).edges
            doomed = [edges[i] for key in keys for i in canvas.projection.edge_indices(key)]
            steps.append(lambda: connecting.unwire(document, at, doomed))
        if names:
            steps.append(lambda: nodes.delete(document, at, names))
        if frames or comments:
            steps.append(lambda: marks.remove(document, at, frames, comments))
        if not steps:
            return False
        return self.do(_deleted_label(names, keys, frames, comments), *steps)

    def dropped(self, mime: Any, place: Point) -> None:
        """Something was dropped from elsewhere."""
        drops.take(self._canvas, mime, place)

    def activated(self, name: str) -> None:
        """A card was double-clicked."""
        self._canvas.activate(name)

    # -- frames and comments ------------------------------------------------------------------

    def change_frame(self, number: int, frame: Frame, label: str) -> bool:
        """Give a frame another title, size or colour."""
        canvas = self._canvas
        return self.do(label, lambda: marks.change_frame(canvas.document, canvas.at, number, frame))

    def change_comment(self, number: int, comment: Comment, label: str) -> bool:
        """Give a comment another text or size."""
        canvas = self._canvas
        return self.do(label, lambda: marks.change_comment(canvas.document, canvas.at, number, comment))

    def resize(self, owner: str, number: int, rect: Rect) -> bool:
        """Give a frame or comment another size."""
        from dataclasses import replace

        graph = self._canvas.document.at(self._canvas.at)
        if owner == "frame":
            frame = frames_of(graph).get(number)
            return frame is not None and self.change_frame(number, replace(frame, rect=rect), "Resize frame")
        comment = marks.comments(graph).get(number)
        return comment is not None and self.change_comment(number, replace(comment, rect=rect), "Resize comment")


def _moved_label(names: Sequence[str], frames: Sequence[int], comments: Sequence[int]) -> str:
    if frames:
        return "Move frame" if len(frames) == 1 else f"Move {len(frames)} frames"
    if len(names) == 1:
        return f"Move {names[0]}"
    if names:
        return f"Move {len(names)} nodes"
    return "Move comment" if len(comments) == 1 else f"Move {len(comments)} comments"


def _deleted_label(
    names: Sequence[str], keys: Sequence[WireKey], frames: Sequence[int], comments: Sequence[int]
) -> str:
    kinds = [
        (len(names), f"node {names[0]}" if len(names) == 1 else f"{len(names)} nodes"),
        (len(keys), "wire" if len(keys) == 1 else f"{len(keys)} wires"),
        (len(frames), "frame" if len(frames) == 1 else f"{len(frames)} frames"),
        (len(comments), "comment" if len(comments) == 1 else f"{len(comments)} comments"),
    ]
    said = [words for count, words in kinds if count]
    return f"Delete {said[0]}" if len(said) == 1 else f"Delete {sum(count for count, _ in kinds)} things"
