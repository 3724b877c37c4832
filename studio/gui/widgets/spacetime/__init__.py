"""Space-time diagrams in the window: of runs and of automata, with curves beside or below, and recurrence.

- `axis`: what views of one diagram share: scale, which rows are seen, where one stands and points.
- `view`: the diagram itself; `places` says where its parts are, `painting` draws what is no cell, `telling` what is
  said of a point. `curves`, `recurrence`, `flow`: other views, the last two of `pairs`. `bar`: what colours tell.
  `pane`: all of it together.

What is drawn is `studio.dynamics.pictures`; these widgets know no run, no session and no canvas.
"""

from studio.gui.widgets.spacetime.axis import TimeAxis
from studio.gui.widgets.spacetime.bar import ColouringBar
from studio.gui.widgets.spacetime.curves import CurvesView
from studio.gui.widgets.spacetime.flow import FlowView
from studio.gui.widgets.spacetime.pane import DiagramPane
from studio.gui.widgets.spacetime.recurrence import RecurrenceView
from studio.gui.widgets.spacetime.view import SpaceTimeView

__all__ = ["ColouringBar", "CurvesView", "DiagramPane", "FlowView", "RecurrenceView", "SpaceTimeView", "TimeAxis"]
