"""What the actions on a graph have in common: where they act, how they edit, what they call what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QCursor

from studio.editing import At, Document, Op
from studio.graph.model import Edge, NodeInstance

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.workbench import Workbench


def canvas_of(workbench: Workbench) -> Canvas:
    """Return the canvas that is shown; actions that ask for it are enabled only while there is one."""
    canvas = workbench.canvas
    assert canvas is not None
    return canvas


def edit(workbench: Workbench, label: str, *steps: Callable[[Document, At], Iterable[Op]]) -> bool:
    """Do steps on the graph that is shown as one entry, each computed when those before it are done.

    Raises StudioError if one is refused; then nothing has changed.
    """
    canvas = canvas_of(workbench)
    canvas.cancel_interaction()
    document, at = canvas.document, canvas.at
    with document.edit(label):
        done = [document.do(label, step(document, at)) for step in steps]
    return any(done)


def named(names: Sequence[str]) -> str:
    """Return how labels call nodes: one by its name, several by their number."""
    return names[0] if len(names) == 1 else f"{len(names)} nodes"


def with_one(workbench: Workbench) -> bool:
    """Enabled while just one node is selected."""
    return len(workbench.selection) == 1


def with_several(least: int) -> Callable[[Workbench], bool]:
    """Enabled while at least so many nodes are selected."""
    return lambda workbench: len(workbench.selection) >= least


def with_nodes(workbench: Workbench) -> bool:
    """Enabled while a graph with nodes is shown."""
    canvas = workbench.canvas
    return canvas is not None and bool(graph_nodes(workbench))


def graph_nodes(workbench: Workbench) -> dict[str, NodeInstance]:
    """Return the nodes of the graph that is shown, in file order."""
    canvas = canvas_of(workbench)
    return canvas.document.at(canvas.at).nodes if canvas.document.has(canvas.at) else {}


def selected_nodes(workbench: Workbench) -> list[NodeInstance]:
    """Return the selected nodes."""
    if workbench.canvas is None:
        return []
    nodes = graph_nodes(workbench)
    return [nodes[name] for name in workbench.selection if name in nodes]


def selected_edges(workbench: Workbench) -> list[Edge]:
    """Return the edges whose wires are selected."""
    return canvas_of(workbench).selected_edges() if workbench.canvas is not None else []


def mouse_place(canvas: Canvas) -> tuple[float, float] | None:
    """Return the point of the scene under the mouse, None if the mouse is not over the canvas."""
    local = canvas.view.viewport().mapFromGlobal(QCursor.pos())
    if not canvas.view.viewport().rect().contains(local):
        return None
    point = canvas.view.scene_at(QPointF(local))
    return point.x(), point.y()


def scene_point(canvas: Canvas, point: QPoint) -> tuple[float, float]:
    """Return the point of the scene under a point of the screen."""
    found = canvas.view.scene_at(QPointF(canvas.view.viewport().mapFromGlobal(point)))
    return found.x(), found.y()


def pin(canvas: Canvas) -> list[Op]:
    """Return the ops that write down where nodes are seen that the file places nowhere.

    An edit that adds or replaces nodes does them first: what it puts beside other nodes then stands there.
    """
    from studio.editing.placing.places import pinned

    return pinned(canvas.document, canvas.at, canvas.boxes())


def screen_rect(canvas: Canvas, name: str) -> QRect | None:
    """Bring a node into view and return where it is seen on the screen, None if there is no such node."""
    card = canvas.projection.cards.get(name)
    if card is None:
        return None
    canvas.reveal(name)
    port = canvas.view.viewport()
    shown = canvas.view.viewportTransform().mapRect(card.body_rect()).toRect()
    return QRect(port.mapToGlobal(shown.topLeft()), shown.size())
