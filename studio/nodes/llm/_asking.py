"""`Asker`: the model calls of one firing, under its cost cap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from studio.spec.calls import ChatReply, Message, ModelInfo
from studio.spec.context import RunContext
from studio.support.values import Json


class Asker:
    """Asks models by name and adds up what it costs. One per firing.

    A question shared by firings (`once`) counts in full in each, so that the cap never depends on which came first.
    """

    def __init__(self, ctx: RunContext, cap: Callable[[float, str], None] | None = None) -> None:
        self.ctx = ctx
        self._cap = cap
        self._spent = 0.0
        self._unpriced = ""

    def info(self, model: str) -> ModelInfo:
        """Return what the named model can do."""
        return self.ctx.model(model).info

    async def chat(
        self,
        model: str,
        messages: Sequence[Message],
        schema: Mapping[str, Json] | None = None,
        *,
        max_tokens: int | None,
        temperature: float,
    ) -> ChatReply:
        """Ask for a chat reply. Raises `ModelError` (`cost_cap`) once the firing's cap is spent."""
        self.keep_the_cap()
        reply = await self.ctx.model(model).chat(
            messages, schema=schema, max_tokens=max_tokens, temperature=temperature
        )
        self.count(reply.cost_usd, reply.model)
        return reply

    def count(self, cost_usd: float | None, model: str) -> None:
        """Add what a call of this model cost; None: nobody knows."""
        if cost_usd is None:
            self._unpriced = model or "this model"
        else:
            self._spent += cost_usd

    def keep_the_cap(self) -> None:
        """Raise `ModelError` (`cost_cap`) if another call would break the cap, or might."""
        if self._cap is not None:
            self._cap(self._spent, self._unpriced)
