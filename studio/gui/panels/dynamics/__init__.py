"""The panel of dynamics: which of Wolfram's classes a run is in, why, and how it looks.

- `panel`: follows the run in front; `judgement` is the list beside the diagram, of `telling`'s rows.
- `modules_table`, the flow and the diagram are views of the run; `links` ties them to the canvas.

What is shown is found out by `studio.gui.replay.dynamics`; the same words and numbers stand in `studio dynamics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.panels import Panel, later

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.gui.workbench import Workbench


def _wakes(workbench: Workbench, wake: Callable[[], object]) -> None:
    """The tab tells how many alarms a run has, also one that goes on."""
    workbench.part("replay").opened.connect(lambda *_: wake())
    workbench.part("live").started.connect(lambda *_: wake())


PANEL = Panel(
    "dynamics", "Dynamics", "bottom", later("studio.gui.panels.dynamics.panel", "DynamicsPanel"),
    order=19, keys="Ctrl+Shift+Y",
    waits=True, part="dynamics_panel", wakes=_wakes,
    help="Whether the run freezes, goes in circles, wanders or lives, with evidence and the space-time diagram.",
)  # fmt: skip
