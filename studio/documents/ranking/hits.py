"""Best-first lists with stable ties."""

from __future__ import annotations

from collections.abc import Sequence


def best(scores: Sequence[float], k: int, *, above: float | None = None) -> list[tuple[int, float]]:
    """Return the places and scores of the `k` highest, best first; equal ones in their order. `above` leaves out lower
    and equal scores."""
    places = [place for place, score in enumerate(scores) if above is None or score > above]
    # Sorting is stable, so that equal scores keep the order in which they were given.
    places.sort(key=lambda place: -scores[place])
    return [(place, float(scores[place])) for place in places[:k]]


def best_per_group(ranked: Sequence[tuple[int, float]], groups: Sequence[str], most: int) -> list[tuple[int, float]]:
    """Return a ranking with at most so many places of each group (the source of a chunk, as a rule)."""
    seen: dict[str, int] = {}
    kept = []
    for place, score in ranked:
        seen[groups[place]] = seen.get(groups[place], 0) + 1
        if seen[groups[place]] <= most:
            kept.append((place, score))
    return kept
