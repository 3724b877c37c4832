"""Class I: nothing is said any more (dynamics notes, section 6, 1)."""

from __future__ import annotations

from collections import deque
from typing import cast

from studio.dynamics.detecting.bell import Bell
from studio.dynamics.detecting.step import Step
from studio.dynamics.settings import Settings
from studio.dynamics.verdict import Alarm, Level

_BUSY = frozenset({"tool", "timer"})
_REMEMBERED = 32
"""Ticks of what was said last, in case that it was filler."""


class Stall:
    """Measures the ticks since an output that says something; progress counts as one.

    Filler says nothing, a failure something where it names what nobody had named, a word about waiting the first time
    only, what a narrow function says (one of few words, or in a form) where it differs from the last time.

    The limit is longer while a tool or timer has fired within the shorter limit: something may still come.
    """

    name = "stall"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bell = Bell(1)
        self._start: int | None = None
        self._now = 0
        self._last = 0
        self._busy = -1_000_000_000
        self._saying: Step | None = None
        self._least = min(settings.stall_ticks, settings.stall_busy_ticks)
        self._found = ""
        self._silent = 0
        self._idle: Step | None = None
        self._outputs = self._waits = 0
        self._told: dict[str, int] = {}
        self._ticks: deque[int] = deque(maxlen=_REMEMBERED)

    def see(self, step: Step) -> tuple[Alarm, ...]:
        """Take a firing; return alarms for the silence before it, if that has become too long."""
        t = step.t
        silence = t - self._last
        alarms = () if silence < self._least and self._start is not None else self.advance(t)
        if step.kind in _BUSY:
            self._busy = t
        says = step.says and not (step.known and step.waiting)
        if says or step.progress or (step.kind == "narrow" and self._differs(step)):
            if silence >= self._least:
                self._speaks_up(t, ended=bool(step.new) and 2 * self._waits > self._outputs)
            self._settle(t)
            self._saying = step
        else:
            self._outputs += 1
            self._waits += step.waiting
            if step.kind != "human" or self._idle is None:
                self._idle = step  # rather what an agent said than a person
            if t > self._now:
                self._now = t
        return alarms

    def _differs(self, step: Step) -> bool:
        """Whether a narrow function says otherwise than the last time."""
        number = step.said.number
        before, self._told[step.module] = self._told.get(step.module), number
        return number != before and not step.failed

    def begin(self, t: int) -> None:
        """Start the clock, if it does not run yet."""
        if self._start is None:
            self._start = self._last = self._now = t

    def advance(self, t: int) -> tuple[Alarm, ...]:
        """Let time pass up to tick `t`; return the alarms that fell due, each at its own tick."""
        self.begin(t)
        self._now = max(self._now, t)
        silence = self._now - self._last
        limit = self._limit(self._now)
        if silence < limit:
            self._bell.rings(None)
            return ()
        alarms = []
        for level, due in (("warn", limit), ("stop", limit * self._settings.stall_stop)):
            if silence >= due and self._bell.rings(cast("Level", level)):
                message = f"Nothing was said for {due} ticks."
                self._found = self._line()
                alarms.append(Alarm(self._last + due, self.name, cast("Level", level), message, (self._found,)))
        return tuple(alarms)

    def progressed(self, position: int, t: int) -> None:
        """Take a signal of progress that comes from no firing."""
        self.begin(t)
        if t - self._last >= self._least:
            self._speaks_up(t, ended=False)
        self._settle(t)

    def filled(self, since: int) -> None:
        """Take that what was said from this tick on was filler, as is seen only now."""
        ticks = self._ticks
        while ticks and ticks[-1] >= since:
            ticks.pop()
        self._last = ticks[-1] if ticks else min(since, self._last)

    def _speaks_up(self, t: int, *, ended: bool) -> None:
        """End a silence; one that was a wait, and `ended` with news, was none to blame."""
        silence = t - self._last
        if silence >= self._limit(t) and not ended:
            self._silent += silence
        self._bell.rings(None)

    def _settle(self, t: int) -> None:
        """Start the clock anew."""
        if t > self._now:
            self._now = t
        self._last = self._now
        if self._outputs:
            self._outputs = self._waits = 0
        self._ticks.append(t)

    def _limit(self, t: int) -> int:
        busy = t - self._busy < self._settings.stall_ticks
        return max(self._settings.stall_ticks, self._settings.stall_busy_ticks) if busy else self._settings.stall_ticks

    @property
    def since(self) -> int:
        """The tick of the last output that said something, or of progress."""
        return self._last

    @property
    def holds(self) -> bool:
        """Whether the silence lasts."""
        return self.ratio >= 1

    @property
    def share(self) -> float:
        """The share of all ticks that lie in silences beyond the limit."""
        total = self._now - (self._start or 0)
        silent = self._silent + (self._now - self._last if self.holds else 0)
        return silent / total if total else 0.0

    @property
    def ratio(self) -> float:
        """Ticks of silence by the limit."""
        return (self._now - self._last) / self._limit(self._now)

    def evidence(self) -> list[str]:
        """Return the length of the silence, and the last output before it; of the last one if it is over."""
        return [self._line()] if self.holds or not self._found else [self._found]

    def _line(self) -> str:
        line = f"no output with content for {self._now - self._last} ticks, from {self._last} to {self._now}"
        if self._idle is not None and self._outputs:
            idle = self._idle
            line += f" ({self._outputs} empty or idle, the last of {idle.module} at {idle.t}: «{idle.reading.quote}»)"
        if self._saying is None:
            return f"{line}; there was none before"
        said = self._saying
        return f"{line}; the last with content was of {said.module} at {said.t}: «{said.reading.quote}»"
