"""`Rule`: a check by expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._job import Fault, Job
from studio.support.errors import UsageError
from studio.support.expressions import Expression, ExpressionError
from studio.support.templates import render
from studio.support.values import Json


@dataclass(frozen=True)
class Rule:
    """A check whose expression must be true. `message` tells the model what to keep, with values in braces."""

    name: str
    expression: Expression
    message: str = ""
    asks_a_model: ClassVar[bool] = False

    async def fault(self, asker: Asker, job: Job, values: Mapping[str, Json]) -> Fault | None:
        """Return what these values break. What cannot be computed on them (a property is missing) is not kept."""
        try:
            if self.expression.evaluate(values):
                return None
        except ExpressionError as error:
            if not self.message:
                return Fault(self.name, f"`{self.expression.text}` cannot be computed: {error.message}")
        return Fault(self.name, told(self.message, values) or f"This must be true: {self.expression.text}.")


def told(message: str, values: Mapping[str, Json]) -> str:
    """Return the message of a check with its values."""
    try:
        return render(message, values)
    except UsageError:
        return message  # a name in it has no value in this answer
