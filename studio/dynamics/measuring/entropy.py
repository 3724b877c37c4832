"""Entropies of symbol streams, in bits, with the corrections that short streams need (notes, sections 2 and 7)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence

LAST = 24
"""Outputs over which the variety of a module is taken."""
LEAST = 50
"""Firings below which rates are not shown: they would mostly be bias."""


def variety(symbols: Sequence[Hashable], last: int = LAST) -> float | None:
    """Return H of the last symbols ÷ log2(last): 0 for one thing again and again, 1 for `last` different ones.

    H = −Σ p·log2 p.  None for an empty stream.
    """
    tail = symbols[-last:]
    return entropy(tail) / math.log2(last) if tail and last > 1 else None


def entropy(symbols: Sequence[Hashable]) -> float:
    """Return the plug-in entropy −Σ p·log2 p in bits."""
    total = len(symbols)
    counts = sorted(Counter(symbols).values())  # the order of the sum fixes its last bits
    return max(0.0, -sum(count / total * math.log2(count / total) for count in counts)) if total else 0.0


def corrected(symbols: Sequence[Hashable]) -> float:
    """Return the entropy with the correction of Miller and Madow: plus (m−1)/(2·n·ln 2), m symbols seen n times.

    Miller (1955), Note on the bias of information estimates.  Never more than log2 of n, the number of samples.
    """
    total = len(symbols)
    if not total:
        return 0.0
    value = entropy(symbols) + (len(set(symbols)) - 1) / (2 * total * math.log(2))
    return min(value, math.log2(total))


def entropy_rate(symbols: Sequence[Hashable]) -> float | None:
    """Return h = H_L − H_{L−1} in bits per symbol, for the longest words L with K^L ≤ samples/8 (at least 1).

    H_L is the corrected entropy over words of L successive symbols, K the number of symbols (Crutchfield & Feldman,
    Chaos 13 (2003) 25).  None below 50 symbols.
    """
    total = len(symbols)
    if total < LEAST:
        return None
    kinds = max(2, len(set(symbols)))
    length = max(1, int(math.log(total / 8) / math.log(kinds)))
    longer = corrected(words(symbols, length))
    return max(0.0, longer - corrected(words(symbols, length - 1))) if length > 1 else longer


def words(symbols: Sequence[Hashable], length: int) -> list[tuple[Hashable, ...]]:
    """Return all runs of `length` successive symbols."""
    return list(zip(*(symbols[at:] for at in range(length)), strict=False))


def lz_growth(symbols: Sequence[Hashable]) -> float | None:
    """Return c·log_K(n)/n, with c the number of phrases of Lempel and Ziv (1978): 0 for repetition, about 1 for noise.

    K is the number of different symbols, n that of all.  It exceeds the entropy rate on short streams, as the phrases
    have to be learnt first.  None below 50 symbols.
    """
    total = len(symbols)
    if total < LEAST:
        return None
    nodes: dict[tuple[int, Hashable], int] = {}
    at = phrases = 0
    for symbol in symbols:
        following = nodes.get((at, symbol))
        if following is None:
            nodes[at, symbol] = len(nodes) + 1
            phrases += 1
            at = 0
        else:
            at = following
    kinds = max(2, len(set(symbols)))
    return (phrases + (at != 0)) * math.log(total) / math.log(kinds) / total
