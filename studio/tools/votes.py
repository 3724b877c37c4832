"""Choosing one of several answers by how often it was given, as Agentless chooses a patch.

Source: `agentless/repair/rerank.py` (Xia et al. 2024, arXiv 2407.01489, section 3.3): the most frequent normalised
patch among those that pass the tests; ties go to the one that was seen first; where none passes, the most frequent of
all; empty patches only if there is nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.support.values import Json, sorted_encode


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which candidate was chosen (its first place), how many are equal to it, whether it passed, whether it is empty,
    and all different ones, most frequent first: objects with `index`, `votes`, `passed`."""

    index: int
    votes: int
    validated: bool
    is_empty: bool
    tally: list[dict[str, Json]]


def choose(keys: Sequence[Json], passed: Sequence[bool]) -> Chosen | None:
    """Return the choice among candidates, of which `keys` says which are equal; None if there is no candidate."""
    groups: dict[bytes, list[int]] = {}
    for place, key in enumerate(keys):
        groups.setdefault(sorted_encode(key), []).append(place)
    if not groups:
        return None
    ranked = sorted(groups.values(), key=lambda places: (-len(places), places[0]))
    full = [places for places in ranked if not _is_empty(keys[places[0]])]
    good = sorted(
        ([place for place in places if passed[place]] for places in full),
        key=lambda places: (-len(places), *places[:1]),
    )
    passing = [places for places in good if places]
    best = (passing or full or ranked)[0]
    tally: list[dict[str, Json]] = [
        {"index": places[0], "votes": len(places), "passed": any(passed[place] for place in places)}
        for places in ranked
    ]
    return Chosen(best[0], len(best), bool(passing), not full, tally)


def _is_empty(value: Json) -> bool:
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())
