"""What `score.logistic` does, in the studio and in a script."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from studio.support.errors import NodeError
from studio.support.values import Json, preview

_FARTHEST: Final = 700.0
"""Beyond this the exponential leaves the numbers there are; the result is 0 or 1 to all digits long before."""


def logistic(
    features: Mapping[str, Json], *, weights: Mapping[str, float], intercept: float = 0.0,
    tables: Mapping[str, Mapping[str, float]] = {},
) -> dict[str, Any]:  # fmt: skip
    """Return the logistic of a weighted sum of features."""
    total = intercept
    parts: dict[str, float] = {}
    for name, weight in weights.items():
        parts[name] = weight * _number(features, name)
    for name, table in tables.items():
        value = features.get(name)
        parts[name] = table.get(value, 0.0) if isinstance(value, str) else 0.0
    for part in parts.values():
        total += part
    bounded = max(-_FARTHEST, min(_FARTHEST, total))
    return {"value": 1.0 / (1.0 + math.exp(-bounded)), "total": total, "parts": parts}


def _number(features: Mapping[str, Json], name: str) -> float:
    value = features.get(name)
    if isinstance(value, bool | int | float):
        return float(value)
    raise NodeError(
        f"The feature `{name}` is {preview(value)}, but it must be a number.",
        hint="Give every feature that has a weight.",
        code="input",
    )
