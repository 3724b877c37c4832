"""The recorded run that is in front, as actions ask for it, and what they say where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.replay.session import Session

NO_RUN: Final = "No recorded run is shown: open one from the panel Runs."


def session_in_front(workbench: Workbench) -> Session | None:
    """Return the run whose graph is in front, None if none is."""
    replays = workbench.parts.get("replay")
    session: Session | None = None if replays is None else replays.current
    return session


def shows_run(workbench: Workbench) -> bool:
    """True while a recorded run is in front."""
    return session_in_front(workbench) is not None


def why_no_run(workbench: Workbench) -> str:
    """Return why nothing can be done with a recorded run, "" while one is in front."""
    return "" if shows_run(workbench) else NO_RUN
