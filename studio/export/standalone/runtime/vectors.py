"""Cosine of embedding vectors in plain Python: to the last digit what `documents.ranking.vectors` has from NumPy."""

from __future__ import annotations

import math
from collections.abc import Sequence

from studio.support.errors import NodeError

_BLOCK = 128


def cosine_scores(query: Sequence[float], vectors: Sequence[Sequence[float]]) -> list[float]:
    """Return the cosine of each vector with the query's; 0 for a vector of zeros.

    Raises `NodeError` if their lengths differ: vectors of two embedders cannot be compared.
    """
    if any(len(vector) != len(query) for vector in vectors):
        raise NodeError(
            "Vectors of different lengths cannot be compared.", hint="Embed everything with one embedder.", code="input"
        )
    asked = math.sqrt(_sum([one * one for one in query]))
    scores = []
    for vector in vectors:
        lengths = math.sqrt(_sum([one * one for one in vector])) * asked
        product = _sum([one * other for one, other in zip(vector, query, strict=True)])
        scores.append(product / lengths if lengths > 0 else 0.0)
    return scores


def _sum(numbers: list[float]) -> float:
    """Return the sum as NumPy adds: in eight rows side by side, and long lists in halves."""
    count = len(numbers)
    if count < 8:
        total = -0.0
        for number in numbers:
            total += number
        return total
    if count > _BLOCK:
        half = count // 2
        half -= half % 8
        return _sum(numbers[:half]) + _sum(numbers[half:])
    rows = numbers[:8]
    whole = count - count % 8
    for place in range(8, whole, 8):
        rows = [one + other for one, other in zip(rows, numbers[place : place + 8], strict=True)]
    total = ((rows[0] + rows[1]) + (rows[2] + rows[3])) + ((rows[4] + rows[5]) + (rows[6] + rows[7]))
    for number in numbers[whole:]:
        total += number
    return total
