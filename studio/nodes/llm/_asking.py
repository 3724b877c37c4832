"""`Asker`: the model calls of one firing, under its cost cap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.spec.calls import ChatReply, CompletionReply, Message, ModelInfo, ToolOffer
from studio.spec.context import RunContext
from studio.support.errors import ModelError
from studio.support.values import Json


class Asker:
    """Asks models by name and adds up what it costs. One per firing.

    A question shared by firings (`once`) counts in full in each, so that the cap never depends on which came first.
    """

    def __init__(self, ctx: RunContext, cap_usd: float | None = None) -> None:
        self.ctx = ctx
        self._cap = cap_usd
        self._spent = 0.0
        self._unknown = ""

    def info(self, model: str) -> ModelInfo:
        """Return what the named model can do."""
        return self.ctx.model(model).info

    async def chat(
        self,
        model: str,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Json] | None = None,
        max_tokens: int | None = None,
        temperature: float = 0.0,
        tools: Sequence[ToolOffer] = (),
        must_call: bool = False,
    ) -> ChatReply:
        """Ask for a chat reply. Raises `ModelError` (`cost_cap`) once the firing's cap is spent."""
        self._keep_the_cap()
        reply = await self.ctx.model(model).chat(
            messages, schema=schema, max_tokens=max_tokens, temperature=temperature, tools=tools, must_call=must_call
        )
        self._count(reply)
        return reply

    async def complete(self, model: str, prompt: str, *, once: bool = False) -> CompletionReply:
        """Ask for the next token of a text. `once`: other firings ask the very same (see `RunContext`)."""
        self._keep_the_cap()
        reply = await self.ctx.model(model).complete(prompt, max_tokens=1, once=once)
        self._count(reply)
        return reply

    def _count(self, reply: ChatReply | CompletionReply) -> None:
        if reply.cost_usd is None:
            self._unknown = reply.model or "this model"
        else:
            self._spent += reply.cost_usd

    def _keep_the_cap(self) -> None:
        if self._cap is None:
            return
        if self._unknown:
            raise ModelError(
                f"The price of {self._unknown} is unknown, so the cap of {self._cap:g} USD per firing cannot be kept.",
                hint="Remove `cost_usd` and limit `max_tokens` and `repairs` instead, or choose a model with a price.",
                code="cost_cap",
            )
        if self._spent and self._spent >= self._cap:
            raise ModelError(
                f"This firing has spent {self._spent:.6g} USD of its cap of {self._cap:g} USD and needs another call.",
                hint="Raise `cost_usd`, or lower `repairs` and `max_tokens`.",
                code="cost_cap",
            )
