"""What comparing two variants gives, paired or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studio.batch.statistics.method import Interval, as_object, plain


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far the first of two variants is from the second.

    `effect` is the mean of the first minus that of the second, in units of the score; `interval` bounds it.  `p` is the
    chance of an effect this large if nothing set the two apart, `least_p` the smallest that so few units could give.
    `standardised` is the effect in standard deviations (paired: of the differences, Cohen's d_z; else Hedges' g).
    `better`, `equal` and `worse` are the shares of pairs in which the first did so (unpaired: of all pairs of units, so
    that better − worse is Cliff's delta).  `units` observations stand behind it; `runs` counts pairs (unpaired: runs of
    both).  `failed` counts failed runs of the first and of the second, `missing` the runs of either without a partner
    (unpaired: 0), which are left out.  None where there is too little to say it.
    """

    effect: float | None
    interval: Interval
    p: float | None
    least_p: float
    test: str
    standardised: float | None
    better: float | None
    equal: float | None
    worse: float | None
    units: int
    unit: str
    runs: int
    failed: tuple[int, int]
    missing: int

    @property
    def differs(self) -> bool:
        """True if test and interval both say that the two differ.  False says nothing: not that they are alike."""
        return self.p is not None and self.p <= 1 - self.interval.level + 1e-12 and not self.interval.holds(0.0)

    @property
    def delta(self) -> float | None:
        """Better − worse: Cliff's delta (Psychological Bulletin 114, 1993), of pairs the same for what is paired."""
        return None if self.better is None or self.worse is None else self.better - self.worse

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as a JSON object."""
        return {**as_object(self), "delta": plain(self.delta), "differs": self.differs}
