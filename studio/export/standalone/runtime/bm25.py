"""BM25 in plain Python: the scores of `documents.ranking.bm25`, which has them from bm25s."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

K1 = 1.5
B = 0.75


def bm25_scores(
    query: str, texts: Sequence[str], way: Callable[[str], list[str]], *, k1: float = K1, b: float = B
) -> list[float]:
    """Return the score of each text for the query; 0 without a common word. A word asked twice counts twice."""
    counts = [Counter(way(text)) for text in texts]
    sizes = [count.total() for count in counts]
    scores = [0.0] * len(texts)
    for word in way(query):
        places = [place for place, count in enumerate(counts) if word in count]
        rarity = math.log(1 + (len(texts) - len(places) + 0.5) / (len(places) + 0.5))
        mean = sum(sizes) / len(sizes) if places else 0.0
        for place in places:
            often = counts[place][word]
            scores[place] += rarity * (often / (k1 * ((1 - b) + b * sizes[place] / mean) + often))
    return scores
