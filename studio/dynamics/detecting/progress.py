"""Signals of progress, which clear a run of the suspicion of circles and wandering (dynamics notes, section 5).

A goal closed; a write with something new in it; a counter that moves one way; a metric that gets better.  That a run
calls itself finished is no signal.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from studio.dynamics.settings import Settings
from studio.dynamics.words.generations import Generations
from studio.dynamics.words.reading import Reading

MOST_LISTED = 200
"""Signals that are kept in words; all are counted."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: the tick, and a sentence without its full stop."""

    t: int
    text: str


class Counter:
    """The numbers of one text that is otherwise equal, and how often each has moved in one direction."""

    __slots__ = ("moves", "values")

    def __init__(self, values: tuple[float, ...]) -> None:
        self.values = list(values)
        self.moves = [0] * len(values)

    def move(self, values: tuple[float, ...], needed: int) -> tuple[float, float] | None:
        """Take the next values; return one pair (before, now) of a number that has moved one way often enough."""
        found = None
        for slot, (before, now) in enumerate(zip(self.values, values, strict=False)):
            if now == before:
                continue
            direction = 1 if now > before else -1
            moves = self.moves[slot]
            moves = moves + direction if moves * direction > 0 else direction
            self.moves[slot] = moves
            self.values[slot] = now
            if found is None and abs(moves) >= needed:
                found = before, now
        return found


class Progress:
    """Collects the signals of one run.  `last_t` is the tick of the last one, None before the first."""

    def __init__(self, settings: Settings, inputs: dict[str, frozenset[str]], window: int) -> None:
        self._settings = settings
        self._inputs = inputs
        self._window = window
        self._news: dict[str, int] = {}
        self._wrote: dict[str, int] = {}
        self._last_news = -1
        self._fresh: deque[tuple[int, frozenset[str]]] = deque(maxlen=window + 1)
        self._counters: Generations[tuple[str, str], Counter | tuple[float, ...]] = Generations(settings.kept)
        self._best: dict[str, float] = {}
        self.count = 0
        self.last_t: int | None = None
        self.signals: list[Signal] = []

    def declare(self, module: str, inputs: frozenset[str]) -> None:
        """Say whom a module reads."""
        self._inputs[module] = inputs

    def see(
        self, index: int, t: int, module: str, reading: Reading, new: frozenset[str], effect: str | None,
        *, counts: bool = True,
    ) -> str:  # fmt: skip
        """Take a firing, the `index`-th of the run; return the signal that it gives, or "".

        Without `counts` numbers that move are no signal: a memory grows also where nothing is achieved.
        """
        if new:
            self._news[module] = index
            self._fresh.append((index, new))
            self._last_news = index
        if effect == "write":
            before = self._wrote.get(module, -1)
            self._wrote[module] = index
            if self._last_news > before and self._fed(max(before + 1, index - self._window), module, reading):
                return self._signal(t, f"{module} wrote something new: «{reading.quote}»")
        if counts and reading.numbers:
            key = (module, reading.template)
            counter = self._counters.add(key, reading.numbers)
            if counter is None:
                return ""  # most texts come once: a counter is made at the second time
            if isinstance(counter, tuple):
                counter = Counter(counter)
                self._counters.put(key, counter)
            if moved := counter.move(reading.numbers, self._settings.counter_moves):
                return self._signal(t, f"a number of {module} moved on from {moved[0]:g} to {moved[1]:g}")
        return ""

    def _fed(self, since: int, module: str, reading: Reading) -> bool:
        """Whether what was new since then reached the write.

        It did if it came from the module that writes, from one that feeds it (from any, where none is declared), or
        if the write itself speaks of it.
        """
        sources = self._inputs.get(module)
        if not sources:
            return self._last_news >= since
        news = self._news
        if news.get(module, -1) >= since:
            return True
        for name in sources:
            if news.get(name, -1) >= since:
                return True
        said = reading.salient | reading.content
        return any(at >= since and not said.isdisjoint(new) for at, new in self._fresh)

    def closed(self, t: int, goal: str, text: str) -> None:
        """Take that a goal was reached."""
        self._signal(t, f"goal {goal} was closed: «{text}»")

    def measured(self, t: int, metric: str, value: float, *, falling: bool = False) -> bool:
        """Take a value of a metric; return True if it is better than all before, which is progress."""
        value = -value if falling else value
        best = self._best.get(metric)
        if best is not None and value <= best:
            return False
        self._best[metric] = value
        if best is None:
            return False
        self._signal(t, f"{metric} reached {-value if falling else value:g}")
        return True

    def since(self) -> str:
        """Return in words since when there was no progress."""
        return "no progress so far" if self.last_t is None else f"no progress since tick {self.last_t}"

    def _signal(self, t: int, text: str) -> str:
        self.count += 1
        self.last_t = t
        if len(self.signals) < MOST_LISTED:
            self.signals.append(Signal(t, text))
        return text
