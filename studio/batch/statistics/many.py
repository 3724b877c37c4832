"""Many comparisons at once: p-values and levels of confidence that allow for how many were made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.batch.statistics.method import Floats


def holm(p: Sequence[float] | Floats) -> Floats:
    """Return p-values adjusted so that a claim below .05 is made wrongly anywhere in .05 of all experiments at most.

    For "this module matters": one wrong claim among all of them is one too many (Holm, Scand. J. Statistics 6, 1979).
    It holds however the comparisons depend on each other.
    """
    values = np.asarray(p, np.float64)
    order = np.argsort(values, kind="stable")
    steps = len(values) - np.arange(len(values))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(values[order] * steps)) if len(values) else values
    return adjusted


def holm_errors(p: Sequence[float] | Floats, error: float) -> Floats:
    """Return the error at which Holm's procedure tested each comparison: its share of `error`.

    A comparison that is claimed was tested at error ÷ (those not yet claimed), all others at the step that stopped.  An
    interval of this level leaves out 0 exactly where `holm` is at most `error`.  As a family, the side of 0 is sure at
    1 − error; each end only at its own level (no intervals of this kind hold both: Guilbaud, Biometrical Journal 50,
    2008).
    """
    values = np.asarray(p, np.float64)
    claimed = holm(values) <= error
    order = np.argsort(values, kind="stable")
    steps = len(values) - np.arange(len(values))
    left = max(1, len(values) - int(claimed.sum()))
    out = np.empty_like(values)
    out[order] = error / np.where(claimed[order], steps, left)
    return out


def false_discoveries(p: Sequence[float] | Floats) -> Floats:
    """Return p-values adjusted so that of the claims below .05 at most .05 are wrong, on average.

    For looking where to look closer (Benjamini & Hochberg, J. Royal Statistical Society B 57, 1995).
    """
    values = np.asarray(p, np.float64)
    if not len(values):
        return values
    from scipy import stats  # type: ignore[import-untyped]  # takes most of a second to load

    return np.asarray(stats.false_discovery_control(values, method="bh"), np.float64)


def discovery_errors(p: Sequence[float] | Floats, error: float) -> Floats:
    """Return the error for the interval of each comparison that leaves out 0 exactly where `false_discoveries` claims.

    Of the intervals of what was claimed, `error` miss the truth at most, on average (Benjamini & Yekutieli, J. American
    Statistical Association 100, 2005).
    """
    values = np.asarray(p, np.float64)
    claimed = false_discoveries(values) <= error
    found, count = int(claimed.sum()), max(1, len(values))
    return np.where(claimed, found, min(found + 1, count)) * error / count
