"""Two variants on the same rows with the same seeds: what makes a row hard for both cancels out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.batch.statistics.comparison import Comparison
from studio.batch.statistics.flips import flip_test, least_p
from studio.batch.statistics.means import Means
from studio.batch.statistics.method import DEFAULTS, Floats, Method, Scores, number
from studio.batch.statistics.table import Table, table_of


@dataclass(frozen=True)
class Contrasts:
    """Sums and differences of variants, run by run (`runs`) and unit by unit (`units`): one line each, NaN for none."""

    table: Table
    method: Method
    runs: Floats
    units: Floats
    means: Means
    p: Floats
    tests: list[str]

    @property
    def claims(self) -> Floats:
        """The p-values that claims of a family rest on: the larger of test and interval, so that the two agree."""
        at_most: Floats = np.maximum(self.p, 2 * np.minimum(self.means.above(0.0), self.means.below(0.0)))
        return np.minimum(1.0, at_most)


def contrasts(table: Table, weights: Floats, method: Method) -> Contrasts:
    """Return sums of variants with the weights given: a line per contrast, a column per variant of the table.

    A run counts where all variants of a non-zero weight have a score.
    """
    runs = np.zeros((len(weights), len(table.keys)))
    for line, weighted in enumerate(weights):
        used = np.flatnonzero(weighted)
        runs[line] = weighted[used] @ table.values[used]
    units = table.by_unit(runs)
    simple = bool((np.abs(weights).sum(axis=1) == 2).all())
    span = table.span * max(1.0, float(np.abs(weights).sum(axis=1).max(initial=0.0)) / 2)
    means = Means(units, method, span=span, shares=simple and table.shares)
    p, tests = flip_test(units, method)
    p[means.count < 1] = np.nan
    return Contrasts(table, method, runs, units, means, p, tests)


def paired(first: Scores, second: Scores, method: Method = DEFAULTS) -> Comparison:
    """Compare two variants run by run; runs of one row (or seed, see `Method.over`) are taken together.

    Test: all signs of the units' differences, or many (`flip_test`).  Interval: `Means`.  Raises `UsageError` for
    scores that are no finite numbers.
    """
    table = table_of([("first", first), ("second", second)], method)
    return comparisons(contrasts(table, np.array([[1.0, -1.0]]), method), [(0, 1)])[0]


def comparisons(found: Contrasts, sides: list[tuple[int, int]]) -> list[Comparison]:
    """Return what each contrast says as the comparison of two variants, given as lines of the table."""
    table, means = found.table, found.means
    intervals, least = means.intervals(found.method.level), least_p(found.units)
    out = []
    for line, (first, second) in enumerate(sides):
        off = found.runs[line][np.isfinite(found.runs[line])] * found.method.sign
        some, sd = len(off) > 0, float(means.sd[line])
        tiny = 1e-12 * max(1.0, table.span)
        both = ~table.absent[first] & ~table.absent[second]
        out.append(
            Comparison(
                effect=number(means.mean[line]),
                interval=intervals[line],
                p=number(found.p[line]),
                least_p=float(least[line]),
                test=found.tests[line] if some else "none: no pairs",
                standardised=number(means.mean[line] / sd) if sd > 0 else None,
                better=float((off > tiny).mean()) if some else None,
                equal=float((np.abs(off) <= tiny).mean()) if some else None,
                worse=float((off < -tiny).mean()) if some else None,
                units=int(means.count[line]),
                unit=table.unit,
                runs=len(off),
                failed=(int(table.failed[first].sum()), int(table.failed[second].sum())),
                missing=int((~both & ~(table.absent[first] & table.absent[second])).sum()),
            )
        )
    return out
