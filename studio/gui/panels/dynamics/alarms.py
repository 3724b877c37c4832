"""The alarms of a run while it goes on: as they were told, before they can be read from its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.replay.dynamics.noticing import recorded_alarm
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.replay.dynamics import Front, Known
    from studio.gui.replay.dynamics.noticing import Noticed


def told_so_far(front: Front) -> list[Noticed]:
    """Return what a run of the graph in front has told of, in order; nothing of a run of another process."""
    view = None if front.mine is None else front.mine.view
    return [] if view is None else [recorded_alarm(record) for record in view.alarms]


def goes_on(front: Front) -> str:
    """Return how a run stands that has not ended."""
    view = None if front.mine is None else front.mine.view
    if view is not None and view.state.name == "paused":
        return f"The run is held: {plain_line(view.state.why[:300])}" if view.state.why else "The run is held."
    return "The run goes on."


def count_of(front: Front | None, known: Known | None) -> int:
    """Return how many alarms a run has, as far as is known."""
    count = len(known.looked.noticed) if known is not None and known.looked is not None else 0
    view = None if front is None or front.mine is None else front.mine.view
    return count if view is None else max(count, view.alarmed)


def titled(title: str, count: int) -> str:
    """Return the title of a tab that tells of alarms."""
    return f"{title}  {count:,} alarm{'s' if count > 1 else ''}" if count else title
