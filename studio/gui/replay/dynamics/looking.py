"""What is found out about the dynamics of a run for the window: verdict, measures, diagram, and where its cells lead.

Knows no Qt. `read` asks the trace, on the thread that has it; `look` thinks about what came, on any thread, and can be
given up.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy

from studio.dynamics.analysis import judge
from studio.dynamics.detecting.playing import play
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.measuring.measures import measure
from studio.dynamics.pictures import of_run, quotes_of
from studio.dynamics.settings import Settings
from studio.gui.replay.dynamics.noticing import Noticed, noticed_of
from studio.replay.dynamics import known_of, recorded_run
from studio.trace import overview

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from studio.dynamics.detecting.step import Step
    from studio.dynamics.exchange.run import Run
    from studio.dynamics.measuring.measures import Measures
    from studio.dynamics.pictures import Diagram
    from studio.dynamics.verdict import Verdict
    from studio.gui.replay.dynamics.front import Work
    from studio.spec.registry import Registry
    from studio.trace import Trace

STRETCH: Final = 100_000
"""Steps that are asked for at once."""

MOST_NOTICED: Final = 1000
"""Alarms that are told."""

BIT: Final = 500
"""Firings between two looks at whether the work is still wanted."""


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What the trace tells of a run. `seqs` has a row (firing, step) for each step, by firing."""

    run: Run
    settings: Settings
    seqs: NDArray[numpy.int64]
    noticed: tuple[Noticed, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """All that is shown of a run. `quote` tells what was said in a cell; `measures` is None while the run goes on."""

    run: Run
    verdict: Verdict
    measures: Measures | None
    diagram: Diagram
    quote: Callable[[int, int], str]
    cells: Cells
    noticed: tuple[Noticed, ...]


class Cells:
    """From cells of a diagram to firings of the run and back."""

    def __init__(self, diagram: Diagram, fired: Sequence[tuple[int, str, int]], seqs: NDArray[numpy.int64]) -> None:
        """`fired` are (tick, module, firing) in order; `seqs` as in `Read`."""
        self._diagram = diagram
        self._ticks: dict[str, list[int]] = {}
        self._firings: dict[str, list[int]] = {}
        for t, module, firing in fired:
            self._ticks.setdefault(module, []).append(t)
            self._firings.setdefault(module, []).append(firing)
        ids = numpy.array([firing for _, _, firing in fired], numpy.int64)
        at = numpy.searchsorted(seqs[:, 0], ids)
        known = (at < len(seqs)) & (seqs[numpy.minimum(at, len(seqs) - 1), 0] == ids) if len(seqs) else ids < 0
        steps = seqs[at[known], 1] if len(seqs) else ids[:0]
        order = numpy.argsort(steps, kind="stable")
        self._steps = steps[order]
        self._step_ticks = numpy.array([t for t, _, _ in fired], numpy.int64)[known][order]
        self.columns = {column.id: number for number, column in enumerate(diagram.columns)}

    def firing(self, row: int, column: int) -> int:
        """Return the firing that said what a cell holds; for the column -1 the first one of the row. 0 for none."""
        if not 0 <= row < self._diagram.rows:
            return 0
        if column < 0:
            fired = numpy.flatnonzero(self._diagram.fired[row])
            if not len(fired):
                return 0
            column = int(fired[0])
        module = self._diagram.columns[column].id
        at = bisect_right(self._ticks.get(module, []), self._diagram.tick_of(row)) - 1
        return self._firings[module][at] if at >= 0 else 0

    def first_at(self, tick: int, module: str = "") -> int:
        """Return the firing of a module at (or before) a tick, or the first one of that tick; 0 for none."""
        return self.firing(self._diagram.row_of(tick), self.columns.get(module, -1))

    def row_at(self, seq: int) -> int:
        """Return the row in which the run stands at a step: that of the last firing of a module; -1 before any."""
        at = int(numpy.searchsorted(self._steps, seq, side="right")) - 1
        return self._diagram.row_of(int(self._step_ticks[at])) if at >= 0 else -1

    def fired_in(self, row: int) -> list[str]:
        """Return the modules that fired in a row."""
        if not 0 <= row < self._diagram.rows:
            return []
        return [self._diagram.columns[int(at)].id for at in numpy.flatnonzero(self._diagram.fired[row])]


def read(trace: Trace, run: str, registry: Registry | None = None) -> Read:
    """Ask the trace for a run. Raises StudioError if there is none, or it cannot be read."""
    known = known_of(trace, run, registry)
    found = recorded_run(trace, of=known)
    steps = trace.steps(found.id)
    parts = [numpy.empty((0, 2), numpy.int64)]
    after = 0
    while True:
        rows = overview.stretch(steps, after, STRETCH, 0)
        parts.append(rows[:, [1, 0]])
        if len(rows) < STRETCH:
            break
        after = int(rows[-1, 0])
    seqs = numpy.concatenate(parts)
    noticed = []
    for alarm in trace.alarms(found.id):
        noticed.append(noticed_of(alarm.firing, alarm.kind, alarm.message, alarm.evidence))
        if len(noticed) >= MOST_NOTICED:
            break
    return Read(found, known.thresholds, seqs[numpy.argsort(seqs[:, 0])], tuple(noticed))


def look(found: Read, work: Work, *, whole: bool = True) -> Looked | None:
    """Judge a run and draw it; without `whole` (it goes on) nothing is measured. None if it was given up."""
    run = found.run
    work.total = len(run.events)
    watch = Watch(run.modules, run.root_goal, found.settings, size=run.size)
    steps: list[Step] = []
    fired: list[tuple[int, str, int]] = []
    for step, event in play(watch, run):
        steps.append(step)
        fired.append((step.t, step.module, event.firing))
        if len(steps) % BIT == 0:
            work.done = len(steps)
            if work.is_given_up:
                return None
    verdict = judge(watch, run.id)
    groups = {module.id: module.id.rpartition("/")[0] for module in run.modules}
    diagram = of_run(run, steps, verdict, groups=groups)
    cells = Cells(diagram, fired, found.seqs)
    noticed = found.noticed or tuple(
        Noticed(
            one.t, one.kind, one.level, one.msg, one.evidence, one.module or "",
            firing=cells.first_at(one.t, one.module or ""),
        )
        for one in verdict.alarms
    )  # fmt: skip
    if work.is_given_up:
        return None
    measures = measure(run, found.settings) if whole else None
    quote = quotes_of(diagram, steps)
    return Looked(run, verdict, measures, replace(diagram, title=""), quote, cells, noticed)
