"""The account of the work an expression does, and how it fails.

Whoever does work pays for it first: one unit per element, one per 32 characters.  What is paid bounds time and
memory, whatever the values.
"""

from __future__ import annotations

from studio.support.values import Json

MAX_WORK = 1_000_000
"""Units of work one evaluation may do: under a second on a slow machine, at most 32 MB of new text."""


class Fault(Exception):
    """Something in an expression failed; the engine makes it an `ExpressionError`."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Work:
    """Counts work down from `MAX_WORK`; raises `Fault` when it is used up."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_WORK

    def pay(self, units: int) -> None:
        """Account for work about to be done."""
        self.left -= units
        if self.left < 0:
            raise Fault("it does too much work", "Use smaller values, or split it into several nodes.")

    def pay_text(self, characters: int) -> None:
        """Account for text about to be read or made."""
        self.pay((characters >> 5) + 1)

    def pay_for(self, value: Json) -> None:
        """Account for walking a whole value: lists that hold one list many times count it many times."""
        if isinstance(value, str):
            self.pay_text(len(value))
        elif isinstance(value, list | dict):
            stack = [value]
            while stack:
                item = stack.pop()
                if isinstance(item, str):
                    self.pay_text(len(item))
                elif isinstance(item, list):
                    self.pay(len(item) + 1)
                    stack.extend(item)
                elif isinstance(item, dict):
                    self.pay(2 * len(item) + 1)
                    stack.extend(item.values())
        else:
            self.pay(1)


def kind(value: Json) -> str:
    """Return what a value is, in words for people."""
    if value is None:
        return "null"
    return {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}.get(
        type(value), "an object"
    )
