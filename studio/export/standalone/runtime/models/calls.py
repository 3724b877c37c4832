"""A model as a firing sees it: the calls that the studio's engine makes, recorded alike (`studio.engine.handles`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studio.export.standalone.runtime.effects import Answered, ask
from studio.spec.calls import (
    ChatCall,
    ChatReply,
    CompletionCall,
    CompletionReply,
    Message,
    ModelProvider,
    ToolOffer,
)
from studio.support.values import Json, hash_bytes, sorted_encode
from studio.trace.log import CACHED

if TYPE_CHECKING:
    from studio.export.standalone.runtime.firing import Firing


class Once:
    """Questions that many firings ask alike, under way or answered: asked once, and charged to whoever is first."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Future[Answered]] = {}
        self._charged: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._tasks

    async def answer(self, key: str, perform: Callable[[], Coroutine[Any, Any, Answered]]) -> Answered:
        """Return the answer. The asking outlives its first asker, who may run out of time."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.ensure_future(perform())
            task.add_done_callback(_look_at)
        try:
            response, facts = await asyncio.shield(task)
        except Exception:  # failures are not kept: the next who asks tries anew
            if self._tasks.get(key) is task:
                del self._tasks[key]
            raise
        if key in self._charged:
            return response, {**facts, "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0, "origin": CACHED}
        self._charged.add(key)
        return response, facts

    def close(self) -> None:
        """Give up what nobody waits for any more."""
        for task in self._tasks.values():
            task.cancel()


class Calls:
    """A model in the hands of one firing. Its methods raise `ModelError`."""

    def __init__(self, firing: Firing, provider: ModelProvider, slot: asyncio.Semaphore, once: Once) -> None:
        """`slot` is held while the model is asked."""
        self._firing = firing
        self._provider = provider
        self._slot = slot
        self._once = once
        self.info = provider.info

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Json] | None = None,
        max_tokens: int | None = None,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        tools: Sequence[ToolOffer] = (),
        must_call: bool = False,
        timeout_s: float | None = None,
    ) -> ChatReply:
        """Ask for a chat reply."""
        firing = self._firing
        call = ChatCall(
            messages=tuple(messages), schema=schema, max_tokens=max_tokens, temperature=temperature,
            seed=firing.region.run.seed, stop=tuple(stop), logprobs=self.info.supports_logprobs, tools=tuple(tools),
            must_call=must_call, timeout_s=timeout_s, node=firing.node, tick=firing.tick,
        )  # fmt: skip

        async def perform() -> Answered:
            async with self._slot:
                reply = await self._provider.chat(call)
            return reply.to_json(), facts_of(reply)

        return ChatReply.from_json(await self._ask("chat", call.canonical(self.info.name), perform))

    async def complete(
        self, prompt: str, *, max_tokens: int = 1, top: int = 200, timeout_s: float | None = None, once: bool = False
    ) -> CompletionReply:
        """Complete a text; with `once` the run remembers the answer for whoever asks alike."""
        firing = self._firing
        call = CompletionCall(
            prompt=prompt, max_tokens=max_tokens, seed=firing.region.run.seed, top=top, timeout_s=timeout_s,
            node=firing.node, tick=firing.tick,
        )  # fmt: skip

        async def perform() -> Answered:
            async with self._slot:
                reply = await self._provider.complete(call)
            return reply.to_json(), facts_of(reply)

        return CompletionReply.from_json(await self._ask("complete", call.canonical(self.info.name), perform, once))

    async def _ask(
        self, kind: str, request: Json, perform: Callable[[], Coroutine[Any, Any, Answered]], once: bool = False
    ) -> Any:
        key = hash_bytes(sorted_encode([kind, self.info.name, request])) if once else ""
        return await ask(
            self._firing, kind, self.info.name, request,
            (lambda: self._once.answer(key, perform)) if once else perform,
            billable=self.info.billable, is_model=True, counts=key not in self._once,
            retries=self._provider.retry_transient,
        )  # fmt: skip


def facts_of(reply: ChatReply | CompletionReply) -> dict[str, Any]:
    """What a reply used and how it ended, as it is recorded beside it."""
    return {
        "tokens_in": reply.tokens_in,
        "tokens_out": reply.tokens_out,
        "cost_usd": reply.cost_usd,
        "finish_reason": reply.finish_reason,
        "entropy": reply.entropy,
    }


def _look_at(task: asyncio.Future[Answered]) -> None:
    """Whoever waits for it raises its error; here it only counts as looked at."""
    if not task.cancelled():
        task.exception()
