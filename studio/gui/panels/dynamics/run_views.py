"""The views of one run: the space-time diagram, who takes up what, the measures of its modules, and the lamp test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.dynamics.pictures.runs import short_titles
from studio.gui.panels.dynamics.lamps_view import LampsView
from studio.gui.panels.dynamics.links import Links
from studio.gui.panels.dynamics.modules_table import ModulesView
from studio.gui.widgets.spacetime.flow import FlowView
from studio.gui.widgets.spacetime.pane import DiagramPane
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.dynamics.measuring.measures import Measures
    from studio.gui.replay.dynamics import Front
    from studio.gui.replay.dynamics.looking import Looked


class RunViews(QStackedWidget):
    """Shows one view at a time."""

    def __init__(self, workbench: Workbench, links: Links, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.diagram = DiagramPane(self)
        self.diagram.setObjectName("dynamics.diagram")
        self.flow = FlowView(self)
        self.modules = ModulesView(self)
        self.lamps = LampsView(workbench, self)
        for one in (self.diagram, self.flow, self.modules, self.lamps):
            self.addWidget(one)
        self.looked: Looked | None = None
        self.diagram.hovered.connect(links.hover)
        self.diagram.chosen.connect(links.go_to_cell)
        self.flow.hovered.connect(links.hover_pair)
        self.flow.chosen.connect(lambda row, _: links.go_to_module(links.module_of(row)))
        self.modules.asked.connect(links.go_to_module)

    def show_run(self, front: Front, looked: Looked) -> None:
        """Show another run, or more of the same."""
        if looked is self.looked:
            return
        self.looked = looked
        self.diagram.set_diagram(looked.diagram, looked.quote)
        measures = looked.measures
        if measures is None:
            self.flow.set_flow([], numpy.empty((0, 0)))
        else:
            self.flow.set_flow(names_of(measures), matrix_of(measures))
        self.modules.show_measures(measures)
        self.lamps.show_run(front, list(looked.cells.columns))

    def show_view(self, name: str) -> None:
        """Show the `diagram`, the `flow`, the `modules` or the `lamps`."""
        views = {"diagram": self.diagram, "flow": self.flow, "modules": self.modules, "lamps": self.lamps}
        self.setCurrentWidget(views[name])
        if name == "lamps":
            self.lamps.refresh()


def names_of(measures: Measures) -> list[str]:
    """Return what modules are called: the ends of their paths, as in the diagram."""
    ids = [module.id for module in measures.modules]
    titles = short_titles(ids)
    return [titles[one] for one in ids]


def matrix_of(measures: Measures) -> NDArray[Any]:
    """Return the flow as numbers, NaN where a module brought in nothing."""
    rows = [[numpy.nan if one is None else one for one in row] for row in measures.flow]
    return numpy.array(rows, numpy.float64).reshape(len(rows), len(rows))
