"""How far apart two methods are that were tried on the same cases: difference, 95 % interval, exact test.

The interval is a bootstrap over cases: whole cases are drawn with replacement, so that what makes a case hard for
both methods cancels out.  The test is McNemar's, exact: of the cases where only one of the two is right, how likely
is a split this uneven if it were a coin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

RESAMPLES = 10_000
SEED = 0


class Difference(NamedTuple):
    """`first` and `second` are means over the cases; `low` and `high` bound their difference (first minus second).

    `only_first` and `only_second` count the cases where one is better; `p` is the exact two-sided McNemar
    probability, None where the values are not all 0 or 1.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    only_first: int
    only_second: int
    p: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the numbers, rounded to five places (`p` as it is)."""
        return {
            key: round(one, 5) if isinstance(one, float) and key != "p" else one for key, one in self._asdict().items()
        }


def compare(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Compare the values of two methods on the same cases, in the same order. Raises `ValueError` if there are none."""
    import numpy as np

    if not first or len(first) != len(second):
        raise ValueError("both methods need a value for every case, and there must be cases")
    a, b = np.asarray(first, float), np.asarray(second, float)
    apart = a - b
    draws = np.random.default_rng(SEED).integers(0, len(apart), (RESAMPLES, len(apart)))
    low, high = np.quantile(apart[draws].mean(axis=1), (0.025, 0.975))
    more, less = int((apart > 0).sum()), int((apart < 0).sum())
    binary = set(first) | set(second) <= {0.0, 1.0}
    return Difference(
        float(a.mean()), float(b.mean()), float(apart.mean()), float(low), float(high), more, less,
        mcnemar(more, less) if binary else None,
    )  # fmt: skip


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the chance of a split at least this uneven among the cases where exactly one method is right."""
    count = only_first + only_second
    tail = sum(math.comb(count, k) for k in range(min(only_first, only_second) + 1)) / 2**count
    return float(min(1.0, 2 * tail))
