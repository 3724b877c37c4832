"""`FakeContext` over a real provider, for tests marked `embedded`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.spec import ChatReply, CompletionReply, Message, ModelInfo
from studio.spec.calls import ChatCall, CompletionCall, ModelProvider, ToolOffer
from studio.support.values import Json
from tests.support.fake_context import FakeContext


class ProviderContext(FakeContext):
    """A context whose every model is one provider; `asked` counts its calls."""

    def __init__(self, provider: ModelProvider) -> None:
        super().__init__()
        self.provider = provider
        self.asked = 0
        self.once: dict[str, CompletionReply] = {}

    def model(self, name: str = "default") -> ProviderCalls:  # type: ignore[override]
        return ProviderCalls(self)


class ProviderCalls:
    def __init__(self, ctx: ProviderContext) -> None:
        self._ctx = ctx

    @property
    def info(self) -> ModelInfo:
        return self._ctx.provider.info

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
        self._ctx.asked += 1
        return await self._ctx.provider.chat(
            ChatCall(
                tuple(messages),
                schema,
                max_tokens,
                temperature,
                stop=tuple(stop),
                tools=tuple(tools),
                must_call=must_call,
                timeout_s=timeout_s,
            )
        )

    async def complete(
        self, prompt: str, *, max_tokens: int = 1, top: int = 200, timeout_s: float | None = None, once: bool = False
    ) -> CompletionReply:
        if once and prompt in self._ctx.once:
            return self._ctx.once[prompt]
        self._ctx.asked += 1
        reply = await self._ctx.provider.complete(CompletionCall(prompt, max_tokens, top=top, timeout_s=timeout_s))
        if once:
            self._ctx.once[prompt] = reply
        return reply
