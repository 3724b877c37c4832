"""Lays graphs out anew: small ones at once, large ones beside the window, which stays usable meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from studio.editing import TOP, At, Document, Op
from studio.editing.placing.arranging import auto_arrange
from studio.graph.layout import Box
from studio.graph.model import Graph
from studio.gui.edits.on_canvas import named
from studio.gui.workbench import Workbench
from studio.spec.registry import Registry
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas

AT_ONCE: Final = 200
"""Nodes that are laid out while the window waits; that takes a tenth of a second."""

_LOOK_MS: Final = 30
_PART: Final = "arranger"


def arrange(workbench: Workbench, canvas: Canvas, names: Collection[str] | None = None) -> None:
    """Lay out the nodes named, or all, as one entry of the history. Raises StudioError if it is refused."""
    document, at, boxes = canvas.document, canvas.at, canvas.boxes()
    label = f"Arrange {named(list(names))}" if names is not None else "Arrange graph"
    count = len(document.at(at).nodes) if names is None else len(names)
    if count <= AT_ONCE:
        canvas.cancel_interaction()
        document.do(label, auto_arrange(document, at, boxes, names))
        return
    running = workbench.parts.get(_PART)
    if isinstance(running, Arranger):
        running.stop()
    workbench.parts[_PART] = Arranger(workbench, canvas, label, names, boxes)
    workbench.say(f"Arranging {count:,} nodes…")


class Arranger(QObject):
    """One layout that is being made in a thread, of a copy of the graph. What an edit overtakes is given up."""

    def __init__(
        self, workbench: Workbench, canvas: Canvas, label: str, names: Collection[str] | None, boxes: dict[str, Box]
    ) -> None:
        super().__init__(workbench)
        self._workbench, self._document, self._at, self._label = workbench, canvas.document, canvas.at, label
        self._revision = canvas.document.revision
        self._made: list[list[Op] | Exception] = []
        graph = canvas.document.at(canvas.at)
        copy = Graph(nodes=dict(graph.nodes), edges=list(graph.edges), layout=dict(graph.layout))
        self._thread = threading.Thread(
            target=_lay_out,
            args=(self._made, copy, canvas.document.registry, boxes, names),
            name="arranger",
            daemon=True,
        )
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(_LOOK_MS)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """True until the layout is applied or given up."""
        return self._timer.isActive()

    def stop(self) -> None:
        """Give the layout up."""
        self._timer.stop()

    def _look(self) -> None:
        if self._document not in self._workbench.documents:
            self.stop()
        elif self._document.revision != self._revision:
            self.stop()
            self._workbench.say("The graph was changed while it was being arranged, so nothing was moved.", "warning")
        elif self._made:
            self.stop()
            self._apply(self._made[0])

    def _apply(self, made: list[Op] | Exception) -> None:
        if isinstance(made, StudioError):
            self._workbench.fail(made)
        elif isinstance(made, Exception):
            raise made
        else:
            if self._workbench.canvas is not None:
                self._workbench.canvas.cancel_interaction()
            self._document.do(self._label, [_at(op, self._at) for op in made])
            self._workbench.say("Arranged. Undo brings the old places back.")


def _at(op: Op, at: At) -> Op:
    return replace(op, at=at)


def _lay_out(
    made: list[list[Op] | Exception],
    graph: Graph,
    registry: Registry,
    boxes: dict[str, Box],
    names: Collection[str] | None,
) -> None:
    """Make the ops; what goes wrong is for the window's thread to tell."""
    try:
        made.append(auto_arrange(Document(graph, None, registry), TOP, boxes, names))
    except Exception as error:  # noqa: BLE001 - handed over to the window's thread, which raises it
        made.append(error)
