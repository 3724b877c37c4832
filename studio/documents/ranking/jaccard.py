"""Jaccard similarity of sets of words, and RepoCoder's filter of windows around the hole.

|A∩B| / |A∪B|, as in RepoCoder's `search_code.py` (sparse vectors) and Copilot's `FixedWindowSizeJaccardMatcher`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from studio.support.values import Json


def jaccard(one: Collection[str], other: Collection[str]) -> float:
    """Return the share of common words among all words of two texts; 0 if neither has any."""
    a, b = frozenset(one), frozenset(other)
    both = len(a & b)
    either = len(a) + len(b) - both
    return both / either if either else 0.0


def jaccard_scores(query: str, texts: Sequence[str], way: Callable[[str], list[str]]) -> list[float]:
    """Return the similarity of each text to the query."""
    asked = frozenset(way(query))
    return [jaccard(asked, way(text)) for text in texts]


def is_behind_hole(chunk: Mapping[str, Json], source: str, start_line: int) -> bool:
    """Say whether every place of a window is in the hole's file and ends after the prompt begins (a line from 1).

    RepoCoder drops such windows: they show what shall be found out (`_is_context_after_hole`). A window that also
    stands elsewhere, or before the prompt's own start, is kept.
    """
    places = chunk.get("places") or [chunk]
    # The source counts from 0, ends exclusive: `end <= start` there is `end_line < start_line` here.
    return all(place.get("source") == source and place.get("end_line", 0) >= start_line for place in places)
