"""The paired permutation test: if nothing sets the two of a pair apart, any sign of their difference was as likely."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from studio.batch.statistics.method import Floats, Method

MOST_TRIED = 14
"""Differences of which all patterns of signs are tried: 2^14."""
MOST_FLIPPED = 5000
"""Differences beyond which the flipped sums follow the normal curve closely, and are not drawn."""
MOST_SIGNS = 8_000_000
DRAWS_PER_ROW = 100
"""Draws for each of many rows, at least: the smallest p-value must stay small when it is multiplied by their number."""

ALL, COINS, DRAWN, NORMAL = "all sign patterns", "exact sign test", "sign patterns drawn", "sign patterns, normal limit"


def flip_test(units: Floats, method: Method) -> tuple[Floats, list[str]]:
    """Return the two-sided p-value of each row of differences (NaN: none), and how it was found.

    The share of sign patterns whose sum is at least as far from 0 as the one seen.  Differences of 0 do not matter.  Up
    to 14 others, all patterns are tried; if all have one size, the patterns are those of a coin (which is McNemar's
    exact test); else patterns are drawn and p = (reached + 1) / (drawn + 1), never 0 (Phipson & Smyth, Stat. Appl.
    Genet. Mol. Biol. 9, 2010).
    """
    filled = np.where(np.isfinite(units), units, 0.0)
    p, how = np.ones(len(filled)), [ALL] * len(filled)
    draw = []
    for i, row in enumerate(filled):
        changed = row[row != 0]
        if changed.size == 0:
            continue
        sizes = np.abs(changed)
        if sizes.max() - sizes.min() <= 1e-9 * sizes.max():
            more = int((changed > 0).sum())
            fewer = min(more, changed.size - more)
            p[i], how[i] = min(1.0, 2 * float(special.bdtr(fewer, changed.size, 0.5))), COINS
        elif changed.size <= MOST_TRIED:
            # The first sign is kept: a pattern and its opposite reach the same distance.
            sums = np.abs(_patterns(changed.size - 1) @ changed[1:] + changed[0])
            p[i] = float((sums >= abs(changed.sum()) - 1e-9 * sizes.sum()).mean())
        elif changed.size > MOST_FLIPPED:
            score = abs(changed.sum()) / float(np.sqrt((changed**2).sum()))
            p[i], how[i] = 2 * float(special.ndtr(-score)), NORMAL
        else:
            draw.append(i)
            how[i] = DRAWN
    if draw:
        p[draw] = _drawn(filled[draw], method)
    return p, how


def least_p(units: Floats) -> Floats:
    """Return the smallest p-value that so many differences could give: 2 of 2^n patterns."""
    counts = np.isfinite(units).sum(axis=1)
    return np.asarray(np.minimum(1.0, 2.0 ** (1.0 - np.minimum(counts, 1000))), np.float64)


def _drawn(rows: Floats, method: Method) -> Floats:
    rng = np.random.default_rng(method.seed)
    draws = max(method.draws, DRAWS_PER_ROW * len(rows))
    seen = np.abs(rows.sum(axis=1)) - 1e-9 * np.abs(rows).sum(axis=1)
    reached = np.zeros(len(rows))
    at = max(1, MOST_SIGNS // max(rows.shape))
    for start in range(0, draws, at):
        size = min(at, draws - start)
        signs = rng.integers(0, 2, (rows.shape[1], size), np.int8).astype(np.float64) * 2 - 1
        reached += (np.abs(rows @ signs) >= seen[:, None]).sum(axis=1)
    return (reached + 1) / (draws + 1)


@lru_cache(maxsize=MOST_TRIED + 1)
def _patterns(count: int) -> Floats:
    bits = np.arange(2**count)[:, None] >> np.arange(count) & 1
    return bits.astype(np.float64) * 2 - 1
