"""The problems panel. See `panel`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.panels import Panel, later

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.gui.workbench import Workbench


def _wakes(workbench: Workbench, wake: Callable[[], object]) -> None:
    """The tab tells how many problems there are."""
    checks = workbench.part("checks")

    def look(*_: object) -> None:
        known = checks.of(workbench.document)
        if known is not None and known.findings:
            wake()

    checks.checked.connect(look)
    workbench.current_changed.connect(look)


PANEL = Panel(
    "problems", "Problems", "bottom", later("studio.gui.panels.problems.panel", "ProblemsPanel"),
    order=20, keys="Ctrl+Shift+M",
    waits=True, part="problems", wakes=_wakes,
    help="What is wrong with the graph, what it means, and how to mend it.",
)  # fmt: skip
