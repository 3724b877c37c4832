"""Frames and comments of the document as items, kept equal to it like cards and wires."""

from __future__ import annotations

from studio.editing.placing import annotations as marks
from studio.graph.frames import frames as frames_of
from studio.graph.model import Graph
from studio.gui.canvas.annotation_items import Annotation, CommentItem, FrameItem
from studio.gui.canvas.viewer import Viewer


class Notes:
    """The frames and comments of one canvas, by number."""

    def __init__(self, view: Viewer) -> None:
        self._view = view
        self._scene = view.shown_scene()
        self.frames: dict[int, FrameItem] = {}
        self.comments: dict[int, CommentItem] = {}

    def follow(self, graph: Graph) -> None:
        """Make the items equal the graph."""
        frames, comments = frames_of(graph), marks.comments(graph)
        for gone in [number for number in self.frames if number not in frames]:
            self._scene.removeItem(self.frames.pop(gone))
        for gone in [number for number in self.comments if number not in comments]:
            self._scene.removeItem(self.comments.pop(gone))
        for number, frame in frames.items():
            if number in self.frames:
                self.frames[number].show_frame(frame)
            else:
                self.frames[number] = FrameItem(number, frame)
                self._add(self.frames[number])
        for number, comment in comments.items():
            if number in self.comments:
                self.comments[number].show_comment(comment)
            else:
                self.comments[number] = CommentItem(number, comment)
                self._add(self.comments[number])

    def _add(self, item: Annotation) -> None:
        item.view = self._view
        self._scene.addItem(item)

    def find(self, kind: str, number: int) -> Annotation:
        """Return the item of a frame or comment. Raises KeyError."""
        return self.frames[number] if kind == "frame" else self.comments[number]

    def all(self) -> list[Annotation]:
        """Return all of them."""
        return [*self.frames.values(), *self.comments.values()]
