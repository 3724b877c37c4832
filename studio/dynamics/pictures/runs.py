"""Makes the diagram of a run whose firings were read (`analysis.steps`), and finds the words behind a cell."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy

from studio.dynamics.detecting.step import Step
from studio.dynamics.exchange.run import Goal, Run
from studio.dynamics.pictures.building import Firings, of_firings, spread
from studio.dynamics.pictures.diagram import UNKNOWN, Column, Diagram
from studio.dynamics.verdict import Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray


def of_run(
    run: Run,
    steps: Sequence[Step],
    verdict: Verdict | None = None,
    *,
    order: Sequence[str] = (),
    groups: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
    title: str = "",
    between: tuple[int, int] | None = None,
) -> Diagram:
    """Return the diagram of a run. `steps` are its firings as the detectors saw them, `verdict` gives its alarms.

    Columns stand in the `order` of module ids (first that, then as the run declares them, then as they fire); those of
    one group stand together where the first of them does. `titles` are written instead of the ends of ids. With
    `between` only what happens from one tick to another (included) is drawn. Raises UsageError for a diagram that would
    be too large.
    """
    start, end = between or (0, run.last_tick())
    columns = _columns(run, steps, order, groups or {}, titles or {})
    steps = [step for step in steps if start <= step.t <= end]
    done = [step.t for step in steps if step.progress]
    reached = [goal.t_done for goal in run.goals if goal.t_done is not None and not goal.call]
    done += [t for t in reached if start <= t <= end]
    alarms = [one for one in verdict.alarms if start <= one.t <= end] if verdict is not None and steps else []
    place = {column.id: number for number, column in enumerate(columns)}
    ticks = numpy.array([step.t for step in steps], numpy.int64)
    spans = _spans(run)
    firings = Firings(
        ticks,
        numpy.array([place[step.module] for step in steps], numpy.int64),
        numpy.array([step.said.number for step in steps], numpy.int64),
        numpy.array([not step.contentful for step in steps], numpy.bool_),
        numpy.array([step.failed for step in steps], numpy.bool_),
        numpy.array([step.effect == "write" for step in steps], numpy.bool_),
        numpy.array([_novelty(step) for step in steps], numpy.float32),
        numpy.array([step.reading.mass for step in steps], numpy.float32),
        _goal_at(spans, ticks),
    )
    return of_firings(
        columns,
        firings,
        title=title or run.id,
        first=start if between and steps else None,
        last=end if steps else None,
        goals=spans,
        progress=done if steps else (),
        alarms=[(alarm.t, alarm.level, alarm.kind, alarm.msg) for alarm in alarms],
    )


def quotes_of(diagram: Diagram, steps: Sequence[Step]) -> Callable[[int, int], str]:
    """Return what tells, of a row and a column, the beginning of what is held there; "" before the first output."""
    ticks: dict[str, list[int]] = {}
    quotes: dict[str, list[str]] = {}
    for step in steps:
        ticks.setdefault(step.module, []).append(step.t)
        quotes.setdefault(step.module, []).append(step.reading.quote)

    def quote(row: int, column: int) -> str:
        name = diagram.columns[column].id
        at = bisect_right(ticks.get(name, []), diagram.tick_of(row)) - 1
        return quotes[name][at] if at >= 0 else ""

    return quote


def short_titles(ids: Sequence[str]) -> dict[str, str]:
    """Return a title for each module: the end of its path, as long as needed to be told from the others."""
    parts = {one: one.split("/") for one in ids}
    titles = {one: path[-1] for one, path in parts.items()}
    for length in range(2, 1 + max((len(path) for path in parts.values()), default=1)):
        many = Counter(titles.values())
        twice = [one for one, title in titles.items() if many[title] > 1]
        if not twice:
            break
        titles |= {one: "/".join(parts[one][-length:]) for one in twice}
    return titles


def _columns(
    run: Run, steps: Sequence[Step], order: Sequence[str], groups: Mapping[str, str], titles: Mapping[str, str]
) -> list[Column]:
    known = {module.id for module in run.modules} | {step.module for step in steps}
    names = dict.fromkeys([
        *(name for name in order if name in known),
        *(module.id for module in run.modules),
        *(step.module for step in steps),
    ])  # fmt: skip
    first: dict[str, int] = {}
    for number, name in enumerate(names):
        first.setdefault(groups.get(name) or f"\0{name}", number)
    together = sorted(names, key=lambda name: first[groups.get(name) or f"\0{name}"])
    short = short_titles(together)
    return [Column(name, titles.get(name, short[name]), groups.get(name, "")) for name in together]


def _novelty(step: Step) -> float:
    """New distinctive tokens ÷ distinctive tokens; without any, 0 if the same was said before."""
    distinctive = len(step.reading.distinctive)
    if distinctive:
        return len(step.new) / distinctive
    return 0.0 if step.known else UNKNOWN


def _spans(run: Run) -> list[tuple[int, int, int]]:
    """(first tick, tick after the last, depth) of each goal; one whose end is not known stays open."""
    parents = {goal.id: goal for goal in run.goals}
    depths: dict[str, int] = {}
    for goal in run.goals:
        path: list[str] = []
        above: Goal | None = goal
        while above is not None and above.id not in depths:
            path.append(above.id)
            above = parents.get(above.parent) if above.parent is not None else None
        depth = depths[above.id] if above is not None else 0
        for name in reversed(path):
            depth += 1
            depths[name] = depth
    end = run.last_tick() + 1
    return [(goal.t, end if goal.t_done is None else goal.t_done, depths[goal.id]) for goal in run.goals]


def _goal_at(spans: Sequence[tuple[int, int, int]], ticks: NDArray[numpy.int64]) -> NDArray[numpy.int64]:
    """For each firing the goal that was opened last and is still open."""
    order = sorted(range(len(spans)), key=lambda number: (-spans[number][0], -spans[number][2]))
    distinct, where = numpy.unique(ticks, return_inverse=True)
    return spread([spans[number][:2] for number in order], order, distinct)[where.reshape(-1)]
