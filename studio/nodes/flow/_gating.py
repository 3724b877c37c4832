"""What `flow.gate` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping

from studio.support.expressions import Expression
from studio.support.values import Absent, Json

OPEN = Absent("gate open")
CLOSED = Absent("gate closed")


def let_through(value: Json, open: bool) -> dict[str, Json | Absent]:
    """Return the value where it goes on: `value` through an open gate, `otherwise` past a closed one."""
    return {"value": value, "otherwise": OPEN} if open else {"value": CLOSED, "otherwise": value}


def let_through_if(values: Mapping[str, Json], condition: Expression) -> dict[str, Json | Absent]:
    """The same for the `value` of these values, by a condition over all of them."""
    return let_through(values["value"], condition.evaluate(values))
