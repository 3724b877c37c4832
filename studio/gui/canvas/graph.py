"""NodeGraphQt's controller, made to own nothing: its nodes are handles of items, its slots hand gestures on.

The document is the truth. What the viewer reports goes to `Editing`, which makes ops of it; nodes and wires come and
go only when the projection says so, without undo commands of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

from studio.gui.canvas.library import NodeGraph, NodeModel, NodeObject
from studio.gui.canvas.node_item import NodeItem

if TYPE_CHECKING:
    from studio.gui.canvas.editing import Editing
    from studio.gui.canvas.viewer import Viewer


class SinkStack(QUndoStack):
    """An undo stack that remembers nothing: undo is the document's."""

    def push(self, command: QUndoCommand) -> None:
        """Do it and forget it."""
        command.redo()

    def beginMacro(self, text: str) -> None:
        """Nothing: macros of NodeGraphQt that are not ended would block undo."""

    def endMacro(self) -> None:
        """See `beginMacro`."""


class _Model(NodeModel):  # type: ignore[misc]
    """What NodeGraphQt keeps of a node: its id; the rest is as in every other."""

    _usual = vars(NodeModel())

    def __init__(self, name: str) -> None:
        self.__dict__.update(self._usual, id=name, inputs={}, outputs={}, _custom_prop={})


class Handle(NodeObject):  # type: ignore[misc]
    """A node as NodeGraphQt knows it: an id, which is the node's name, and its item."""

    __identifier__ = "studio"
    NODE_NAME = "node"

    def __init__(self, name: str) -> None:
        # Not NodeGraphQt's own, which sets dozens of properties that are never used, a thousand times.
        self._graph: CanvasGraph | None = None
        self._model = _Model(name)
        self._view = NodeItem(name)

    def update(self) -> None:
        """Nothing: the projection tells the item what to show."""


class CanvasGraph(NodeGraph):  # type: ignore[misc]
    """The controller of one canvas."""

    def __init__(self, viewer: Viewer, parent: QObject | None = None) -> None:
        self.editing: Editing | None = None
        super().__init__(parent, viewer=viewer, undo_stack=SinkStack())
        self.set_acyclic(False)

    # -- items, as the projection asks ---------------------------------------------------------

    def put(self, name: str) -> NodeItem:
        """Add the item of a node."""
        handle = Handle(name)
        handle._graph = self
        handle.model._graph_model = self.model
        self.model.nodes[name] = handle
        item: NodeItem = handle.view
        item.view = self.viewer()
        self.scene().addItem(item)
        return item

    def drop(self, name: str) -> None:
        """Remove the item of a node."""
        handle = self.model.nodes.pop(name)
        handle.view.delete()

    def rename(self, old: str, new: str) -> None:
        """A node has another name; its item stays."""
        handle = self.model.nodes.pop(old)
        handle.model.id = handle.view.id = handle.view.name = new
        self.model.nodes[new] = handle

    def get_unique_name(self, name: str) -> str:
        """Names are the document's affair."""
        return name

    # -- selection: NodeGraphQt's own versions push undo commands --------------------------------

    def select_all(self) -> None:
        """Select every node."""
        for handle in self.model.nodes.values():
            handle.view.setSelected(True)

    def clear_selection(self) -> None:
        """Select nothing."""
        self.scene().clearSelection()

    def invert_selection(self) -> None:
        """Select what is not selected."""
        for handle in self.model.nodes.values():
            handle.view.setSelected(not handle.view.isSelected())

    # -- gestures, as the viewer reports them ----------------------------------------------------

    def _on_connection_changed(self, disconnected: list[Any], connected: list[Any]) -> None:
        """Wires are drawn by a gesture of ours, between places on cards."""

    def _on_connection_sliced(self, ports: list[Any]) -> None:
        """See `_on_connection_changed`."""

    def _on_nodes_moved(self, moved: dict[NodeItem, Any]) -> None:
        if self.editing is not None:
            self.editing.moved([item.name for item in moved])

    def _on_insert_node(self, pipe: Any, node_id: str, moved: Any) -> None:
        if self.editing is not None:
            self.editing.insert_on_wire(node_id, pipe.key)

    def _on_search_triggered(self, node_type: str, pos: tuple[float, float]) -> None:
        if self.editing is not None:
            self.editing.add(node_type, pos)

    def _on_node_data_dropped(self, mimedata: Any, pos: Any) -> None:
        if self.editing is not None:
            self.editing.dropped(mimedata, (pos.x(), pos.y()))

    def _on_node_name_changed(self, node_id: str, name: str) -> None:
        if self.editing is not None:
            self.editing.rename(node_id, name)

    def _on_node_backdrop_updated(self, node_id: str, update: str, value: Any) -> None:
        """Frames are ours."""

    def _on_node_selected(self, node_id: str) -> None:
        """Selection is told by the scene."""

    def _on_node_selection_changed(self, selected: list[str], deselected: list[str]) -> None:
        """Selection is told by the scene."""

    def _on_node_double_clicked(self, node_id: str) -> None:
        if self.editing is not None:
            self.editing.activated(node_id)

    def _on_context_menu_prompt(self, menu_name: str, node_id: str | None) -> None:
        """Menus are the window's."""
