"""Which sequences of actions an actor thinks of, and when it has found the one to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from studio.support.errors import NodeError
from studio.support.values import Json

MAX_CANDIDATES = 50_000
NEARLY = 1e-9
"""Costs that differ by less are equal: sums of the same terms in another order must not decide."""


def best_of(judged: Sequence[Mapping[str, Any]]) -> int:
    """Return the place of the lowest cost, of (nearly) equal ones the first."""
    lowest = min(float(one["cost"]) for one in judged)
    return next(place for place, one in enumerate(judged) if one["cost"] <= lowest + NEARLY)


def every_sequence(actions: Sequence[Json], horizon: int) -> list[list[Json]]:
    """Return all sequences of a length, in the order of the actions. Raises `NodeError` if they are too many."""
    if len(actions) ** horizon > MAX_CANDIDATES:
        raise NodeError(
            f"{len(actions)} actions and {horizon} steps make more than {MAX_CANDIDATES} plans.",
            hint="Take a shorter horizon, fewer actions, or the method gradient.",
            code="planning",
        )
    return [list(one) for one in product(actions, repeat=horizon)]


def resting(actions: Sequence[Json], horizon: int) -> list[Json]:
    """Return the plan to do nothing: action 0 all the time, or the first action if there is no 0."""
    return [0 if 0 in actions else actions[0]] * horizon


def nearby(plan: Sequence[Json], actions: Sequence[Json]) -> list[list[Json]]:
    """Return a plan and all that differ from it in one action, by one place in the list of actions: the finite
    differences of a gradient where actions are no numbers to be varied at will."""
    made = [list(plan)]
    for place, action in enumerate(plan):
        at = actions.index(action)
        for other in (at - 1, at + 1):
            if 0 <= other < len(actions):
                made.append([*plan[:place], actions[other], *plan[place + 1 :]])
    return made
