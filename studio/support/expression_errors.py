"""What an expression says when it cannot be read or computed; in the studio and in a script alike."""

from __future__ import annotations

from studio.support.errors import StudioError
from studio.support.values import preview


class ExpressionError(StudioError):
    """An expression that cannot be read, or fails over the values it was given.

    `expression` is its text; `name` the missing name, if that is the fault.
    """

    code = "expression"

    def __init__(self, message: str, *, expression: str, name: str = "", hint: str = "") -> None:
        super().__init__(message, where=f"expression `{preview(expression, 80)}`", hint=hint)
        self.expression = expression
        self.name = name
