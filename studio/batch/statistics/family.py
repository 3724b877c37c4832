"""A family of contrasts judged together: which differ from 0, which are surely near it, what would settle the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

from studio.batch.statistics.many import discovery_errors, false_discoveries, holm, holm_errors
from studio.batch.statistics.means import UNSEEN_SHARE, WORDS, with_unseen
from studio.batch.statistics.method import Floats, Interval, Method, interval
from studio.batch.statistics.paired import Contrasts

FEWEST_FOR_NEARNESS = 8
"""Units below which nothing is said to be near 0: so few rest the interval on the normal curve alone."""
POWER = 0.8
MOST_UNITS = 1_000_000
SLACK = 1e-12


@dataclass(frozen=True)
class Judged:
    """What is claimed of each contrast.

    `differs` and `p`: it is not 0, and the p-value adjusted for the family.  `ranges`: intervals at the level at which
    each was tested; one leaves out 0 exactly where `differs`.  `near` and `p_near`: it lies within the margin, by two
    one-sided tests (Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15, 1987), adjusted likewise; `near_ranges`
    lie within the margin exactly where `near`, unless there are too few units.  `needed` counts the units that would
    settle it with a chance of .8 if effect and spread are as seen; 0 where it is settled, −1 where a million are not
    enough.
    """

    differs: NDArray[np.bool_]
    p: Floats
    ranges: list[Interval]
    near: NDArray[np.bool_]
    p_near: Floats
    near_ranges: list[Interval]
    needed: NDArray[np.int64]


def judge(found: Contrasts, margin: float, method: Method) -> Judged:
    """Judge a family of contrasts; `margin` is how far from 0 still counts as near."""
    means, error = found.means, method.error
    enough = means.count >= FEWEST_FOR_NEARNESS
    raw = np.where(np.isfinite(found.claims), found.claims, 1.0)
    raw_near = np.where(np.isfinite(means.mean), np.maximum(means.above(-margin), means.below(margin)), 1.0)
    p, errors = _adjusted(raw, method)
    p_near, near_errors = _adjusted(np.where(enough, raw_near, 1.0), method)
    differs, near = p <= error + SLACK, p_near <= error + SLACK
    needed = np.where(differs | near, 0, _needed(found, margin, errors, near_errors))
    return Judged(
        differs, p, _ranges(found, errors, ~differs), near, p_near, _ranges(found, 2 * near_errors, None), needed
    )


def _adjusted(p: Floats, method: Method) -> tuple[Floats, Floats]:
    if method.family == "holm":
        return holm(p), holm_errors(p, method.error)
    return false_discoveries(p), discovery_errors(p, method.error)


def _ranges(found: Contrasts, errors: Floats, drawn_to_zero: NDArray[np.bool_] | None) -> list[Interval]:
    """Return intervals at the errors given; those of `drawn_to_zero` reach 0, as the test of signs found nothing."""
    means = found.means
    low, high = means.limits(errors / 2)
    if drawn_to_zero is not None:
        low, high = (
            np.where(drawn_to_zero, np.minimum(low, 0.0), low),
            np.where(drawn_to_zero, np.maximum(high, 0.0), high),
        )
    return [
        interval(low[i], high[i], 1 - errors[i], WORDS[int(means.kind[i])] if means.count[i] else "none: no values")
        for i in range(len(low))
    ]


def _needed(found: Contrasts, margin: float, errors: Floats, near_errors: Floats) -> NDArray[np.int64]:
    """Return how many units would show a difference or nearness, whichever takes fewer; −1 for neither."""
    means = found.means
    power = float(special.ndtri(POWER))
    nearness = float(special.ndtri((1 + POWER) / 2))  # either side may fail
    changed = np.where(means.count > 0, (np.nan_to_num(found.units) != 0).sum(axis=1) / np.maximum(means.count, 1), 0)

    def shows(units: Floats) -> NDArray[np.bool_]:
        centre, se, quantile = _at(found, units, errors / 2)
        some = units * changed >= 1 - np.log2(errors)  # as many signs as the test needs
        return some & (np.abs(centre) > (quantile + power) * se)

    def settles(units: Floats) -> NDArray[np.bool_]:
        centre, se, quantile = _at(found, units, near_errors)
        return (units >= FEWEST_FOR_NEARNESS) & (np.abs(centre) + (quantile + nearness) * se < margin)

    possible = means.count > 1
    counts = [_fewest(test, means.count) for test in (shows, settles)]
    best = np.minimum(*(np.where(possible & (each <= MOST_UNITS), each, MOST_UNITS + 1) for each in counts))
    return np.where(best <= MOST_UNITS, best, -1).astype(np.int64)


def _at(found: Contrasts, units: Floats, tail: Floats) -> tuple[Floats, Floats, Floats]:
    """Return centre, standard error and quantile if so many units showed the mean and spread seen."""
    means = found.means
    shares = means.kind == UNSEEN_SHARE
    sd = np.nan_to_num(means.sd)
    centre, se = with_unseen(np.nan_to_num(means.mean), sd, units, means.span, shares)
    dense = means.kind < UNSEEN_SHARE
    centre, se = np.where(dense, np.nan_to_num(means.mean), centre), np.where(dense, sd / np.sqrt(units), se)
    quantile = np.where(shares, -special.ndtri(tail), -special.stdtrit(np.maximum(units - 1, 1), tail))
    return centre, se, quantile


def _fewest(test: Callable[[Floats], NDArray[np.bool_]], seen: Floats) -> Floats:
    """Return the fewest units, not below those seen, that pass a test which more units pass, too."""
    low = np.maximum(seen, 2.0)
    high = np.full_like(low, MOST_UNITS + 1.0)
    passed = test(low)
    for _ in range(21):
        middle = np.floor((low + high) / 2)
        good = test(middle)
        low, high = np.where(good, low, middle), np.where(good, middle, high)
    return np.where(passed, np.maximum(seen, 2.0), high)
