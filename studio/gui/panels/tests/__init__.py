"""The tests panel: the recorded tests of the graph, played offline.

- `panel`: puts the parts together; `table` over `model` is the list, `detail` one test, `empty_page` without any.
- `bench`: reads and plays the cases; `suites`: what is known of them; `places`: where the files stand.
- `form`: makes a test of a run or a firing; `renewing`: has real models asked anew.

What a case is, and whether it passes, is `studio.cases`; what can be done is listed in `studio.gui.actions.tests`.
"""

from studio.gui.panels import Panel
from studio.gui.panels.tests.panel import TITLE, TestsPanel

PANEL = Panel(
    "tests", TITLE, "bottom", TestsPanel, order=30, keys="Ctrl+Shift+U",
    help="The recorded tests of the graph: played offline against the graph as it is now, with no model and no cost.",
)  # fmt: skip
