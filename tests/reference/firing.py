"""One firing of an ordinary node, done synchronously: its `run` is called, and a coroutine is driven to its end."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any

from studio.spec.node import Node
from studio.support.errors import NodeError
from studio.support.values import Json


class TinyContext:
    """As much of `RunContext` as a toy node needs: who it is, when it is, and its stores."""

    def __init__(self, node: str, tick: str, find_store: Callable[[str], Any]) -> None:
        self.node = node
        self.tick = tick
        self.run = "reference"
        self.attempt = 1
        self.random = random.Random(f"{node} {tick}")
        self._find_store = find_store

    def store(self, name: str) -> Any:
        """Return the store of this name as the node may see it (rule 2.9)."""
        return self._find_store(name)

    def log(self, label: str, value: Json) -> None:
        """Take a note; the reference keeps none."""

    def say(self, text: str) -> None:
        """Stream text; nobody listens."""


def perform(
    cls: type[Node], params: object, values: dict[str, Any], context: TinyContext, *, attempts: int
) -> dict[str, Any]:
    """Rule 2.11: "`retries` (engine attempts)"; rule 2.7: "Retries are attempts of one firing".

    Returns every declared output with its value or `Absent`. Raises the `NodeError` of the last attempt.
    """
    for attempt in range(1, attempts + 1):
        context.attempt = attempt
        made = cls.inputs(params).holding(dict(values))
        try:
            result = driven(cls().run(context, params, made))  # type: ignore[attr-defined]
        except NodeError:
            if attempt == attempts:
                raise
            continue
        return dict(result.as_dict())
    raise AssertionError("a firing has at least one attempt")


def driven(result: Any) -> Any:
    """Drive an `async def` to its end without an event loop: each bare yield is a turn that passes at once."""
    if not inspect.iscoroutine(result):
        return result
    while True:
        try:
            waited_for = result.send(None)
        except StopIteration as done:
            return done.value
        if waited_for is not None:
            raise AssertionError(f"a toy node waits for {waited_for!r}, which needs an event loop")
