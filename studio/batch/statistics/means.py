"""Intervals for means, of many modules at once, at whatever level a comparison of many asks for.

Which method serves was measured (`tests/batch/statistics/test_coverage.py`): of skewed scores Student's interval holds
the mean too seldom and so does the bias-corrected bootstrap of few values; of heavy tails that are even on both sides
the studentised bootstrap does.  The wider of Student's and the studentised one serves both: at a nominal 95 % it holds
93 % or more of even and skewed scores from n = 10 on.  Of very skewed ones (lognormal, the logarithm's deviation 1) it
holds 91 % at n = 10, 93 % at 20 and 95 % at 50.  What never happened in the runs seen, no interval knows.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

from studio.batch.statistics.method import Floats, Interval, Method, interval

FEWEST_TO_RESAMPLE = 8
"""Units below which resamples are too alike: Student's interval alone."""
MOST_TO_RESAMPLE = 1000
"""Units beyond which the correction, of order 1/n, is below what can be seen: Student's interval alone."""
MOST_DRAWN = 40_000_000
"""Resampled means that are held at once (8 bytes each)."""
MOST_PICKED = 8_000_000
"""Units picked at once while resampling."""
MOST_AT_ONCE = 1 << 15
"""Resampled means that are computed at once: as many as stay near the processor."""

ONE, STUDENT, WIDER, UNSEEN_SHARE, UNSEEN = range(5)
WORDS = {
    ONE: "none: one value has no spread",
    STUDENT: "Student's t",
    WIDER: "the wider of Student's t and the studentised bootstrap",
    UNSEEN_SHARE: "two unseen pairs added, normal",
    UNSEEN: "two unseen values added, Student's t",
}


class Means:
    """The means of the rows of an array (NaN where nothing was measured), and how sure they are.

    Where more than half of a row's values are 0, few differ and their spread says little: all-zero differences would
    give an interval of no width.  Two values that nobody has seen are then added, one at each side, as far off as two
    scores can be (`span`; where all differ by the same, as far as that); of differences of true and false this is the
    interval of Bonett & Price (J. Educational and Behavioral Statistics 37, 2012).  Else: Student's interval joined
    with the studentised bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, section 12.5).
    """

    def __init__(
        self, values: Floats, method: Method, *, span: float, shares: bool = False, together: int | None = None
    ) -> None:
        """`shares`: the values are differences of true and false; `together`: how many are judged as one family, if
        not all."""
        self.method = method
        self.together = len(values) if together is None else together
        self.span = max(span, float(np.nanmax(np.abs(values), initial=0.0)))
        there = np.isfinite(values)
        self._filled: Floats = np.where(there, values, 0.0)
        self._there: Floats = there.astype(np.float64)
        self.count: Floats = self._there.sum(axis=1)
        n = np.maximum(self.count, 1)
        self.mean: Floats = np.where(self.count > 0, self._filled.sum(axis=1) / n, np.nan)
        off = np.where(there, values - self.mean[:, None], 0.0)
        spread = np.sqrt((off**2).sum(axis=1) / np.maximum(self.count - 1, 1))
        # Equal values differ from their mean by rounding alone.
        spread[spread <= 1e-12 * np.abs(self._filled).max(axis=1, initial=0.0)] = 0.0
        self.sd: Floats = np.where(self.count > 1, spread, np.nan)
        self.kind = self._kinds(there, shares)
        self._add_unseen()

    def _kinds(self, there: NDArray[np.bool_], shares: bool) -> NDArray[np.int64]:
        zeros = ((self._filled == 0) & there).sum(axis=1)
        kind = np.full(len(self.count), STUDENT)
        resample = (self.count >= FEWEST_TO_RESAMPLE) & (self.count <= MOST_TO_RESAMPLE)
        # Of so many means each is judged at a small error: no draw beyond it, and the bootstrap would know no limit.
        beyond = self.method.error / 2 / max(1, self.together) * (self.method.draws + 1)
        if beyond >= 1 and len(kind) * self.method.draws <= MOST_DRAWN:
            kind[resample] = WIDER
        kind[(2 * zeros > self.count) | (self.sd == 0)] = UNSEEN
        if shares:
            whole = np.isin(self._filled, (-1.0, 0.0, 1.0)).all(axis=1)
            kind[whole] = UNSEEN_SHARE
        kind[self.count < 2] = ONE
        return kind

    def _add_unseen(self) -> None:
        """Set centre and standard error: those of the values or, of sparse ones, with two unseen ones added."""
        n = np.maximum(self.count, 2)
        self.centre = self.mean.copy()
        self.se = self.sd / np.sqrt(n)
        sparse = self.kind >= UNSEEN_SHARE
        shares = self.kind == UNSEEN_SHARE
        # One and the same difference each time, as deterministic graphs give it: what was not seen may undo it.
        alike = (self.sd == 0) & (self.mean != 0) & ~shares
        span = np.where(alike, np.abs(self.mean), self.span)
        centre, se = with_unseen(self.mean, self.sd, n, span, shares)
        self.centre[sparse], self.se[sparse] = centre[sparse], se[sparse]

    @cached_property
    def _drawn(self) -> Floats:
        """The studentised means of all resamples of those modules that are resampled, sorted."""
        chosen = self.kind == WIDER
        there, own = self._there[chosen], self.se[chosen][:, None]
        # Values are taken from their mean: so the sum of squares loses no digits.
        off = np.where(there > 0, self._filled[chosen] - self.mean[chosen][:, None], 0.0)
        squares, is_whole = off**2, bool(there.all())
        units, draws = off.shape[1], self.method.draws
        rng = np.random.default_rng(self.method.seed)
        out = np.empty((len(off), draws))
        at, block = max(1, MOST_PICKED // max(1, units)), max(64, MOST_AT_ONCE // len(off))
        for start in range(0, draws, at):
            size = min(at, draws - start)
            picks = rng.integers(0, units, (size, units)) + units * np.arange(size)[:, None]
            times = np.bincount(picks.ravel(), minlength=size * units).reshape(size, units).T.astype(np.float64)
            for first in range(0, size, block):
                some = times[:, first : first + block]
                n = np.float64(units) if is_whole else there @ some
                mean = (off @ some) / np.maximum(n, 1)
                variance = np.maximum(squares @ some / np.maximum(n, 1) - mean**2, 0.0)
                se = np.sqrt(variance / np.maximum(n - 1, 1))
                flat = se <= 1e-9 * own
                with np.errstate(divide="ignore", invalid="ignore"):
                    score = mean / se
                # A resample of equal values is no bound on how far its mean is off.
                score[flat] = np.where(mean[flat] == 0, 0.0, np.copysign(np.inf, mean[flat]))
                out[:, start + first : start + first + some.shape[1]] = score
        out.sort(axis=1)
        return out

    def limits(self, tail: Floats | float) -> tuple[Floats, Floats]:
        """Return the lower and upper limits that the true means miss with this chance on each side."""
        tails = np.broadcast_to(np.asarray(tail, np.float64), self.mean.shape)
        reach = -special.stdtrit(np.maximum(self.count - 1, 1), tails) * self.se
        shares = self.kind == UNSEEN_SHARE
        reach[shares] = -special.ndtri(tails[shares]) * self.se[shares]
        low, high = self.centre - reach, self.centre + reach
        low[shares], high[shares] = np.maximum(low[shares], -self.span), np.minimum(high[shares], self.span)
        wide = self.kind == WIDER
        if wide.any():
            drawn, draws = self._drawn, self.method.draws
            # The k-th from the end: at most k − 1 of the draws lie beyond, so that (1 + those) / (draws + 1) ≤ tail.
            k = np.floor(tails[wide] * (draws + 1) + 1e-9).astype(np.int64)
            rows, some = np.arange(len(drawn)), k > 0
            k = np.maximum(k, 1)
            most = np.where(some, drawn[rows, draws - k], np.inf)
            least = np.where(some, drawn[rows, k - 1], -np.inf)
            low[wide] = np.minimum(low[wide], self.mean[wide] - most * self.se[wide])
            high[wide] = np.maximum(high[wide], self.mean[wide] - least * self.se[wide])
        low[self.kind == ONE], high[self.kind == ONE] = -np.inf, np.inf
        return low, high

    def above(self, value: float) -> Floats:
        """Return the chance, at most, of means like these if the true ones were `value` or less.

        It is at or below a tail exactly if the lower limit at that tail is at or above the value.
        """
        return self._beyond((self.centre - value), upper=True)

    def below(self, value: float) -> Floats:
        """Return the chance, at most, of means like these if the true ones were `value` or more."""
        return self._beyond((self.centre - value), upper=False)

    def _beyond(self, off: Floats, *, upper: bool) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(self.se > 0, off / self.se, np.where(off == 0, 0.0, np.copysign(np.inf, off)))
        towards = score if upper else -score
        p: Floats = np.asarray(special.stdtr(np.maximum(self.count - 1, 1), -towards), np.float64)
        shares = self.kind == UNSEEN_SHARE
        p[shares] = special.ndtr(-towards[shares])
        wide = self.kind == WIDER
        if wide.any():
            drawn, draws = self._drawn, self.method.draws
            for place, row in zip(np.flatnonzero(wide), drawn, strict=True):
                if upper:
                    reached = draws - np.searchsorted(row, score[place] - 1e-12, side="left")
                else:
                    reached = np.searchsorted(row, score[place] + 1e-12, side="right")
                p[place] = max(p[place], (1 + reached) / (draws + 1))
        p[self.kind == ONE] = 1.0
        return p

    def intervals(self, level: Floats | float) -> list[Interval]:
        """Return the interval of each mean at a level of confidence, on both sides."""
        levels = np.broadcast_to(np.asarray(level, np.float64), self.mean.shape)
        low, high = self.limits((1 - levels) / 2)
        return [
            interval(
                low[i], high[i], float(levels[i]), WORDS[int(self.kind[i])] if self.count[i] else "none: no values"
            )
            for i in range(len(low))
        ]


def with_unseen(
    mean: Floats, sd: Floats, n: Floats, span: Floats | float, shares: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return centre and standard error of n values if two more, `span` to either side of 0, had been seen.

    `shares` marks rows whose values are differences of true and false; their variance is divided by n, as published.
    """
    squares = np.where(n > 1, sd**2 * (n - 1), 0.0) + n * mean**2 + 2 * span**2
    more = n + 2
    centre = n * mean / more
    variance = (squares - more * centre**2) / np.where(shares, more, more - 1)
    return centre, np.sqrt(np.maximum(variance, 0.0) / more)
