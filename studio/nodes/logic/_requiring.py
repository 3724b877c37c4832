"""What `logic.require` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping

from studio.support.errors import NodeError
from studio.support.expressions import Expression
from studio.support.values import Json, preview


def require(values: Mapping[str, Json], condition: Expression, otherwise: str) -> dict[str, Json]:
    """Return that a condition holds. Raises `NodeError` with a sentence if it does not: `{name}` in it becomes the
    value of that input."""
    if condition.evaluate(values):
        return {"holds": True}
    sentence = otherwise
    for name, value in values.items():
        sentence = sentence.replace(f"{{{name}}}", preview(value, 60))
    raise NodeError(sentence, code="input")
