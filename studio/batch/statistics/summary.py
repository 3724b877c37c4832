"""What one variant scored: mean, spread, median, and how sure the mean is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from studio.batch.statistics.means import Means
from studio.batch.statistics.method import DEFAULTS, Floats, Interval, Method, Score, Scores, as_object, number
from studio.batch.statistics.shares import wilson, worth
from studio.batch.statistics.table import Table, checked, table_of


@dataclass(frozen=True, slots=True)
class Summary:
    """The scores of a variant.

    `count` runs have a score, `failed` ones among them if they count as the worst; `units` independent observations
    stand behind the mean (a row with several seeds is one).  `sd` and `median` are of the runs; the mean counts each
    unit alike.  None where there is no score or, for `sd`, just one.
    """

    count: int
    failed: int
    units: int
    unit: str
    mean: float | None
    sd: float | None
    median: float | None
    least: float | None
    most: float | None
    interval: Interval

    def as_json(self) -> dict[str, Any]:
        """Return the summary as a JSON object."""
        return as_object(self)


def summary(scores: Scores | Sequence[Score], method: Method = DEFAULTS) -> Summary:
    """Return what a variant scored; the same scores give the same bytes, in whatever order they come.

    Scores by (row, seed), or a list of independent ones.  Raises `UsageError` for scores that are no finite numbers.
    """
    listed = not isinstance(scores, Mapping)
    scores = scores if isinstance(scores, Mapping) else independent(scores, method)
    table = table_of([("score", scores)], method)
    values = table.values[0][np.isfinite(table.values[0])]
    units = table.by_unit(table.values)
    units = units[:, np.isfinite(units[0])]
    some = len(values) > 0
    return Summary(
        count=len(values),
        failed=int(table.failed.sum()),
        units=units.shape[1],
        unit="value" if listed else table.unit,
        mean=number(units.mean()) if some else None,
        sd=number(values.std(ddof=1)) if len(values) > 1 else None,
        median=number(np.median(values)) if some else None,
        least=number(values.min()) if some else None,
        most=number(values.max()) if some else None,
        interval=_interval(table, values, units, method),
    )


def independent(scores: Sequence[Score], method: Method) -> Scores:
    """Return a list of scores as rows of their own, sorted so that their order changes nothing."""
    numbers = [
        (score is None, 0.0 if score is None else checked(score, f"score {place}", method), score)
        for place, score in enumerate(scores, start=1)
    ]
    return {(row, 0): score for row, (_, _, score) in enumerate(sorted(numbers, key=lambda each: each[:2]))}


def _interval(table: Table, values: Floats, units: Floats, method: Method) -> Interval:
    count = units.shape[1]
    if count == 0:
        return Interval(None, None, method.level, "none: no scores")
    if count == 1:
        return Interval(None, None, method.level, "none: one value has no spread")
    if table.shares:
        spread = float(units.std(ddof=1))
        share = min(1.0, max(0.0, float(units.mean())))
        return wilson(share, worth(share, count, spread, len(values), method.level), method.level)
    if values.min() == values.max() and method.scale is None:
        return Interval(None, None, method.level, "none: all scores are the same")
    # Mostly one and the same score, few others: what differs from it is as sparse as the differences of pairs.
    seen, times = np.unique(units[0], return_counts=True)
    usual = float(seen[times.argmax()]) if 2 * times.max() > count else 0.0
    if method.scale is not None:
        span = method.scale[1] - method.scale[0]
    else:
        span = float(values.max() - values.min())
    means = Means(units - usual, method, span=span)
    found = means.intervals(method.level)[0]
    low, high = map(float, method.scale or (-np.inf, np.inf))
    return Interval(
        None if found.low is None else max(low, found.low + usual),
        None if found.high is None else min(high, found.high + usual),
        found.level,
        found.method,
    )
