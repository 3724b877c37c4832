"""The batches of one search, one after the other, and what they used.

Every round is a batch of its own in the trace: its runs are recorded, made exactly once, and known by key ever after.
So a search keeps no state of its own. Asked again, it takes over what it has made, comes to the same choices, and goes
on from where it was broken off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.batch.analysing.table import Line, Table
    from studio.batch.design.spec import Experiment
    from studio.batch.driving.jobs import Budget
    from studio.batch.driving.progress import Progress
    from studio.batch.sessions import Ways

BOUNDED: Final = ("calls", "tokens", "cost_usd", "seconds", "runs")


@dataclass(slots=True)
class Used:
    """What runs took, whoever paid for them. `seconds` are those of the runs, one after the other."""

    runs: int = 0
    calls: float = 0.0
    tokens: float = 0.0
    cost_usd: float = 0.0
    seconds: float = 0.0

    def add(self, line: Line) -> None:
        """Count one run."""
        self.runs += 1
        for name in ("calls", "tokens", "cost_usd", "seconds"):
            setattr(self, name, getattr(self, name) + line.measures.get(name, 0.0))

    def to_json(self) -> dict[str, float]:
        """Return it for programs."""
        return {name: round(getattr(self, name), 6) for name in ("runs", "calls", "tokens", "cost_usd", "seconds")}


class Stopped(StudioError):
    """A round was not completed: a bound of the search is reached, or a person stopped it. What is done is kept."""

    code = "stopped"
    exit_code = 3


@dataclass
class Rounds:
    """Drives the batches of a search. Use it as a context; `watch` is told the round's name and its progress.

    `used` counts what all runs of the search took, also those an earlier search has paid for: what depends on it comes
    out the same when the search is repeated. `paid` counts what was done now.
    """

    db: Path
    ways: Ways
    budget: Budget
    watch: Callable[[str, Progress], None] | None = None
    used: Used = field(default_factory=Used)
    paid: Used = field(default_factory=Used)
    batches: list[str] = field(default_factory=list)
    _runner: asyncio.Runner | None = None
    _seen: set[str] = field(default_factory=set)

    def __enter__(self) -> Rounds:
        self._runner = asyncio.Runner()
        self._runner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        self._runner.__exit__(kind, error, trace)

    def run(self, experiment: Experiment, *, fresh: bool = False) -> Table:
        """Make all runs of an experiment and return them; `fresh` makes anew what is there already.

        Raises Stopped where a bound is reached, EnvironmentProblem or UsageError as batches do.
        """
        from studio.batch.analysing.table import read_table
        from studio.batch.sessions import begin

        assert self._runner is not None, "a search is driven inside its context"
        ways = replace(self.ways, fresh=fresh or self.ways.fresh, budget=self._left())
        watch = None if self.watch is None else (lambda progress: self.watch(experiment.name, progress))  # type: ignore[misc]
        session = begin(experiment, self.db, ways, watch=watch)
        outcome = self._runner.run(session.drive())
        progress = outcome.progress
        self.paid.runs += progress.done - progress.before
        self.paid.calls += progress.calls
        self.paid.tokens += progress.tokens
        self.paid.cost_usd += progress.cost_usd
        self.paid.seconds += progress.seconds
        if outcome.problem is not None:
            raise outcome.problem
        if outcome.status != "complete":
            bound = outcome.reason.removeprefix("limit:")
            said = f"The bound {bound} is reached." if bound != outcome.reason else f"It stopped: {outcome.reason}."
            raise Stopped(said, hint="The same command goes on, and repeats nothing that is done.")
        self.batches.append(outcome.batch)
        table = read_table(self.db, outcome.batch)
        for line in table.lines:
            if line.run not in self._seen:
                self._seen.add(line.run)
                self.used.add(line)
        return table

    def reached(self, calls: float = 0.0) -> str:
        """Return the bound that is reached, or would be by so many more calls; "" if none is."""
        more = {"calls": calls}
        for name in BOUNDED:
            bound = getattr(self.budget, name)
            if bound is not None and getattr(self.used, name) + more.get(name, 0.0) > bound:
                return name
        return ""

    def reached_by(self, runs: int) -> str:
        """Return the bound that so many more runs like those made so far would reach; "" if none."""
        for name in BOUNDED:
            bound, used = getattr(self.budget, name), getattr(self.used, name)
            if bound is not None and used + used / max(1, self.used.runs) * runs > bound:
                return name
        return ""

    def _left(self) -> Budget:
        """What may still be paid. It is never nothing: runs that are there already cost nothing."""
        left = {}
        for name in BOUNDED:
            bound = getattr(self.budget, name)
            left[name] = None if bound is None else max(bound - getattr(self.paid, name), 1e-9)
        return replace(self.budget, **left)
