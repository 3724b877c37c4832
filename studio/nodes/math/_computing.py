"""What `math.expression` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping

from studio.spec.types import type_of, value_check
from studio.support.errors import NodeError
from studio.support.expressions import Expression
from studio.support.values import Json, preview


def compute(values: Mapping[str, Json], expression: Expression) -> dict[str, Json]:
    """Return the value of an expression."""
    return {"value": expression.evaluate(values)}


def compute_kind(values: Mapping[str, Json], expression: Expression, kind: str) -> dict[str, Json]:
    """Return the value of an expression, which must be of a kind."""
    value = expression.evaluate(values)
    check = value_check(kind)
    if check is not None and not check(value):
        raise NodeError(
            f"`{preview(expression.text)}` gave {type_of(value)} ({preview(value)}), not {kind}.",
            hint="Change the expression or its `kind`.",
        )
    return {"value": value}
