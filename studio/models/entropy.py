"""How undecided a model was: bits of entropy over the tokens it might have said.

Providers show at most the 20 likeliest tokens; all others together count as one more choice (the tail),
so the figure is a lower bound that is comparable between providers and vocabularies.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

TOP = 20
"""Choices that count one by one; the rest is the tail."""


def token_bits(logprobs: Iterable[float]) -> float:
    """Return the entropy in bits of one token's choices, given natural log-probabilities in any order.

    0 means the model saw a single possibility; log2(21), about 4.39, is the most there can be.
    """
    likely = sorted((math.exp(min(value, 0.0)) for value in logprobs if not math.isnan(value)), reverse=True)[:TOP]
    total = math.fsum(likely)
    if total <= 0:
        return 0.0
    # Rounding may leave a sum just above 1: then there is no tail and the parts are scaled to 1.
    parts = [p / max(total, 1.0) for p in likely]
    parts.append(1.0 - min(total, 1.0))
    return -math.fsum(p * math.log2(p) for p in parts if p > 0) + 0.0


def mean_bits(tokens: Sequence[float]) -> float | None:
    """Return the mean bits per token, or None if there is no token to judge by."""
    return math.fsum(tokens) / len(tokens) if tokens else None
