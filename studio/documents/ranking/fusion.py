"""Several rankings made one: reciprocal rank fusion.

Cormack, Clarke, Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", SIGIR
2009: score = Σ weight / (k + rank), rank from 1, k = 60.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

RRF_K = 60
Key = TypeVar("Key", bound=Hashable)


def fuse(
    rankings: Sequence[Sequence[Key]], *, k: float = RRF_K, weights: Sequence[float] = ()
) -> list[tuple[Key, float]]:
    """Return all entries with their scores, best first; equal ones in the order in which they are first met.

    An entry that a ranking names twice counts with its better place.
    """
    scores: dict[Key, float] = {}
    for number, ranking in enumerate(rankings):
        weight = weights[number] if number < len(weights) else 1.0
        for rank, entry in enumerate(dict.fromkeys(ranking), 1):
            scores[entry] = scores.get(entry, 0.0) + weight / (k + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])
