"""BM25 by bm25s: words of the question that are rare among the texts count most.

Lucene's variant (Kamphuis et al., "Which BM25 do you mean?", ECIR 2020): for each word of the question
ln(1 + (N - n + 0.5) / (n + 0.5)) · f / (f + k1 · (1 - b + b · length / mean length)), for N texts, n with the word, and
f times in this one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

K1 = 1.5
B = 0.75


def bm25_scores(
    query: str, texts: Sequence[str], way: Callable[[str], list[str]], *, k1: float = K1, b: float = B
) -> list[float]:
    """Return the score of each text for the query; 0 without a common word. A word asked twice counts twice."""
    import bm25s  # type: ignore[import-untyped, unused-ignore]

    words = [way(text) for text in texts]
    asked = way(query)
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys(word for text in words for word in text))}
    asked_numbers = [vocabulary[word] for word in asked if word in vocabulary]
    if not asked_numbers:
        return [0.0] * len(texts)
    index = bm25s.BM25(method="lucene", k1=k1, b=b, dtype="float64")
    numbers = [[vocabulary[word] for word in text] for text in words]
    index.index((numbers, vocabulary), show_progress=False)
    return [float(score) for score in index.get_scores(asked_numbers)]
