"""Feeds a recorded run to a watch, in the order in which it happened."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter

from studio.dynamics.detecting.step import Step
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Event, Goal, Run
from studio.dynamics.verdict import Alarm


def feed(watch: Watch, run: Run) -> None:
    """Feed a run to a watch.

    At each tick the goals that open come first, then those that close, then the firings.
    """
    for firings in _stretches(watch, run):
        for event in firings:
            watch.see(event)


def play(watch: Watch, run: Run) -> Iterator[tuple[Step, Event]]:
    """Feed a run to a watch and yield each firing, as it was seen and as it was given."""
    for firings in _stretches(watch, run):
        for event in firings:
            watch.see(event)
            step = watch.last
            assert step is not None
            yield step, event


def _stretches(watch: Watch, run: Run) -> Iterator[list[Event]]:
    """Yield the firings between any two other things that happen, which the watch is told here: they are few, and a
    firing is to cost nothing for them."""
    events = run.ordered()
    at = 0
    for until, news in _news(run, events):
        if at < until:
            yield events[at:until]
            at = until
        if isinstance(news, Event):
            assert news.metric is not None, "it is no firing"
            watch.measured(news.module, news.metric, news.t)
            at += 1
        else:
            _tell(watch, news)
    if at < len(events):
        yield events[at:]
    if not run.finished:
        watch.advance(run.last_tick())


def _news(run: Run, events: list[Event]) -> list[tuple[int, tuple[int, int, Goal] | Event]]:
    """Return what is no firing, and before which place among the events it comes; a measure stands there itself."""
    found: list[tuple[int, tuple[int, int, Goal] | Event]] = [
        (bisect_left(events, news[0], key=attrgetter("t")), news)
        for news in sorted(_goals(run), key=lambda item: (item[0], item[1]))
    ]
    found += [(at, event) for at, event in enumerate(events) if event.metric is not None]
    return sorted(found, key=lambda item: item[0])


def _goals(run: Run) -> Iterator[tuple[int, int, Goal]]:
    """Yield (tick, 0 for opening or 1 for closing, goal); a parent never opens after its child.

    A goal that is done at an unknown tick is never closed: when it moved the run on cannot be said.
    """
    opens: dict[str, int] = {}
    parents = {goal.id: goal for goal in run.goals}
    for goal in run.goals:
        path: dict[str, Goal] = {}
        step: Goal | None = goal
        while step is not None and step.id not in opens and step.id not in path:
            path[step.id] = step
            step = parents.get(step.parent) if step.parent is not None else None
        for each in reversed(path.values()):
            above = opens.get(each.parent, 0) if each.parent is not None else 0
            opens[each.id] = max(each.t, above)
            yield opens[each.id], 0, each
    for goal in run.goals:
        if goal.t_done is not None:
            yield max(goal.t_done, opens[goal.id]), 1, goal


def tell(watch: Watch, goal: Goal, t: int, *, closes: bool = False) -> list[Alarm]:
    """Tell a watch of a goal, or a call, that opens or closes at the tick `t`; return the alarms that it raises."""
    if goal.call:
        if closes:
            watch.leave(goal.id)
            return []
        return watch.enter(goal.id, goal.parent, t, goal.text)
    return watch.close_goal(goal.id, t) if closes else watch.open_goal(replace(goal, t=t))


def _tell(watch: Watch, news: tuple[int, int, Goal]) -> None:
    t, closes, goal = news
    tell(watch, goal, t, closes=bool(closes))
