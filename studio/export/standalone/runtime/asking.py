"""A model as a firing sees it: a question becomes a request, as the studio records it, and the answer a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studio.export.standalone.runtime.calls import ChatReply, TokenChoice
from studio.spec.calls import Message, ModelInfo
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.export.standalone.runtime.outside import AskingFiring


class Calls:
    """The model that a role or name stands for. `info` says what it can do."""

    def __init__(self, firing: AskingFiring, provider: Any) -> None:
        self._firing = firing
        self._provider = provider
        self.info: ModelInfo = provider.info

    async def chat(
        self, messages: Sequence[Message], *, schema: Mapping[str, Json] | None = None, max_tokens: int | None = None,
        temperature: float = 0.0, stop: Sequence[str] = (), tools: Sequence[Any] = (), must_call: bool = False,
        timeout_s: float | None = None,
    ) -> ChatReply:  # fmt: skip
        """Ask for a chat reply. Raises `ModelError`."""
        request: dict[str, Json] = {
            "model": self.info.name, "messages": [dict(message) for message in messages],
            "schema": None if schema is None else dict(schema), "max_tokens": max_tokens,
            "temperature": float(temperature), "seed": self._firing.region.run.seed, "stop": list(stop),
            "logprobs": self.info.supports_logprobs,
        }  # fmt: skip
        if tools:
            request |= self._firing.outside.models.tools.offered(tools, must_call)
        response = await self._ask("chat", self._provider.chat, request, timeout_s)
        if "tool_calls" in response and self._firing.outside.models.tools is not None:
            response = {**response, "tool_calls": self._firing.outside.models.tools.made(response["tool_calls"])}
        return ChatReply(**response)

    async def complete(
        self, prompt: str, *, max_tokens: int = 1, top: int = 200, timeout_s: float | None = None, once: bool = False
    ) -> ChatReply:
        """Complete a text. Raises `ModelError`."""
        request: dict[str, Json] = {
            "model": self.info.name, "prompt": prompt, "max_tokens": max_tokens, "temperature": 0.0,
            "seed": self._firing.region.run.seed, "top": top,
        }  # fmt: skip
        response = await self._ask("complete", self._provider.complete, request, timeout_s, once)
        return ChatReply(**{**response, "choices": [TokenChoice(*choice) for choice in response["choices"]]})

    async def _ask(self, kind: str, send: Any, request: Json, timeout_s: float | None, once: bool = False) -> Any:
        firing = self._firing

        async def perform() -> tuple[Json, dict[str, Any]]:
            async with firing.outside.models.slot(self.info):
                response = await send(request, firing, timeout_s)
            told = ("tokens_in", "tokens_out", "cost_usd", "finish_reason", "entropy")
            return response, {name: response[name] for name in told}

        return await firing.ask(
            kind, self.info.name, request, perform, billable=self.info.billable,
            retries=self._provider.retry_transient, is_model=True, once=once,
        )  # fmt: skip
