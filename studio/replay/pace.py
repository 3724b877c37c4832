"""How fast a recorded run is played: so many steps a second, as fast as it can be shown, or as it was timed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LONGEST_S: Final = 2.0
"""Seconds that a step of a run played as it was timed is waited for at most: nobody watches a model think."""

AT_ONCE: Final = 500
"""Steps that are gone on by at most in one go."""


@dataclass(frozen=True, slots=True)
class Pace:
    """One speed. `rate` is steps a second, `scale` how many times faster than it was timed; with neither it is as fast
    as it can be shown. `key` names it in settings and menus."""

    key: str
    title: str
    rate: float = 0.0
    scale: float = 0.0

    def wait(self, took: Callable[[], float]) -> float:
        """Return the seconds from a step to the next one. `took` tells how long that was in the run."""
        if self.rate:
            return 1.0 / self.rate
        return min(LONGEST_S, max(0.0, took()) / self.scale) if self.scale else 0.0


PACES: Final = (
    Pace("0.5", "1 step in 2 s", rate=0.5),
    Pace("1", "1 step a second", rate=1.0),
    Pace("2", "2 steps a second", rate=2.0),
    Pace("5", "5 steps a second", rate=5.0),
    Pace("10", "10 steps a second", rate=10.0),
    Pace("20", "20 steps a second", rate=20.0),
    Pace("60", "60 steps a second", rate=60.0),
    Pace("paint", "as fast as it paints"),
    Pace("timed", "as it was timed", scale=1.0),
    Pace("timed10", "10 times as fast as it was", scale=10.0),
    Pace("timed100", "100 times as fast as it was", scale=100.0),
)
"""All speeds, from slow to fast, then those by the clock of the run."""

USUAL: Final = PACES[3]


def pace_of(key: str) -> Pace:
    """Return the pace of a key, the usual one for a key that names none."""
    return next((pace for pace in PACES if pace.key == key), USUAL)


def due(pace: Pace, since: float, now: float, took: Callable[[int], float]) -> tuple[int, float]:
    """Return how many steps are due now, and at what time the next one is.

    `since` is when the first of them was to come, `took(n)` tells how long the run took from the n-th of them to the
    one after. A pace without a clock gives one step. Times in seconds.
    """
    if not pace.rate and not pace.scale:
        return 1, now
    steps, at = 0, since
    while at <= now and steps < AT_ONCE:
        at += pace.wait(lambda: took(steps + 1))  # noqa: B023 - called at once
        steps += 1
    return steps, max(at, now) if steps == AT_ONCE else at
