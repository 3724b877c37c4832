"""The problems panel. See `panel`."""

from studio.gui.panels import Panel
from studio.gui.panels.problems.panel import TITLE, ProblemsPanel

PANEL = Panel(
    "problems", TITLE, "bottom", ProblemsPanel, order=20, keys="Ctrl+Shift+M",
    help="What is wrong with the graph, what it means, and how to mend it.",
)  # fmt: skip
