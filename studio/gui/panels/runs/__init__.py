"""The panel of recorded runs. See `panel`."""

from studio.gui.panels import Panel
from studio.gui.panels.runs.panel import RunsPanel

PANEL = Panel(
    "runs", "Runs", "bottom", RunsPanel, order=14, keys="Ctrl+Shift+H",
    help="All recorded runs, those of other processes too: find one, step through it, compare two, steer one that "
    "goes on.",
)  # fmt: skip
