"""Class II: the same is said again and again, exactly, with noise, or in other words (dynamics notes, section 6, 3)."""

from __future__ import annotations

from collections import deque

from studio.dynamics.detecting.bell import Bell
from studio.dynamics.detecting.lately import Lately
from studio.dynamics.detecting.periods import Periods
from studio.dynamics.detecting.polling import Polling
from studio.dynamics.detecting.progress import Progress
from studio.dynamics.detecting.step import Said, Step
from studio.dynamics.settings import Settings
from studio.dynamics.verdict import Alarm, Level

_QUOTED = 3
"""Modules or sentences of one circle that evidence quotes."""
_POLLED = frozenset({"tool", "timer"})
_LIKELY = 0.4
"""Match from which the period of a noisy circle is named."""

_ORDERLY = 0.7
"""Match from which outputs come again in one order, though not all of them."""


class Circle:
    """Looks for strict repetition at any period, and for a large share of outputs that had been said before.

    Both count from the last signal of progress on.  While most of what is said is about waiting, all limits are
    multiplied, and what exceeds them is called waiting.
    """

    name = "circle"

    def __init__(self, settings: Settings, progress: Progress, polling: Polling) -> None:
        self._settings = settings
        self._progress = progress
        self._polling = polling
        self._periods = Periods(settings.longest_period)
        self._bell = Bell(settings.known_window)
        self._window, self._least_mass = settings.known_window, settings.mass_repeats
        long = settings.known_window * settings.waiting_factor
        self._recent: deque[Step] = deque(maxlen=max(long, settings.longest_period))
        # Of the firings that say something: how many there were, those that were known, and those about waiting.
        self._count = self._start = 0
        self._known, self._waits = Lately(long), Lately(settings.known_window)
        self._long = long
        self._least_repeats = settings.repeats_warn
        self._few = settings.known_warn * settings.known_least
        self._stale = False
        self._period = 0
        self._repeats = 1
        self._factor = 1
        self._held = 0
        self._found: tuple[str, ...] = ()
        self._found_period: int | None = None
        self._ratio = 0.0
        self._level: Level | None = None

    def see(self, step: Step) -> tuple[Alarm, ...]:
        """Take a firing; return an alarm when the circle has closed often enough."""
        reading = step.reading
        if reading.mass < self._least_mass or reading.is_label:
            return ()  # a label comes again in any row of things, whatever is done with them
        said = step.said
        said.last_position = self._periods.see(said.number, said.last_position)
        self._recent.append(step)
        known = step.known
        if step.contentful:
            at = self._count
            self._count = at + 1
            if known:
                self._known.mark(at)
            if step.waiting:
                self._waits.mark(at)
        if known:
            self._repeat()
        elif self._repeats > 1:
            self._repeats, self._period = 1, 0
        if (
            self._repeats < self._least_repeats
            and not self._bell.rung
            and (self._known.held < self._few or self._known.count(self._count, self._long) < self._few)
        ):
            self._stale, self._level = True, None  # nothing can be due: what it comes to is worked out when asked for
            return ()
        self._judge()
        if self._ratio >= 1 and step.contentful:
            self._held += 1
        if not self._bell.rings(self._level):
            return ()
        assert self._level is not None
        kind = "waiting" if self._factor > 1 else self.name
        message = self._message(kind)
        self._found, self._found_period = tuple(self.evidence()), self.period
        module = step.module if self._period == 1 else None
        return (Alarm(step.t, kind, self._level, message, self._found, module),)

    def progressed(self, position: int, t: int) -> None:
        """Forget the suspicion: something has moved."""
        self._periods.restart()
        self._known.clear()
        self._start = self._count
        self._held = 0
        self._period, self._repeats = 0, 1
        self._ratio, self._level, self._stale = 0.0, None, False

    def _repeat(self) -> None:
        """Find the period with the most repeats; one that goes on is followed without a search."""
        period = self._period
        if period and self._level == "stop" and self._periods.run(period) >= 2 * period:
            self._repeats = self._periods.run(period) // period + 1
        else:
            self._period, self._repeats = self._periods.best()

    def _judge(self) -> None:
        """Set ratio and level from the repeats and from the share of known outputs, each with its own window."""
        chosen = self._settings
        self._factor = 1
        self._stale = False
        self._ratio = self._repeats / chosen.repeats_warn
        self._level = None
        if self._ratio >= 1:
            stop = chosen.repeats_stop_single if self._period == 1 else chosen.repeats_stop
            if self._waits_through(self._period):
                self._factor = chosen.waiting_factor
                self._ratio /= self._factor
            if self._repeats >= stop * self._factor:
                self._level = "stop"
            elif self._ratio >= 1:
                self._level = "warn"
        window = min(self._count, self._window)
        waiting = self._waits.count(self._count, window) >= chosen.waiting_share * window
        factor = chosen.waiting_factor if waiting else 1
        known, total = self._shares(factor)
        if total < chosen.known_least * factor:
            return
        share = known / total
        by_share = share / chosen.known_warn if chosen.known_warn else 1.0
        if by_share > self._ratio:
            self._ratio = by_share
        if share >= chosen.known_stop or by_share >= 1:
            level: Level = "stop" if share >= chosen.known_stop else "warn"
            if self._level is None:
                self._factor = factor
            self._level = "stop" if "stop" in (level, self._level) else "warn"

    def _waits_through(self, period: int) -> bool:
        """Whether the outputs of one round are about waiting, or come from tools that somebody asks: a poll."""
        steps = [self._recent[-at] for at in range(1, min(period, len(self._recent)) + 1)]
        if self._polling.asked and all(step.kind in _POLLED and not step.failed for step in steps):
            return True
        return sum(step.waiting for step in steps) >= self._settings.waiting_share * len(steps)

    @property
    def holds(self) -> bool:
        """Whether the last firings lie in a circle."""
        return self.ratio >= 1

    @property
    def share(self) -> float:
        """The share of the firings since the last progress at which a circle was seen, of those at which one could."""
        could = self._count - self._start - self._settings.known_least + 1
        return self._held / could if could >= self._settings.known_least else 0.0

    @property
    def ratio(self) -> float:
        """Repeats or share of known outputs, by the limit that warns."""
        if self._stale:
            self._judge()
        return self._ratio

    @property
    def period(self) -> int | None:
        """The period in firings that say something, if one can be named."""
        if self._period and self._repeats >= self._settings.repeats_warn:
            return self._period
        if not self.holds:
            return self._found_period
        period, match = self._periods.likely()
        return period if match >= _LIKELY else None

    @property
    def in_order(self) -> bool:
        """Whether several things come again in one order, of which not most are failures or about waiting."""
        period = self._period if self._repeats >= self._settings.repeats_warn else 0
        if not period:
            period, match = self._periods.likely()
            if match < _ORDERLY:
                return False
        steps = [self._recent[-at] for at in range(1, min(period, len(self._recent)) + 1)]
        waits = sum(step.waiting for step in steps)
        if waits >= self._settings.waiting_share * len(steps) or 2 * sum(step.failed for step in steps) > len(steps):
            return False
        return len({step.reading.hash for step in steps}) > 1

    def _message(self, kind: str) -> str:
        verb = "waits in a circle" if kind == "waiting" else "goes in a circle"
        if self._period and self._repeats >= self._settings.repeats_warn:
            times = f"{self._repeats} times over"
            return f"The run {verb} of {_firings(self._period)}, {times}, {self._progress.since()}."
        known, total = self._shares(self._factor)
        return f"The run {verb}: {known} of the last {total} outputs had been said before, {self._progress.since()}."

    def _shares(self, factor: int) -> tuple[int, int]:
        """Return how many of the last outputs were known, and of how many; `factor` widens the window."""
        total = min(self._count - self._start, self._settings.known_window * factor)
        return self._known.count(self._count, total), total

    def evidence(self) -> list[str]:
        """Return what was said again, by whom and when, with both wordings quoted; of the last circle if it is over."""
        if not self.holds:
            return list(self._found)
        strict = bool(self._period) and self._repeats >= self._settings.repeats_warn
        if strict:
            how = f"period {self._period}, {self._repeats} repeats, {self._progress.since()}"
            steps = list(self._recent)[-self._period :]
        else:
            known, total = self._shares(self._factor)
            period = self.period
            about = f"period about {period}, " if period else ""
            how = f"{about}{known} of the last {total} outputs known, {self._progress.since()}"
            steps = [step for step in list(self._recent)[-total:] if step.known] if total else []
        said = {step.said.number: step.said for step in reversed(steps) if step.said.count > 1}
        chosen = sorted(said.values(), key=lambda each: (-each.count, each.number))[:_QUOTED]
        return [_sentence(each, how) for each in chosen]


def _sentence(said: Said, how: str) -> str:
    ticks = ", ".join(map(str, said.ticks))
    many = "…, " if said.count - 1 > len(said.ticks) else ""
    if said.first.hash == said.last.hash:
        return f"{said.module} at {many}{ticks} said the same as at {said.first_t}: «{said.first.quote}» ({how})"
    return (
        f"{said.module} at {many}{ticks} said in other words what it said at {said.first_t}: "
        f"«{said.first.quote}», then «{said.last.quote}» ({how})"
    )


def _firings(period: int) -> str:
    return "one firing" if period == 1 else f"{period} firings"
