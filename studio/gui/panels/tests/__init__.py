"""The tests panel: the recorded tests of the graph, played offline.

- `panel`: puts the parts together; `table` over `model` is the list, `detail` one test, `empty_page` without any.
- `bench`: reads and plays the cases; `suites`: what is known of them; `places`: where the files stand.
- `form`: makes a test of a run or a firing; `renewing`: has real models asked anew.

What a case is, and whether it passes, is `studio.cases`; what can be done is listed in `studio.gui.actions.tests`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.panels import Panel, later
from studio.gui.panels.tests.places import where_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.gui.workbench import Workbench


def _wakes(workbench: Workbench, wake: Callable[[], object]) -> None:
    """The tab tells how many tests there are, and that one fails which is played as the graph is saved."""

    looked: tuple[object, object] = None, None

    def look(*_: object) -> None:
        if "tests" not in workbench.parts:
            where = where_of(workbench, workbench.document)
            if where is not None and where.tests.exists():
                wake()

    def look_if_saved_elsewhere() -> None:
        nonlocal looked
        document = workbench.document
        here = (document, None if document is None else document.path)
        if here != looked:
            looked = here
            look()

    workbench.current_changed.connect(look)
    workbench.actions_changed.connect(look_if_saved_elsewhere)


PANEL = Panel(
    "tests", "Tests", "bottom", later("studio.gui.panels.tests.panel", "TestsPanel"),
    order=30, keys="Ctrl+Shift+U",
    waits=True, part="tests", wakes=_wakes,
    help="The recorded tests of the graph: played offline against the graph as it is now, with no model and no cost.",
)  # fmt: skip
