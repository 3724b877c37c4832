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
    from studio.gui.replay.session import Session
    from studio.gui.workbench import Workbench


def light_causes(
    workbench: Workbench, session: Session, firing: int, port: str | None = None, *, down: bool = False
) -> None:
    """Light what led to a firing (to one of its outputs, if `port` is given); with `down`: what it led to. Of a firing
    that was skipped, or an output that holds nothing, why."""
    workbench.part("causes").light(session, firing, port, down=down)


def install(workbench: Workbench) -> None:
    """Put the service into the workbench."""
    from studio.gui.replay.causes.lights import Lights

    workbench.parts["causes"] = Lights(workbench)
