"""All models that litellm knows: `openai/…`, `anthropic/…`, `ollama/…` and a hundred more, behind our protocol.

What is sent and what comes back is in `calls`; here is where calls go, on which event loop, and the streams of
those who watch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

from studio.models.failures import failure
from studio.models.litellm.access import Endpoint, access_for, server_of
from studio.models.litellm.calls import LiteLLMCalls, bits_of, usage_of
from studio.models.litellm.runtime import RUNTIME, Runtime
from studio.models.litellm.tools import CallPieces
from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, EmbedReply, ModelInfo
from studio.support import keys

Result = TypeVar("Result")


class LiteLLM(LiteLLMCalls):
    """One model reached through litellm. `info` needs the library: call `prepare` first where blocking matters."""

    def __init__(
        self, name: str, *, endpoint: Endpoint | None = None, keyring: bool = True, runtime: Runtime = RUNTIME
    ) -> None:
        super().__init__(name)
        self._endpoint = endpoint
        self._keyring = keyring
        self._runtime = runtime

    @property
    def info(self) -> ModelInfo:
        if self._info is None:
            self._learn(self._runtime.library())
        return self._known

    def repeats(self, temperature: float) -> bool:
        """True at temperature 0, as far as providers keep that: seeds are a wish."""
        return temperature == 0

    async def fingerprint(self) -> str:
        """Return where calls go: two servers may use one model name."""
        return server_of(self._endpoint)

    async def prepare(self) -> None:
        """Load the library off the event loop and check name and key. Raises `MissingModel` saying what is missing."""

        async def check(library: Any) -> None:
            self._learn(library)
            await self._access(library)

        await self._runtime.call(check)

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        """Make one chat request. `on_text` gets the pieces on the caller's event loop. Raises `ModelError`."""
        caller = asyncio.get_running_loop()

        async def ask(library: Any) -> ChatReply:
            if on_text is None:
                return await self._chat(library, call)
            request, dropped = self._chat_params(call)
            request["stream"] = True
            if "stream_options" in self._supported:
                request["stream_options"] = {"include_usage": True}
            stream, dropped = await self._sent(library.acompletion, request, dropped, call, library)
            return await self._read_stream(
                library, stream, dropped, call, lambda text: caller.call_soon_threadsafe(on_text, text)
            )

        return await self._run(ask, call)

    async def complete(self, call: CompletionCall) -> CompletionReply:
        """Make one text completion with token choices; only models named `text-completion-…` offer it."""
        self._refuse_completion(call)
        return await self._run(lambda library: self._complete(library, call), call)

    async def embed(self, texts: list[str], timeout_s: float | None = None) -> EmbedReply:
        """Return a vector for each text. Raises `ModelError`."""
        call = CompletionCall(prompt="", timeout_s=timeout_s)  # what the helpers need to know of a call
        return await self._run(lambda library: self._embed(library, texts, call), call)

    async def _run(self, ask: Callable[[Any], Awaitable[Result]], call: ChatCall | CompletionCall) -> Result:
        async def learned(library: Any) -> Result:
            self._learn(library)
            return await ask(library)

        return await self._runtime.call(lambda library: self._within(library, learned, call))

    async def _access(self, library: Any) -> dict[str, str]:
        return await access_for(library, self.name, self._endpoint, keyring=self._keyring)

    def _learn(self, library: Any) -> None:
        known, endpoint = self._info is not None, self._endpoint
        super()._learn(library)
        if known or endpoint is None:
            return
        info = self._known
        self._info = replace(
            info,
            supports_schema=info.supports_schema if endpoint.schema is None else endpoint.schema,
            context_tokens=endpoint.context or info.context_tokens,
            billable=info.billable and not endpoint.loopback,
            local=info.local or endpoint.loopback,
        )

    def _cost(self, library: Any, response: Any) -> float | None:
        return super()._cost(library, response) if self._endpoint is None else self._free_or_unknown()

    async def _read_stream(
        self, library: Any, stream: Any, dropped: tuple[str, ...], call: ChatCall, on_text: Callable[[str], object]
    ) -> ChatReply:
        text, finish, bits, last = "", None, [], None
        pieces = CallPieces()
        async for chunk in stream:
            if getattr(chunk, "usage", None) is not None:
                last = chunk
            for choice in chunk.choices:
                finish = choice.finish_reason or finish
                bits += bits_of(choice)
                pieces.take(getattr(choice.delta, "tool_calls", None) or ())
                if piece := choice.delta.content:
                    text += piece
                    on_text(keys.scrub(piece))
        if last is None and ("stream_options" in self._supported or finish is None):
            raise failure("malformed", "The provider's stream broke off before its end.", where=self._where(call))
        tokens_in, tokens_out = usage_of(last)
        spent = (tokens_in, tokens_out, self._cost(library, last) if last is not None else self._free_or_unknown())
        return self._checked(text or None, finish, spent, bits, dropped, call, pieces.calls())
