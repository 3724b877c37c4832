"""Two groups of runs that no row or seed pairs: other data, other days, other people's runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from studio.batch.statistics.comparison import Comparison
from studio.batch.statistics.means import FEWEST_TO_RESAMPLE, MOST_TO_RESAMPLE
from studio.batch.statistics.method import DEFAULTS, Floats, Interval, Method, Score, Scores, interval, number
from studio.batch.statistics.shares import apart, worth
from studio.batch.statistics.summary import independent
from studio.batch.statistics.table import Table, table_of

MOST_SPLITS = 2**14
MOST_SHUFFLED = 5000
"""Units beyond which splits are not drawn."""
MOST_HELD = 4_000_000


def unpaired(
    first: Scores | Sequence[Score], second: Scores | Sequence[Score], method: Method = DEFAULTS
) -> Comparison:
    """Compare two groups of runs; several seeds of a row count as one observation, their mean.

    Test: Welch's t under all splits of the units into groups of these sizes, or many; so it holds for groups of unequal
    spread as well (Janssen, Statistics & Probability Letters 36, 1997); for true and false, Fisher's exact test.
    Interval: the wider of Welch's and the studentised bootstrap; for true and false, Newcombe's.  Raises `UsageError`
    for scores that are no finite numbers.
    """
    listed = not isinstance(first, Mapping) or not isinstance(second, Mapping)
    groups = [
        (name, each if isinstance(each, Mapping) else independent(each, method))
        for name, each in (("first", first), ("second", second))
    ]
    table = table_of(groups, method)
    a, b = (np.sort(row[np.isfinite(row)]) for row in table.by_unit(table.values))
    runs = np.isfinite(table.values).sum(axis=1)
    some = len(a) > 0 and len(b) > 0
    better, equal, worse = _dominance(a, b, method) if some else (None, None, None)
    p, test = _test(a, b, table, method) if some else (None, "none: no scores")
    return Comparison(
        effect=float(a.mean() - b.mean()) if some else None,
        interval=_interval(a, b, table, (int(runs[0]), int(runs[1])), method),
        p=p,
        least_p=min(1.0, (2.0 if len(a) == len(b) else 1.0) * math.exp(-_log_splits(len(a), len(b)))),
        test=test,
        standardised=_hedges(a, b),
        better=better,
        equal=equal,
        worse=worse,
        units=len(a) + len(b),
        unit="value" if listed else table.unit,
        runs=int(runs.sum()),
        failed=(int(table.failed[0].sum()), int(table.failed[1].sum())),
        missing=0,
    )


def _dominance(a: Floats, b: Floats, method: Method) -> tuple[float, float, float]:
    """Return the shares of all pairs in which a is better, as good, and worse."""
    more = float(np.searchsorted(b, a, side="left").sum())
    less = float((len(b) - np.searchsorted(b, a, side="right")).sum())
    if method.better == "lower":
        more, less = less, more
    pairs = len(a) * len(b)
    return more / pairs, (pairs - more - less) / pairs, less / pairs


def _hedges(a: Floats, b: Floats) -> float | None:
    """Return the effect in pooled standard deviations, its bias for few values taken off (Hedges 1981)."""
    free = len(a) + len(b) - 2
    if len(a) < 2 or len(b) < 2:
        return None
    pooled = math.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / free)
    return number((a.mean() - b.mean()) / pooled * (1 - 3 / (4 * free - 1))) if pooled > 0 else None


def _interval(a: Floats, b: Floats, table: Table, runs: tuple[int, int], method: Method) -> Interval:
    level = method.level
    if len(a) < 2 or len(b) < 2:
        return Interval(None, None, level, "none: a group of one value has no spread")
    if table.shares:
        sizes = [
            worth(min(1.0, float(each.mean())), len(each), float(each.std(ddof=1)), count, level)
            for each, count in zip((a, b), runs, strict=True)
        ]
        return apart(min(1.0, float(a.mean())), sizes[0], min(1.0, float(b.mean())), sizes[1], level)
    x, y = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    effect, se = float(a.mean() - b.mean()), math.sqrt(x + y)
    if se <= 1e-12 * max(1.0, abs(a.mean()), abs(b.mean())):
        return Interval(None, None, level, "none: neither group has any spread")
    least = most = float(special.stdtrit(_free(x, y, len(a), len(b)), (1 + level) / 2))
    name = "Welch's t"
    if min(len(a), len(b)) >= FEWEST_TO_RESAMPLE and len(a) + len(b) <= MOST_TO_RESAMPLE:
        drawn = _resampled(a, b, method)
        k = max(1, math.floor((1 - level) / 2 * (len(drawn) + 1) + 1e-9))
        least, most = max(least, float(drawn[-k])), max(most, -float(drawn[k - 1]))
        name = "the wider of Welch's t and the studentised bootstrap"
    return interval(effect - least * se, effect + most * se, level, name)


def _resampled(a: Floats, b: Floats, method: Method) -> Floats:
    """Return Welch's t of resamples of both groups around what was seen, sorted; those without spread are left out."""
    rng = np.random.default_rng(method.seed)
    means, variances = [], []
    for group in (a, b):
        drawn = group[rng.integers(0, len(group), (method.draws, len(group)))] - group.mean()
        means.append(drawn.mean(axis=1))
        variances.append(drawn.var(axis=1, ddof=1) / len(group))
    se = np.sqrt(variances[0] + variances[1])
    some = se > 0
    return np.sort((means[0] - means[1])[some] / se[some])


def _test(a: Floats, b: Floats, table: Table, method: Method) -> tuple[float, str]:
    if table.shares and table.lone:
        from scipy import stats  # takes most of a second to load

        true = int(a.sum()), int(b.sum())
        cells = [[true[0], len(a) - true[0]], [true[1], len(b) - true[1]]]
        return float(stats.fisher_exact(cells).pvalue), "Fisher's exact test"
    pool = np.concatenate([a, b])
    if min(len(a), len(b)) > 1 and len(pool) > MOST_SHUFFLED:
        return _limit(a, b), "Welch's t, which splits of so many follow"
    if _log_splits(len(a), len(b)) <= math.log(MOST_SPLITS) + 1e-9:
        picks = np.array(list(combinations(range(len(pool)), len(a))), np.int64)
        splits = len(picks)
        chosen = np.zeros((splits, len(pool)))
        np.put_along_axis(chosen, picks, 1.0, axis=1)
        return float(_reached(chosen, a, b, pool).mean()), "all splits"
    rng = np.random.default_rng(method.seed)
    groups = np.concatenate([np.ones(len(a)), np.zeros(len(b))])
    at, reached = max(1, MOST_HELD // len(pool)), 0.0
    for start in range(0, method.draws, at):
        size = min(at, method.draws - start)
        reached += float(_reached(rng.permuted(np.tile(groups, (size, 1)), axis=1), a, b, pool).sum())
    return (reached + 1) / (method.draws + 1), "splits drawn"


def _log_splits(n: int, m: int) -> float:
    return float(special.gammaln(n + m + 1) - special.gammaln(n + 1) - special.gammaln(m + 1))


def _limit(a: Floats, b: Floats) -> float:
    """Return the two-sided p-value of Welch's t by Student's distribution."""
    x, y = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    if x + y <= 0:
        return 1.0 if a.mean() == b.mean() else 0.0
    return float(2 * special.stdtr(_free(x, y, len(a), len(b)), -abs(a.mean() - b.mean()) / math.sqrt(x + y)))


def _free(x: float, y: float, n: int, m: int) -> float:
    """Return the degrees of freedom of Welch (Biometrika 34, 1947) for variances x and y of the means of n and m."""
    return (x + y) ** 2 / (x**2 / (n - 1) + y**2 / (m - 1))


def _reached(chosen: Floats, a: Floats, b: Floats, pool: Floats) -> Floats:
    """Return for each split (1 in the first group) whether its Welch's t is at least as far from 0 as the one seen."""
    off = pool - pool.mean()
    sums, squares = chosen @ off, chosen @ off**2
    n, m = len(a), len(b)
    score = np.abs(_welch(sums, squares, n, off.sum() - sums, (off**2).sum() - squares, m))
    first = off[:n]
    seen = _welch(
        np.array([first.sum()]), np.array([(first**2).sum()]), n,
        np.array([off[n:].sum()]), np.array([(off[n:] ** 2).sum()]), m,
    )  # fmt: skip
    return np.asarray(score >= abs(float(seen[0])) * (1 - 1e-9), np.float64)


def _welch(sums: Floats, squares: Floats, n: int, others: Floats, other_squares: Floats, m: int) -> Floats:
    """Return Welch's t of groups of n and m; of groups of one value each, the difference of the means."""
    off = sums / n - others / m
    if n < 2 or m < 2:
        return off
    spread = (squares - sums**2 / n) / (n * (n - 1)) + (other_squares - others**2 / m) / (m * (m - 1))
    floor = 1e-14 * (squares + other_squares) / (n + m)
    flat = spread <= floor
    with np.errstate(divide="ignore", invalid="ignore"):
        score = off / np.sqrt(np.where(flat, np.nan, spread))
    return np.where(flat, np.where(off == 0, 0.0, np.copysign(np.inf, off)), score)
