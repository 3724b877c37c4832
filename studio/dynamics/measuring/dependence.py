"""Whether one module's symbol tells another's next one: lagged mutual information with a shuffle test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST = 200
"""Pairs of firings below which the estimate is mostly bias, and is not given."""
MOST = 5000
SHUFFLES = 100

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dependence:
    """`bits` is I(X;Y) above the mean of the shuffled streams, `p` the share of shuffles that reached it."""

    bits: float
    p: float
    pairs: int


def dependence(before: Sequence[int], after: Sequence[int], *, seed: int = 0) -> Dependence | None:
    """Return how much the symbols `before` tell about those `after`, pair by pair; None below 200 pairs.

    I(X;Y) = H(X) + H(Y) − H(X,Y), the plug-in estimate.  Its bias is taken off by the mean of 100 shuffles of one
    stream, and p = (1 + shuffles that reach it) / 101.  Shuffles break the order within a stream too, so that two
    streams that drift alike seem to depend on each other.
    """
    pairs = min(len(before), len(after), MOST)
    if pairs < LEAST:
        return None
    x, y = _codes(before[-pairs:]), _codes(after[-pairs:])
    rng = np.random.default_rng(seed)
    value = _information(x, y)
    shuffled = [_information(x, rng.permutation(y)) for _ in range(SHUFFLES)]
    reached = sum(each >= value - 1e-12 for each in shuffled)
    return Dependence(max(0.0, value - float(np.mean(shuffled))), (1 + reached) / (SHUFFLES + 1), pairs)


def _codes(symbols: Sequence[int]) -> Ints:
    return np.unique(np.asarray(symbols, dtype=np.int64), return_inverse=True)[1].astype(np.int64)


def _information(x: Ints, y: Ints) -> float:
    return _entropy(x) + _entropy(y) - _entropy(x * (int(y.max()) + 1) + y)


def _entropy(codes: Ints) -> float:
    counts = np.unique(codes, return_counts=True)[1]
    shares = counts / len(codes)
    return float(-(shares * np.log2(shares)).sum())
