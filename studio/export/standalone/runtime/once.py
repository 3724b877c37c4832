"""Questions that many firings ask alike, asked once for all of them: the texts that routes are compared with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from studio.support.values import Json, hash_bytes, sorted_encode
from studio.trace.log import CACHED

Answered = tuple[Json, dict[str, Any]]


class Once:
    """What a run remembers of them."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Future[Answered]] = {}
        self._charged: set[str] = set()

    def knows(self, asked: Json) -> bool:
        """True if this was asked already, answered or not."""
        return hash_bytes(sorted_encode(asked)) in self._asked

    async def answer(self, asked: Json, perform: Callable[[], Coroutine[Any, Any, Answered]]) -> Answered:
        """Ask for all; the asking outlives its first asker, who may run out of time. Only one of them is charged."""
        key = hash_bytes(sorted_encode(asked))
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.ensure_future(perform())
            # Whoever waits for it raises its error; here it only counts as looked at.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            response, facts = await asyncio.shield(task)
        except Exception:  # failures are not kept: the next who asks tries anew
            if self._asked.get(key) is task:
                del self._asked[key]
            raise
        if key in self._charged:
            return response, {**facts, "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0, "origin": CACHED}
        self._charged.add(key)
        return response, facts

    def close(self) -> None:
        """Give up what is asked for nobody any more."""
        for task in self._asked.values():
            task.cancel()
