"""The fork panel. See `panel`."""

from studio.gui.panels import Panel
from studio.gui.panels.fork.panel import ForkPanel

PANEL = Panel(
    "fork", "Fork", "right", ForkPanel, order=20, shown=False,
    help="Run on from a step of a recorded run with something changed: params, outputs, what fires again.",
)  # fmt: skip
