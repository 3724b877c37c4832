"""Judges a recorded run: the same words as a live watch would have said, with the measures at its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from studio.dynamics.detecting.deciding import decide
from studio.dynamics.detecting.step import Step
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Goal, Run
from studio.dynamics.settings import DEFAULTS, Settings
from studio.dynamics.verdict import Verdict
from studio.dynamics.words.reader import Reader
from studio.dynamics.words.symbols import Embedder

LIMITS: Final = """\
- The thresholds were set on synthetic runs, which are cleaner than real ones.
- Endless reading and honest research look alike until something is written, closed or reused.
- A circle through an outside world that changes is not visible from texts.
- A counter can rise without progress.
- Languages other than English need their own list of common words; without one, unknown words count as common, and
  wandering is recognised less well.
"""
"""What the analysis cannot see (dynamics notes, section 9); help quotes it."""


def analyse(
    run: Run, settings: Settings = DEFAULTS, *, reader: Reader | None = None, embedder: Embedder | None = None
) -> Verdict:
    """Return the verdict of a run; the same run and settings give the same bytes."""
    watch = Watch(run.modules, run.root_goal, settings, reader=reader, embedder=embedder)
    for _ in _played(watch, run):
        pass
    return judge(watch, run.id)


def steps(
    run: Run, settings: Settings = DEFAULTS, *, reader: Reader | None = None, embedder: Embedder | None = None
) -> Iterator[Step]:
    """Yield each firing of a run as the detectors see it: what pictures and measures are made of."""
    return _played(Watch(run.modules, run.root_goal, settings, reader=reader, embedder=embedder), run)


def judge(watch: Watch, id_: str = "") -> Verdict:
    """Return the verdict of what a watch has seen so far."""
    kind, confidence, evidence = decide(watch)
    return Verdict(
        id=id_,
        kind=kind,
        confidence=confidence,
        period=watch.circle.period if kind == "circle" else None,
        evidence=evidence,
        alarms=tuple(watch.alarms),
        metrics=_counts(watch),
    )


def _played(watch: Watch, run: Run) -> Iterator[Step]:
    """Feed a run to a watch: at each tick first the goals that open, then those that close, then the firings."""
    news = sorted(_goals(run), key=lambda item: (item[0], item[1]))
    at = 0
    for event in run.ordered():
        while at < len(news) and news[at][0] <= event.t:
            _tell(watch, news[at])
            at += 1
        watch.see(event)
        assert watch.last is not None
        yield watch.last
    for item in news[at:]:
        _tell(watch, item)
    if not run.finished:
        watch.advance(run.last_tick())


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


def _tell(watch: Watch, news: tuple[int, int, Goal]) -> None:
    t, closes, goal = news
    if closes:
        watch.close_goal(goal.id, t)
    else:
        watch.open_goal(Goal(goal.id, goal.text, goal.parent, t))


def _counts(watch: Watch) -> dict[str, object]:
    """Return the plain counts of a run."""
    terms = watch.terms
    return {
        "firings": watch.firings,
        "contentful": watch.contentful,
        "failed": watch.failures,
        "distinct": watch.words,
        "progress": watch.progress.count,
        "chain": watch.procrastination.chain,
        "uptake": round(terms.total_taken / terms.total_introduced, 3) if terms.total_introduced else None,
    }
