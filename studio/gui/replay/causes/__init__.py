"""Causes in a run that is stepped through: what led to a firing, what it led to, why there is nothing.

- `lights`: the service `causes` of the workbench; asks, lights what was found, and shows the card.
- `asking`: a question as it is looked up on the session's thread; `studio.replay.causes` finds the answer.
- `lighting`: what of each graph is lit by it, nodes and wires.
- `card`: the card over the canvas, `placing` where it stands; `listing` its rows and their words, `model` the rows for
  Qt, `table` the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.gui.workbench import Workbench


def install(workbench: Workbench) -> None:
    """Put the service into the workbench."""
    from studio.gui.replay.causes.lights import Lights

    workbench.parts["causes"] = Lights(workbench)
