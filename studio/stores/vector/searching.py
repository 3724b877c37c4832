"""Searching a vector store: by nearness, by words, and both together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from studio.stores.vector.arithmetic import best, error_of, lengths_of
from studio.stores.vector.cells import FEW
from studio.stores.vector.words import gain, weight_of

if TYPE_CHECKING:
    from studio.stores.vector.arithmetic import Floats, Mask, Rows
    from studio.stores.vector.content import Content
    from studio.stores.vector.segment import Segment
    from studio.support.values import Json

DEPTH: Final = 100
"""So many of the best of each ranking are joined, or twice as many as are asked for if these are more."""
SMOOTHING: Final = 60
"""The constant of reciprocal rank fusion, as its authors found it."""

Ranking = list[tuple[float, int]]
"""Scores with the places of entries (`Content.at`), best first; of equal scores the older entry first."""


def allowed(content: Content, filter: Mapping[str, Json] | None) -> list[Mask]:
    """Return for each part which of its rows are there and pass a filter, which was checked."""
    masks = [part.alive for part in content.parts]
    if filter:
        masks = [
            mask & part.segment.columns.passing(filter, part.length)
            for mask, part in zip(masks, content.parts, strict=True)
        ]
    return masks


def by_vector(content: Content, query: Floats, masks: list[Mask], count: int, *, all_of_them: bool) -> Ranking:
    """Return the `count` entries nearest to a query among those allowed.

    In a store with an index (`cells`) the answer comes from the nearest cells, unless `all_of_them` are to be
    compared, few are allowed, or the cells hold too few of them.
    """
    cells = content.cells
    many = sum(int(np.count_nonzero(mask)) for mask in masks) > FEW
    if cells is not None and many and not all_of_them:
        rows = [cells.found(part.segment, query, mask, count) for part, mask in zip(content.parts, masks, strict=True)]
        if sum(map(len, rows)) >= count:
            return _exact(content, query, rows, count)
    return _exact(content, query, _candidates(content, query, masks, count), count)


def by_words(content: Content, query: str, masks: list[Mask], count: int) -> Ranking:
    """Return the `count` entries that say most of a query's words among those allowed, by BM25 over the whole content.
    An entry with none of the words is not found."""
    texts = len(content)
    if not texts:
        return []
    words = sum(int(part.segment.words_in[: part.length][part.alive].sum()) for part in content.parts)
    mean = max(words / texts, 1.0)
    scores = [np.zeros(part.length) for part in content.parts]
    hit = [np.zeros(part.length, bool) for part in content.parts]
    for word in content.parts[0].segment.words.asked(query):
        here = []
        for part in content.parts:
            rows, times = part.segment.words.occurrences(word, part.length)
            inside = rows < part.length
            rows, times = rows[inside], times[inside]
            there = part.alive[rows]
            here.append((rows[there], times[there]))
        weight = weight_of(texts, sum(len(rows) for rows, _ in here))
        for number, (rows, times) in enumerate(here):
            lengths = content.parts[number].segment.words_in[rows]
            scores[number][rows] += gain(times, lengths, mean, weight)
            hit[number][rows] = True
    places, values, first = [], [], 0
    for number, part in enumerate(content.parts):
        rows = np.flatnonzero(hit[number] & masks[number])
        places.append(rows + first)
        values.append(scores[number][rows])
        first += part.length
    return best(np.concatenate(values), np.concatenate(places), count)


def fused(near: Ranking, said: Ranking, weight: float) -> Ranking:
    """Join two rankings by reciprocal rank fusion (Cormack, Clarke and Büttcher, Reciprocal Rank Fusion outperforms
    Condorcet and individual Rank Learning Methods, SIGIR 2009): the score of an entry is

        weight / (60 + its rank by nearness) + (1 - weight) / (60 + its rank by words)

    with ranks from 1 on, and nothing for a ranking that does not have it.
    """
    scores: dict[int, float] = {}
    for part, ranking in ((weight, near), (1 - weight, said)):
        for rank, (_, place) in enumerate(ranking, 1):
            scores[place] = scores.get(place, 0.0) + part / (SMOOTHING + rank)
    return sorted(((score, place) for place, score in scores.items()), key=lambda one: (-one[0], one[1]))


def _candidates(content: Content, query: Floats, masks: list[Mask], count: int) -> list[Rows]:
    """Rows of each part among which the nearest must be: no worse than the `count`-th best by more than rounding."""
    length = float(lengths_of(query[None])[0])
    found: list[tuple[Rows | None, Floats]] = []
    for part, mask in zip(content.parts, masks, strict=True):
        rows = np.flatnonzero(mask) if 4 * np.count_nonzero(mask) < len(mask) else None
        found.append((rows, _near(part.segment, query, mask, rows, content)))
    every = np.concatenate([scores for _, scores in found]) if found else np.empty(0)
    if len(every) > count:
        longest = max(part.segment.longest for part in content.parts)
        error = error_of(len(query), length, longest, content.metric)
        least = float(np.partition(every, len(every) - count)[len(every) - count]) - 2 * error
    else:
        least = -np.inf
    made = []
    for (rows, scores), mask in zip(found, masks, strict=True):
        close = np.flatnonzero(scores >= least)
        made.append(rows[close] if rows is not None else close[mask[close]])
    return made


def _near(segment: Segment, query: Floats, mask: Mask, rows: Rows | None, content: Content) -> Floats:
    if rows is not None:
        return segment.near(rows, query, content.metric)
    scores = segment.near_all(len(mask), query, content.metric)
    scores[~mask] = -np.inf
    return scores


def _exact(content: Content, query: Floats, rows: list[Rows], count: int) -> Ranking:
    wide, length = query.astype(np.float64), float(lengths_of(query[None])[0])
    places, scores, first = [np.empty(0, np.int64)], [np.empty(0)], 0
    for part, some in zip(content.parts, rows, strict=True):
        places.append(some + first)
        scores.append(part.segment.exact(some, wide, length, content.metric))
        first += part.length
    return best(np.concatenate(scores), np.concatenate(places), count)
