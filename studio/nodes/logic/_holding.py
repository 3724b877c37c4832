"""What `logic.expression` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping

from studio.support.expressions import Expression
from studio.support.values import Json


def decide_by(values: Mapping[str, Json], condition: Expression) -> dict[str, bool]:
    """Return whether a condition holds, and whether it does not."""
    holds = bool(condition.evaluate(values))
    return {"value": holds, "inverse": not holds}
