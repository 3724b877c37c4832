"""The diagram and the canvas, linked both ways: what is pointed at in one is marked in the other, and leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.panels.dynamics.telling import Row
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.replay.dynamics import Front
    from studio.gui.replay.dynamics.looking import Looked
    from studio.gui.replay.service import Replays


class Links:
    """Marks nodes for modules, tells the columns of nodes, and goes where cells, pairs and rows lead."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self.replays: Replays = workbench.part("replay")
        self.front: Front | None = None
        self.looked: Looked | None = None
        self._lit: Canvas | None = None

    def show(self, front: Front | None, looked: Looked | None) -> None:
        """Be about another run, or more of it."""
        if front is None or self.front is None or front.document is not self.front.document:
            self.end()
        self.front, self.looked = front, looked

    # -- marking --------------------------------------------------------------------------------

    def hover(self, row: int, column: int) -> None:
        """A cell is pointed at (the column -1: a row): mark what fired then, and whose it is."""
        looked = self.looked
        if looked is None or row < 0:
            self.end()
            return
        paths = looked.cells.fired_in(row)
        if column >= 0:
            paths.append(looked.diagram.columns[column].id)
        self.light(paths)

    def hover_pair(self, source: int, target: int) -> None:
        """A pair of the flow is pointed at: mark both modules."""
        if source < 0:
            self.end()
        else:
            self.light([self.module_of(source), self.module_of(target)])

    def light(self, paths: list[str]) -> None:
        """Mark the nodes of modules on the canvas in front, and fade the others; none ends it."""
        front, canvas = self.front, self.workbench.canvas
        if front is None or canvas is None or canvas.document is not front.document:
            return
        names = front.names_in(canvas.at, paths)
        if not names:
            self.end()
            return
        self._lit = canvas
        canvas.set_highlight(names)

    def end(self) -> None:
        """Mark what was marked before: what is lit of a run's causes, or nothing."""
        canvas, self._lit = self._lit, None
        if canvas is None or canvas is not self.workbench.canvas:
            return
        canvas.set_highlight()
        if self.front is not None and self.front.session is not None:
            self.replays.paint_light(self.front.session)

    def columns(self) -> frozenset[int]:
        """Return the columns of the nodes that are selected on the canvas, of all items and of what is inside them."""
        return frozenset(self._chosen().values())

    def chosen_module(self) -> str:
        """Return the first module of the nodes that are selected, "" if there is none."""
        return next(iter(self._chosen()), "")

    def _chosen(self) -> dict[str, int]:
        front, looked, canvas = self.front, self.looked, self.workbench.canvas
        chosen = set(self.workbench.selection)
        if front is None or looked is None or canvas is None or not chosen or canvas.document is not front.document:
            return {}
        return {
            path: number
            for path, number in looked.cells.columns.items()
            if any(spot.at == canvas.at and spot.name in chosen for spot in front.way(path))
        }

    # -- leading --------------------------------------------------------------------------------

    def module_of(self, number: int) -> str:
        """Return the module of a row or column of the flow."""
        measures = None if self.looked is None else self.looked.measures
        return "" if measures is None or number < 0 else measures.modules[number].id

    def go_to_cell(self, row: int, column: int) -> None:
        """Go to the firing that said what a cell holds."""
        if self.looked is not None:
            module = self.looked.diagram.columns[column].id if column >= 0 else ""
            self._go_to_firing(self.looked.cells.firing(row, column), module)

    def go_to_row(self, row: Row) -> None:
        """Go where a row of the list leads."""
        looked = self.looked
        if looked is None:
            return
        firing = row.firing
        if not firing and row.t >= 0:
            firing = looked.cells.first_at(row.t, row.module)
        if not firing and row.module:
            firing = looked.cells.firing(looked.diagram.rows - 1, looked.cells.columns.get(row.module, -1))
        self._go_to_firing(firing, row.module)

    def go_to_module(self, module: str) -> None:
        """Show the node of a module, selected and in view."""
        if self.front is None or not module:
            return
        way = self.front.way(module)
        if way:
            self.workbench.show(self.front.document, way[-1].at, [way[-1].name])
        else:
            self.workbench.say("The node of this module is gone from the graph.", "warning")

    def _go_to_firing(self, firing: int, module: str) -> None:
        """Step there in a recorded run; a run of the graph itself shows the node."""
        front = self.front
        if front is None:
            return
        if front.session is not None and firing:
            self.end()
            self.replays.player.stop()
            if front.session.seek_firing(firing):
                return
        self.go_to_module(module)
