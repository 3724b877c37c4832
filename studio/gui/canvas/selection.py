"""What is selected on a canvas: nodes, wires, frames and comments; told once for many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsItem

from studio.graph.model import Edge
from studio.gui.canvas.annotation_items import CommentItem, FrameItem
from studio.gui.canvas.node_item import NodeItem
from studio.gui.canvas.targets import BY_BOX
from studio.gui.canvas.wire_item import WireItem, WireKey

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas


class Selection:
    """The selection of one canvas. The scene holds it; this reads it in the words of the document."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._scene = canvas.view.shown_scene()
        self._names: list[str] | None = None
        """What is selected, as long as that is certain."""
        self._quiet = False
        self._waits = False

    def nodes(self) -> list[str]:
        """Return the names of the selected nodes, in file order."""
        nodes = self._canvas.projection.model.nodes
        if self._names is None:
            # Asked by every action after every change: with a thousand nodes selected this is not for nothing.
            chosen = {item.name for item in self._scene.selectedItems() if isinstance(item, NodeItem)}
            self._names = [name for name in nodes if name in chosen] if chosen else []
        return [name for name in self._names if name in nodes]

    def wires(self) -> list[WireKey]:
        """Return the keys of the selected wires."""
        return [item.key for item in self._scene.selectedItems() if isinstance(item, WireItem)]

    def edges(self) -> list[Edge]:
        """Return the edges that the selected wires stand for, in file order."""
        chosen = set(self.wires())
        return [edge for edge in self._canvas.projection.model.edges if WireKey.of(edge) in chosen] if chosen else []

    def notes(self, kind: type[FrameItem] | type[CommentItem]) -> list[int]:
        """Return the numbers of the selected frames, or comments."""
        return sorted(item.number for item in self._scene.selectedItems() if isinstance(item, kind))

    def items(self) -> list[QGraphicsItem]:
        """Return the items that are selected."""
        return list(self._scene.selectedItems())

    def select_edges(self, edges: Iterable[Edge]) -> None:
        """Select the wires of edges, and nothing else; edges that it does not show are left alone."""
        wires = self._canvas.projection.wires
        found = {wires[key] for edge in edges if (key := WireKey.of(edge)) in wires}
        if found:
            self.select(set(found))

    def select(self, items: set[Any]) -> None:
        """Select items, and nothing else; told once."""
        before = set(self._scene.selectedItems())
        if before == items:
            return
        self._quiet = True
        try:
            for item in before - items:
                item.setSelected(False)
            for item in items - before:
                item.setSelected(True)
        finally:
            self._quiet = False
        self.changed()

    def touched(self, area: QRectF) -> list[QGraphicsItem]:
        """Return the cards and comments that a rectangle touches, wires that it holds, frames that it holds."""
        found: list[QGraphicsItem] = []
        for item in self._scene.items(area, BY_BOX):
            if isinstance(item, NodeItem):
                if item.body_rect().intersects(area):
                    found.append(item)
            elif isinstance(item, WireItem):
                if area.contains(item.path().controlPointRect().adjusted(-1, -1, 1, 1)):
                    found.append(item)
            elif isinstance(item, CommentItem):
                if item.area().intersects(area):
                    found.append(item)
            elif isinstance(item, FrameItem) and area.contains(item.area()):
                found.append(item)
        return found

    def forget(self) -> None:
        """Nodes may come, go or be renamed: what is selected is asked anew."""
        self._names = None

    def tell(self) -> None:
        """Tell what changed while items came and went."""
        if self._waits:
            self._waits = False
            self.changed()

    def changed(self) -> None:
        """Something was selected or is no more: tell the canvas, now or when nothing is under way."""
        canvas = self._canvas
        self._names = None
        canvas.view.repaint_far()
        if self._quiet:
            return
        if canvas.projection.is_reconciling:
            self._waits = True
            return
        for item in self._scene.selectedItems():
            if isinstance(item, NodeItem):
                item.setZValue(2)
        for card in canvas.projection.cards.values():
            if card.zValue() != 1 and not card.isSelected():
                card.setZValue(1)
        canvas.on_selection()
