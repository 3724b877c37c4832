"""The tests panel. See `panel`; `bench` reads and plays cases, `form` makes one of a recorded run."""

from studio.gui.panels import Panel
from studio.gui.panels.tests.panel import TITLE, TestsPanel

PANEL = Panel(
    "tests", TITLE, "bottom", TestsPanel, order=30, keys="Ctrl+Shift+U",
    help="The recorded tests of the graph: played offline against the graph as it is now, with no model and no cost.",
)  # fmt: skip
