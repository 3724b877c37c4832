"""The logical time of a recorded run, counted as its guard did: ticks in which something was said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.dynamics.exchange.run import Goal
from studio.replay.dynamics.calls import Calls
from studio.replay.dynamics.outline import THE_RUN, Execution, Outline

if TYPE_CHECKING:
    from studio.trace.found import Firing

Tick = tuple[Execution, str]
"""A tick of a region with a clock of its own: its execution and the tick key."""


@dataclass(frozen=True, slots=True)
class Times:
    """The logical tick of each firing by its id, and the calls that graphs make of themselves, with theirs."""

    ticks: Mapping[int, int]
    calls: tuple[Goal, ...]


def timed(outline: Outline, said: Callable[[Firing], bool], calls: Calls | None) -> Times:
    """Count the ticks of regions with clocks of their own in which something was `said`; a call begins one."""
    ticks: dict[int, int] = {}
    known: dict[Execution, Goal] = {}
    t, fired = 0, False
    for firing, is_later in zip(outline.firings, _tick_ended(outline), strict=True):
        begun = () if calls is None else calls.begun_by(firing)
        if (is_later or begun) and fired:
            t, fired = t + 1, False
        for execution, goal in begun:
            known[execution] = replace(goal, t=t)
        ticks[firing.id] = t
        fired |= said(firing)
        if calls is not None and firing.status in ("ok", "error"):
            for execution in calls.made_by(firing):
                known[execution] = replace(known[execution], done=True, t_done=t)
    return Times(ticks, tuple(known.values()))


def _tick_ended(outline: Outline) -> Iterator[bool]:
    """Yield, for each firing, whether a tick of a region with a clock of its own ended before it."""
    known: dict[int, tuple[Tick, ...]] = {}

    def lies_in(firing: Firing) -> tuple[Tick, ...]:
        """The ticks around a firing, outermost first; a body that shares a clock adds none."""
        around = outline.by_id.get(firing.parent)
        if around is None:
            return ((THE_RUN, firing.tick_key),)
        if around.id not in known:
            known[around.id] = lies_in(around)
        outer = known[around.id]
        if not outline.has_clock(firing):
            return outer
        return (*outer, (outline.lies_in(firing), firing.tick_key))

    now: tuple[Tick, ...] = ()
    for firing in outline.firings:
        ticks = lies_in(firing)
        yield ticks[: len(now)] != now
        now = ticks
