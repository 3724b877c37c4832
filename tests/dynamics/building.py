"""Small runs for tests, written as what was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Event, Goal, Module, Run
from studio.dynamics.settings import DEFAULTS, Settings
from studio.dynamics.verdict import Alarm
from studio.dynamics.words.reader import Reader

READER = Reader()
"""One for all tests: it only remembers words."""

SEARCH = (
    ("planner", "Search the airline site for cheap flights to Lisbon"),
    ("executor", "Opening the booking page and typing the dates"),
    ("tool", "The page returned an error about missing cookies"),
    ("critic", "These offers cannot be accepted, ask another airline by letter"),
    ("memory", "Earlier the airline refused our browser"),
    ("judge", "The old traveller has neither ticket nor seat"),
)
"""One who speaks and one sentence, each with matter of its own."""


def said(lines: Iterable[tuple[str, Any]], *, start: int = 0, **more: Any) -> list[Event]:
    """Return events, one per tick."""
    return [Event(t, module, out, **more) for t, (module, out) in enumerate(lines, start)]


def circle(period: int, rounds: int) -> list[tuple[str, Any]]:
    return list(SEARCH[:period]) * rounds


def run_of(
    events: Sequence[Event],
    *,
    modules: Sequence[Module] = (),
    goals: Sequence[Goal] = (),
    root_goal: str = "",
    t_end: int = 0,
    finished: bool = True,
) -> Run:
    return Run("r", root_goal, tuple(modules), tuple(goals), tuple(events), finished, t_end)


def watched(events: Iterable[Event], settings: Settings = DEFAULTS, **more: Any) -> tuple[Watch, list[Alarm]]:
    """Return the watch that saw the events, and all alarms."""
    watch = Watch(settings=settings, reader=READER, **more)
    return watch, [alarm for event in events for alarm in watch.see(event)]
