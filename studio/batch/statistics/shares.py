"""Intervals for shares of true and false, and for how far two shares are apart."""

from __future__ import annotations

import math

from scipy import special  # type: ignore[import-untyped]

from studio.batch.statistics.method import Interval, interval


def wilson(share: float, count: float, level: float) -> Interval:
    """Return Wilson's interval for a share that was seen in `count` values.

    It stays in 0 to 1 and holds near both, where Wald's fails (Brown, Cai & DasGupta, Statistical Science 16, 2001).
    """
    low, high = _limits(share, count, level)
    return interval(low, high, level, "Wilson")


def apart(share: float, count: float, other: float, others: float, level: float) -> Interval:
    """Return Newcombe's interval for share − other, of independent groups of `count` and `others` values.

    Built from both Wilson intervals (method 10 of Newcombe, Statistics in Medicine 17, 1998, pages 873-890).
    """
    low, high = _limits(share, count, level)
    other_low, other_high = _limits(other, others, level)
    off = share - other
    below = math.hypot(share - low, other_high - other)
    above = math.hypot(high - share, other - other_low)
    return interval(off - below, off + above, level, "Newcombe's of two Wilson intervals")


def worth(share: float, rows: int, spread: float, runs: int, level: float) -> float:
    """Return how many independent values a share is worth whose runs come in `rows` of several seeds.

    `spread` is the standard deviation of the rows' shares.  The variance of the mean of rows is set equal to that of a
    share, and few rows leave that variance itself in doubt (the effective size of Korn & Graubard, Survey Methodology
    24, 1998).  At least the rows count, at most the runs.
    """
    variance = spread**2 / rows
    if rows == runs or variance <= 0 or not 0 < share < 1:
        return float(rows)
    doubt = float(special.ndtri((1 + level) / 2) / special.stdtrit(rows - 1, (1 + level) / 2)) ** 2
    return min(float(runs), max(float(rows), share * (1 - share) / variance * doubt))


def _limits(share: float, count: float, level: float) -> tuple[float, float]:
    z = float(special.ndtri((1 + level) / 2))
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    reach = z / (1 + z**2 / count) * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return (0.0 if share == 0 else max(0.0, middle - reach)), (1.0 if share == 1 else min(1.0, middle + reach))
