"""All models that litellm knows: `openai/…`, `anthropic/…`, `ollama/…` and a hundred more, behind our protocol.

Retries, limits and recording are the engine's; here a call is made once, checked for the answers that are
none (no choices, no text, a stream cut short), and every failure becomes a `ModelError`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from studio.models.entropy import mean_bits, token_bits
from studio.models.failures import asker, failure
from studio.models.litellm_access import LOCAL_PROVIDERS, Endpoint, access_for, server_of
from studio.models.litellm_errors import map_error
from studio.models.litellm_params import chat_params
from studio.models.litellm_runtime import RUNTIME, Runtime
from studio.models.litellm_tools import CallPieces, tool_calls_of
from studio.spec.calls import (
    ChatCall,
    ChatReply,
    CompletionCall,
    CompletionReply,
    EmbedReply,
    ModelInfo,
    TokenChoice,
    ToolCall,
)
from studio.support import keys
from studio.support.errors import ModelError

Result = TypeVar("Result")
READ_TIMEOUT_S = 120.0
"""Longest silence of a server, for calls that name no time-out."""
TOTAL_TIMEOUT_S = 900.0
"""Longest duration of such a call, streamed or not."""


class LiteLLM:
    """One model reached through litellm. `info` needs the library: call `prepare` first where blocking matters."""

    def __init__(
        self, name: str, *, endpoint: Endpoint | None = None, keyring: bool = True, runtime: Runtime = RUNTIME
    ) -> None:
        self.name = name
        self._endpoint = endpoint
        self._keyring = keyring
        self._runtime = runtime
        self._info: ModelInfo | None = None
        self._supported: frozenset[str] = frozenset()

    @property
    def info(self) -> ModelInfo:
        if self._info is None:
            self._learn(self._runtime.library())
        assert self._info is not None
        return self._info

    @property
    def retry_transient(self) -> int:
        return 3

    @property
    def deterministic_order(self) -> bool:
        return False

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
            await access_for(library, self.name, self._endpoint, keyring=self._keyring)

        await self._runtime.call(check)

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        """Make one chat request. `on_text` gets the pieces on the caller's event loop. Raises `ModelError`."""
        caller = asyncio.get_running_loop()

        async def ask(library: Any) -> ChatReply:
            self._learn(library)
            params, dropped = chat_params(call, self._supported, self.info.supports_schema)
            request = {"messages": [dict(message) for message in call.messages], **params}
            if on_text is None:
                response, dropped = await self._sent(library.acompletion, request, dropped, call, library)
                return self._reply(library, response, dropped, call)
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
        if not self.name.startswith("text-completion-"):
            raise failure(
                "bad_request",
                "This model offers no text completion.",
                where=self._where(call),
                hint="Ask it by chat, or choose an embedded model for this node.",
            )

        async def ask(library: Any) -> CompletionReply:
            self._learn(library)
            wanted = {"max_tokens": call.max_tokens, "temperature": float(call.temperature), "seed": call.seed}
            request = {"prompt": call.prompt, "logprobs": call.top}
            request |= {name: value for name, value in wanted.items() if name in self._supported}
            response, _ = await self._sent(library.atext_completion, request, (), call, library)
            choice = self._first_choice(response, call)
            choices = _text_choices(choice)
            used_in, used_out = _usage(response)
            return CompletionReply(
                text=choice.text or "",
                choices=choices,
                model=self.name,
                finish_reason=choice.finish_reason or "stop",
                tokens_in=used_in,
                tokens_out=used_out,
                cost_usd=self._cost(library, response),
                entropy=token_bits(c.logprob for c in choices) if choices else None,
            )

        return await self._run(ask, call)

    async def embed(self, texts: list[str], timeout_s: float | None = None) -> EmbedReply:
        """Return a vector for each text. Raises `ModelError`."""
        call = CompletionCall(prompt="", timeout_s=timeout_s)  # what the helpers need to know of a call

        async def ask(library: Any) -> EmbedReply:
            self._learn(library)
            response, _ = await self._sent(library.aembedding, {"input": texts}, (), call, library)
            rows = [row if isinstance(row, Mapping) else row.model_dump() for row in response.data or ()]
            vectors = [[float(x) for x in row["embedding"]] for row in sorted(rows, key=lambda row: row["index"])]
            if len(vectors) != len(texts) or not all(map(len, vectors)):
                raise failure("malformed", "The provider sent not one vector per text.", where=self.name)
            return EmbedReply(vectors, _usage(response)[0], self._cost(library, response))

        return await self._run(ask, call)

    async def _run(self, ask: Callable[[Any], Awaitable[Result]], call: ChatCall | CompletionCall) -> Result:
        limit = TOTAL_TIMEOUT_S if call.timeout_s is None else call.timeout_s

        async def within(library: Any) -> Result:
            try:
                async with asyncio.timeout(limit):
                    return await ask(library)
            except TimeoutError:
                raise failure(
                    "timeout", f"The provider did not answer within {limit:g} s.", where=self._where(call)
                ) from None
            except ModelError:
                raise
            # Whatever a provider's adapter raises ends this call and not the run; `from None` keeps keys out.
            except Exception as error:  # noqa: BLE001
                raise map_error(error, self._where(call)) from None

        return await self._runtime.call(within)

    async def _sent(
        self,
        send: Callable[..., Awaitable[Any]],
        request: dict[str, Any],
        dropped: tuple[str, ...],
        call: ChatCall | CompletionCall,
        library: Any,
    ) -> tuple[Any, tuple[str, ...]]:
        """Send a request once; a parameter that litellm itself refuses for this model is left out and named."""
        access = await access_for(library, self.name, self._endpoint, keyring=self._keyring)
        timeout = READ_TIMEOUT_S if call.timeout_s is None else call.timeout_s
        while True:
            try:
                return await send(model=self.name, timeout=timeout, max_retries=0, **access, **request), dropped
            except library.UnsupportedParamsError as error:  # raised before anything is sent
                refused = [name for name in ("temperature", "seed", "stop", "max_tokens") if name in str(error)]
                refused = [name for name in refused if name in request]
                if not refused:
                    raise
                request = {name: value for name, value in request.items() if name not in refused}
                dropped = (*dropped, *refused)

    def _learn(self, library: Any) -> None:
        """Fill `info` from litellm's tables (no network)."""
        if self._info is not None:
            return
        try:
            _, provider, _, _ = library.get_llm_provider(self.name)
        except library.BadRequestError:
            provider = ""
        self._supported = frozenset(library.get_supported_openai_params(self.name) or ())
        try:
            facts: Mapping[str, Any] = library.get_model_info(self.name)
        # It raises bare `Exception` for models it has no entry for: then context and prices are unknown.
        except Exception:  # noqa: BLE001
            facts = {}
        endpoint = self._endpoint
        schema = bool(library.supports_response_schema(model=self.name)) or provider in LOCAL_PROVIDERS
        self._info = ModelInfo(
            name=self.name,
            supports_schema=schema if endpoint is None or endpoint.schema is None else endpoint.schema,
            supports_logprobs={"logprobs", "top_logprobs"} <= self._supported,
            supports_completion=self.name.startswith("text-completion-"),
            supports_tools="tools" in self._supported,
            context_tokens=(endpoint and endpoint.context) or facts.get("max_input_tokens"),
            billable=not (provider in LOCAL_PROVIDERS or (endpoint is not None and endpoint.loopback)),
            local=provider in LOCAL_PROVIDERS or (endpoint is not None and endpoint.loopback),
        )

    def _reply(self, library: Any, response: Any, dropped: tuple[str, ...], call: ChatCall) -> ChatReply:
        choice = self._first_choice(response, call)
        tokens_in, tokens_out = _usage(response)
        return self._checked(
            choice.message.content,
            choice.finish_reason,
            (tokens_in, tokens_out, self._cost(library, response)),
            _token_bits(choice),
            dropped,
            call,
            tool_calls_of(getattr(choice.message, "tool_calls", None) or ()),
        )

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
                bits += _token_bits(choice)
                pieces.take(getattr(choice.delta, "tool_calls", None) or ())
                if piece := choice.delta.content:
                    text += piece
                    on_text(keys.scrub(piece))
        if last is None and ("stream_options" in self._supported or finish is None):
            raise failure("malformed", "The provider's stream broke off before its end.", where=self._where(call))
        tokens_in, tokens_out = _usage(last)
        spent = (tokens_in, tokens_out, self._cost(library, last) if last is not None else self._free_or_unknown())
        return self._checked(text or None, finish, spent, bits, dropped, call, pieces.calls())

    def _checked(
        self,
        text: str | None,
        finish: str | None,
        spent: tuple[int, int, float | None],
        bits: list[float],
        dropped: tuple[str, ...],
        call: ChatCall,
        tool_calls: tuple[ToolCall, ...],
    ) -> ChatReply:
        if text is None and not tool_calls:
            if finish == "content_filter":
                raise failure("bad_request", "The provider's filter withheld the answer.", where=self._where(call))
            if finish != "length":
                raise failure("malformed", "The provider sent an answer without text.", where=self._where(call))
        tokens_in, tokens_out, cost = spent
        return ChatReply(
            text=keys.scrub(text or ""),
            model=self.name,
            finish_reason=finish or "stop",
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost_usd=cost,
            entropy=mean_bits(bits),
            token_entropy=tuple(bits),
            dropped=dropped,
            tool_calls=tool_calls,
        )

    def _first_choice(self, response: Any, call: ChatCall | CompletionCall) -> Any:
        if not response.choices:
            raise failure(
                "malformed", "The provider sent no answer (its list of choices is empty).", where=self._where(call)
            )
        return response.choices[0]

    def _cost(self, library: Any, response: Any) -> float | None:
        """Return what the call cost in USD, or None where no price is known."""
        if self._endpoint is not None:
            return self._free_or_unknown()
        try:
            return float(library.completion_cost(completion_response=response, model=self.name))
        # It raises bare `Exception` for models without a price.
        except Exception:  # noqa: BLE001
            return self._free_or_unknown()

    def _free_or_unknown(self) -> float | None:
        return None if self.info.billable else 0.0

    def _where(self, call: ChatCall | CompletionCall) -> str:
        return ", ".join(filter(None, (self.name, asker(call.node, call.tick))))


def _usage(response: Any) -> tuple[int, int]:
    usage = getattr(response, "usage", None)
    return (getattr(usage, "prompt_tokens", 0) or 0, getattr(usage, "completion_tokens", 0) or 0)


def _token_bits(choice: Any) -> list[float]:
    found = getattr(choice, "logprobs", None)
    content = found.get("content") if isinstance(found, Mapping) else getattr(found, "content", None)
    bits = []
    for token in content or ():
        entry = token if isinstance(token, Mapping) else token.model_dump()
        if tops := entry.get("top_logprobs"):
            bits.append(token_bits(top["logprob"] for top in tops))
    return bits


def _text_choices(choice: Any) -> tuple[TokenChoice, ...]:
    """Return the first token's choices from either form in which servers give them."""
    found = getattr(choice, "logprobs", None)
    plain = found if isinstance(found, Mapping) else found.model_dump() if found is not None else {}
    if content := plain.get("content"):
        first = content[0] if isinstance(content[0], Mapping) else content[0].model_dump()
        return tuple(TokenChoice(top["token"], float(top["logprob"])) for top in first["top_logprobs"])
    tops = (plain.get("top_logprobs") or [{}])[0] or {}
    return tuple(TokenChoice(token, float(p)) for token, p in sorted(tops.items(), key=lambda item: -item[1]))
