"""What a person asks of the list of runs, as the bar of filters keeps it, and the chips that say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from studio.support.ago import midnight
from studio.support.plain import plain_line
from studio.trace.run_filter import FAILED, LIVE, STATUSES, RunFilter

DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter in a person's words: `days` counts days up to today (1: today), `first` and `last` are the days of a
    range, given in place of it."""

    text: str = ""
    this_graph: bool = False
    statuses: frozenset[str] = frozenset()
    model: str = ""
    days: int = 0
    first: str = ""
    last: str = ""
    cost_over: float | None = None
    behaviour: str = ""
    single: bool = False

    def filter(self, graph: str, now: float) -> RunFilter:
        """Return the filter; `graph` is the name of the graph that is shown, "" if none is."""
        since = until = None
        if self.days:
            since = midnight(now, self.days - 1)
        elif self.first or self.last:
            since = _day(self.first)
            until = _day(self.last, 1)
        named = graph if self.this_graph else ""
        return RunFilter(
            self.text, named, self.statuses, self.model, since, until, self.cost_over, self.behaviour,
            single=self.single,
        )  # fmt: skip

    @property
    def failed_only(self) -> bool:
        """True if nothing but what broke is wanted."""
        return self.statuses == FAILED

    @property
    def live_only(self) -> bool:
        """True if nothing but what goes on is wanted."""
        return self.statuses == LIVE

    def chips(self) -> list[tuple[str, Asked]]:
        """Return what is asked for beyond text and graph: each as words, and what is asked for without it."""
        made: list[tuple[str, Asked]] = []
        if self.statuses:
            names = [name for name in STATUSES if name in self.statuses]
            made.append((f"Status: {' or '.join(names)}", replace(self, statuses=frozenset())))
        if self.model:
            made.append((f"Model: {plain_line(self.model)[:60]}", replace(self, model="")))
        if self.days:
            when = "today" if self.days == 1 else f"last {self.days} days"
            made.append((f"Started: {when}", replace(self, days=0)))
        elif self.first or self.last:
            when = " ".join(
                part for part in (self.first and f"from {self.first}", self.last and f"to {self.last}") if part
            )
            made.append((f"Started: {when}", replace(self, first="", last="")))
        if self.cost_over is not None:
            made.append((f"Cost: over ${self.cost_over:g}", replace(self, cost_over=None)))
        if self.behaviour:
            made.append((f"Class: {plain_line(self.behaviour)[:60]}", replace(self, behaviour="")))
        if self.single:
            made.append(("No runs of batches", replace(self, single=False)))
        return made

    def toggled(self, statuses: frozenset[str]) -> Asked:
        """Return what is asked for with just these statuses, or with all if they were just these."""
        return replace(self, statuses=frozenset() if self.statuses == statuses else statuses)

    def with_status(self, status: str, on: bool) -> Asked:
        """Return what is asked for with one status more or less."""
        return replace(self, statuses=self.statuses | {status} if on else self.statuses - {status})


Change = Callable[[Asked], None]


def _day(text: str, after: int = 0) -> float | None:
    """Return the moment at which a day (or the one so many days after it) begins; None for no day."""
    try:
        return midnight(datetime.fromisoformat(text).timestamp() + after * DAY_S + DAY_S / 2)
    except (ValueError, OverflowError):  # also of the last day that there is, which ends after all time
        return None
