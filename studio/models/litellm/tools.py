"""Calls of tools in what providers answer, whole or in the pieces of a stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from studio.spec.calls import ToolCall
from studio.support.keys import scrub
from studio.support.values import Json, decode, encode

MOST_CALLS = 128
"""Calls in one answer that are looked at; models make a few at a time."""


def tool_calls_of(found: Iterable[Any]) -> tuple[ToolCall, ...]:
    """Return the calls of a whole answer."""
    pieces = CallPieces()
    for index, call in enumerate(found):
        pieces.add(index, getattr(call, "id", None), call.function)
    return pieces.calls()


class CallPieces:
    """Gathers the calls of a streamed answer: a name comes once, the text of the arguments bit by bit."""

    def __init__(self) -> None:
        self._made: dict[int, list[str]] = {}

    def take(self, deltas: Iterable[Any]) -> None:
        """Take the pieces that came with one event."""
        for delta in deltas:
            self.add(int(delta.index or 0), getattr(delta, "id", None), delta.function)

    def add(self, index: int, id: str | None, function: Any) -> None:
        """Add a piece of the call at this place."""
        if index not in self._made and len(self._made) >= MOST_CALLS:
            return
        made = self._made.setdefault(index, ["", "", ""])
        made[0] = made[0] or str(id or "")
        made[1] += str(getattr(function, "name", None) or "")
        made[2] += str(getattr(function, "arguments", None) or "")

    def calls(self) -> tuple[ToolCall, ...]:
        """Return what came together, in the order of the answer."""
        return tuple(
            ToolCall(id or f"call_{index + 1}", name, arguments_of(written))
            for index, (id, name, written) in sorted(self._made.items())
        )


def arguments_of(written: str) -> Json:
    """Return the arguments that a model wrote: an object; the text itself, if it is none."""
    text = scrub(written)
    if not text.strip():
        return {}
    try:
        value = decode(text)
        encode(value)
    except ValueError:  # no JSON, or none that is finite
        return text
    return value if isinstance(value, dict) else text
