"""What rules are worth: how it decides between them, and how rewards change it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def probabilities(utilities: Sequence[float], noise: float) -> list[float]:
    """Return how probable each choice is: exp(U / (√2 s)) over their sum; without noise the first best is sure."""
    if noise == 0:
        best = max(range(len(utilities)), key=utilities.__getitem__, default=-1)
        return [float(place == best) for place in range(len(utilities))]
    top = max(utilities, default=0.0)
    parts = [math.exp((utility - top) / (math.sqrt(2) * noise)) for utility in utilities]
    return [part / sum(parts) for part in parts]


def learned(
    rules: Mapping[str, Mapping[str, Any]], fired: Iterable[Mapping[str, Any]], reward: float, now: float, *,
    rate: float, since: str,
) -> dict[str, float]:  # fmt: skip
    """Return the new utilities of the rules that fired: U + α(R − U), R the reward less the seconds that passed.

    Once for each firing, in their order. `since` says from when the seconds count: the `firing`, or the `choice` of the
    rule, which is its 0.05 s earlier.
    """
    made: dict[str, float] = {}
    for one in fired:
        name = one["rule"]
        if name in rules:
            before = made.get(name, float(rules[name]["utility"]))
            passed = now - one["time" if since == "firing" else "chosen"]
            made[name] = before + rate * (reward - passed - before)
    return made
