"""Class III: ever new matter that nobody takes up, far from the goal (dynamics notes, section 6, 4)."""

from __future__ import annotations

from collections import deque
from itertools import islice

from studio.dynamics.detecting.bell import Bell
from studio.dynamics.detecting.progress import Progress
from studio.dynamics.detecting.step import Step
from studio.dynamics.detecting.terms import Terms
from studio.dynamics.settings import Settings
from studio.dynamics.verdict import Alarm

LEAST_TERMS = 4
"""Terms old enough to have been taken up, below which nothing is concluded from uptake."""


class Wander:
    """Looks at the last firings that say something, counted from the last signal of progress on.  Warns only."""

    name = "wander"

    def __init__(self, settings: Settings, progress: Progress, terms: Terms, has_goal: bool) -> None:
        self._least = settings.wander_least
        self._limit_new, self._limit_goal = settings.wander_new, settings.wander_goal
        self._limit_taken, self._settle, self._ring = (
            settings.wander_taken,
            settings.wander_settle,
            settings.wander_window,
        )
        self._progress = progress
        self._terms = terms
        self._has_goal = has_goal
        self._bell = Bell(settings.wander_least)
        self._recent: deque[Step] = deque(maxlen=settings.wander_window + 1)  # the window, and what has just left it
        self._all = self._new = self._goal = 0
        self._seen = self._often = self._counted = 0
        self._found: tuple[str, ...] = ()
        self._held = False

    def see(self, step: Step) -> tuple[Alarm, ...]:
        """Take a firing; return a warning when the run has begun to wander."""
        if not step.contentful:
            return ()
        self._recent.append(step)
        seen = self._seen = self._seen + 1
        if seen < self._least and not self._bell.rung:
            return ()
        held = self._held = self._wanders()
        if held:
            self._often += 1
        elif not self._bell.rung:
            return ()
        if not self._bell.rings("warn" if held else None):
            return ()
        self._found = tuple(self._lines())
        message = f"The run wanders: what comes up is new and is not taken up, {self._progress.since()}."
        return (Alarm(step.t, self.name, "warn", message, self._found, None),)

    def progressed(self, position: int, t: int) -> None:
        """Forget the suspicion: something was reached."""
        self._recent.clear()
        self._seen = self._often = self._counted = 0
        self._all = self._new = self._goal = 0
        self._held = False

    @property
    def _size(self) -> int:
        """How many firings lie in the window."""
        return min(self._seen, self._ring)

    def _count(self) -> None:
        """Bring the counts up to the last firing: where they are kept up by this one, else by the whole window.

        They are needed only where the run could wander, which after progress takes a while.
        """
        recent, behind = self._recent, self._seen - self._counted
        if behind == 1 and self._counted:
            self._add(recent[-1], 1)
            if len(recent) > self._ring:
                self._add(recent[0], -1)
        elif behind:
            self._all = self._new = self._goal = 0
            for step in islice(recent, len(recent) - self._size, None):
                self._add(step, 1)
        self._counted = self._seen

    def _add(self, step: Step, sign: int) -> None:
        reading = step.reading
        self._all += sign * len(reading.distinctive)
        self._new += sign * len(step.new)
        self._goal += sign * step.goal

    def _wanders(self) -> bool:
        """Whether all three conditions hold; the cheap ones first, as this is asked at every firing."""
        total = self._size
        if total < self._least:
            return False
        self._count()
        if self._new <= self._limit_new * self._all or (self._has_goal and self._goal > self._limit_goal * total):
            return False
        introduced, taken = self.uptake()
        return introduced >= LEAST_TERMS and taken < self._limit_taken * introduced

    def _measure(self) -> float:
        """Return the smallest of the three margins, 1 where all three conditions just hold."""
        total = self._size
        if total < self._least:
            return 0.0
        self._count()
        introduced, taken = self.uptake()
        margins = [_above(self._new / self._all if self._all else 0.0, self._limit_new)]
        if self._has_goal:
            margins.append(_below(self._goal / total, self._limit_goal))
        margins.append(min(_below(taken / introduced, self._limit_taken), 2.0) if introduced >= LEAST_TERMS else 0.0)
        return min(margins)

    def uptake(self) -> tuple[int, int]:
        """Return the terms introduced in the window and old enough, and how many of them were taken up."""
        size = self._size
        if size <= self._settle:
            return 0, 0
        position = self._recent[-1].position
        first = position - size + 1
        last = position - self._settle + 1
        start, stop = first % self._ring, last % self._ring
        introduced, taken = self._terms.introduced, self._terms.taken
        if start < stop:
            return sum(introduced[start:stop]), sum(taken[start:stop])
        return (
            sum(introduced[start:]) + sum(introduced[:stop]),
            sum(taken[start:]) + sum(taken[:stop]),
        )

    @property
    def holds(self) -> bool:
        """Whether the last firings wander."""
        return self._held

    @property
    def share(self) -> float:
        """The share of the firings since the last progress at which the run wandered, of those at which it could."""
        could = self._seen - self._least + 1
        return self._often / could if could >= self._least else 0.0

    @property
    def ratio(self) -> float:
        """The margin of the condition that holds least."""
        return max(self._measure(), 1.0) if self._held else min(self._measure(), 0.999)

    def evidence(self) -> list[str]:
        """Return the three shares, and an early and a late output to compare; as found last if it is over."""
        return self._lines() if self._held or not self._found else list(self._found)

    def _lines(self) -> list[str]:
        if not self._recent:
            return []
        self._count()
        introduced, taken = self.uptake()
        first, last = self._recent[-self._size], self._recent[-1]
        goal = f", {self._goal} of {self._size} outputs share a word with the goal" if self._has_goal else ""
        line = (
            f"from tick {first.t} to {last.t} {self._new} of {self._all} distinctive words were new, "
            f"{taken} of {introduced} introduced terms were taken up{goal}, {self._progress.since()}"
        )
        early = f"{first.module} at {first.t} said «{first.reading.quote}»"
        late = f"{last.module} at {last.t} «{last.reading.quote}»"
        return [line, f"{early}, {late}"]


def _above(value: float, limit: float) -> float:
    """Return a value by its limit; just below 1 where it only reaches it."""
    if value <= limit:
        return min(value / limit, 0.999) if limit else 0.0
    return value / limit if limit else 2.0


def _below(value: float, limit: float) -> float:
    """Return 1 + the relative margin by which a value stays under its limit."""
    return 2 - value / limit if limit else float(value == 0)
