"""The run panel. See `panel`."""

from studio.gui.panels import Panel
from studio.gui.panels.run.panel import RunPanel

PANEL = Panel(
    "run", "Run", "bottom", RunPanel, order=10, keys="Ctrl+Shift+R",
    help="Inputs and options of a run, how it stands, what it gave, and what was asked of models.",
)  # fmt: skip
