"""The panel of dynamics: which of Wolfram's classes a run is in, why, and how it looks.

- `panel`: follows the run in front; `judgement` is the list beside the diagram, of `telling`'s rows.
- `modules_table`, the flow and the diagram are views of the run; `links` ties them to the canvas.

What is shown is found out by `studio.gui.replay.dynamics`; the same words and numbers stand in `studio dynamics`.
"""

from studio.gui.panels import Panel
from studio.gui.panels.dynamics.panel import DynamicsPanel

PANEL = Panel(
    "dynamics", "Dynamics", "bottom", DynamicsPanel, order=19, keys="Ctrl+Shift+Y",
    help="Whether the run freezes, goes in circles, wanders or lives, with evidence and the space-time diagram.",
)  # fmt: skip
