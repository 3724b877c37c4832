"""Best-first lists with stable ties."""

from __future__ import annotations

from collections.abc import Sequence


def best(
    scores: Sequence[float], k: int, *, above: float | None = None, later_first: bool = False
) -> list[tuple[int, float]]:
    """Return the places and scores of the `k` highest, best first. `above` leaves out lower scores and equal ones.

    Of equal scores the earlier comes first; with `later_first` the later, as in RepoCoder's program, which sorts
    upwards and reads from the end (`search_code.py`).
    """
    places = [place for place, score in enumerate(scores) if above is None or score > above]
    # Sorting is stable, so that equal scores keep the order in which they were given.
    if later_first:
        places.reverse()
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
