"""The diagram and the canvas, linked both ways: what is pointed at in one is marked in the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.replay.dynamics import Front
    from studio.gui.replay.dynamics.looking import Looked
    from studio.gui.replay.service import Replays


class Links:
    """Marks nodes for modules, and tells the columns of nodes."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self.replays: Replays = workbench.part("replay")
        self._lit: Canvas | None = None

    def light(self, front: Front, paths: list[str]) -> None:
        """Mark the nodes of modules on the canvas in front, and fade the others; none ends it."""
        canvas = self.workbench.canvas
        if canvas is None or canvas.document is not front.document:
            return
        names = front.names_in(canvas.at, paths)
        if not names:
            self.end(front)
            return
        self._lit = canvas
        canvas.set_highlight(names)

    def end(self, front: Front | None) -> None:
        """Mark what was marked before: what is lit of a run's causes, or nothing."""
        canvas, self._lit = self._lit, None
        if canvas is None or canvas is not self.workbench.canvas:
            return
        canvas.set_highlight()
        if front is not None and front.session is not None:
            self.replays.paint_light(front.session)

    def columns(self, front: Front, looked: Looked) -> frozenset[int]:
        """Return the columns of the nodes that are selected on the canvas, of all items and of what is inside them."""
        canvas = self.workbench.canvas
        chosen = set(self.workbench.selection)
        if canvas is None or not chosen or canvas.document is not front.document:
            return frozenset()
        return frozenset(
            number
            for path, number in looked.cells.columns.items()
            if any(spot.at == canvas.at and spot.name in chosen for spot in front.way(path))
        )

    def go_to_module(self, front: Front, path: str) -> bool:
        """Show the node of a module, selected and in view; False if it is gone."""
        way = front.way(path)
        if not way:
            return False
        self.workbench.show(front.document, way[-1].at, [way[-1].name])
        return True
