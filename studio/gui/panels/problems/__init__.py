"""The problems panel. See `panel`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.panels import Panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from studio.gui.workbench import Workbench


def _make(workbench: Workbench) -> QWidget:
    from studio.gui.panels.problems.panel import ProblemsPanel

    return ProblemsPanel(workbench)


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
    "problems", "Problems", "bottom", _make, order=20, keys="Ctrl+Shift+M",
    waits=True, part="problems", wakes=_wakes,
    help="What is wrong with the graph, what it means, and how to mend it.",
)  # fmt: skip
