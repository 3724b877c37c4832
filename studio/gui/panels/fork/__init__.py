"""The fork panel: what a fork of the run in front changes, and its start.

- `panel`: follows the run, its step and the selected node, and puts the parts together.
- `node_form`: what is changed at the node, with what `subject` knows of it; `options`: model, seed, limits.
- `foot`: what the draft comes to and what can be done with it; `changes_list`: its changes.

Drafts are kept and run by `studio.gui.replay.forking`; this room only shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.panels import Panel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from studio.gui.workbench import Workbench


def _make(workbench: Workbench) -> QWidget:
    from studio.gui.panels.fork.panel import ForkPanel

    return ForkPanel(workbench)


PANEL = Panel(
    "fork", "Fork", "right", _make, order=20, shown=False, waits=True,
    help="Run on from a step of a recorded run with something changed: params, outputs, what fires again.",
)  # fmt: skip
