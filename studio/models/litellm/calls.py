"""A model reached through litellm, as far as the library itself and the standard library go: what is sent, what
comes back, and what each failure is called.

Retries, limits and recording are the engine's; here a call is made once, checked for the answers that are none (no
choices, no text), and every failure becomes a `ModelError`. Where calls go, with which key and on which event loop, the
classes made of this one say: the studio's own, and that of standalone scripts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from studio.models.entropy import mean_bits, token_bits
from studio.models.failures import asker, failure
from studio.models.litellm.errors import map_error
from studio.models.litellm.params import chat_params
from studio.models.litellm.tools import tool_calls_of
from studio.models.names import LOCAL_PROVIDERS
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
from studio.support.errors import ModelError
from studio.support.keys import scrub

Result = TypeVar("Result")
READ_TIMEOUT_S = 120.0
"""Longest silence of a server, for calls that name no time-out."""
TOTAL_TIMEOUT_S = 900.0
"""Longest duration of such a call, streamed or not."""


class LiteLLMCalls:
    """One model by its litellm name. `info` is there once the library was asked (`_learn`)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._info: ModelInfo | None = None
        self._supported: frozenset[str] = frozenset()

    @property
    def retry_transient(self) -> int:
        return 3

    @property
    def deterministic_order(self) -> bool:
        return False

    async def _access(self, library: Any) -> dict[str, str]:
        """Return address and key of a call, as far as litellm does not find them itself. Raises `MissingModel`."""
        raise NotImplementedError

    async def _chat(self, library: Any, call: ChatCall) -> ChatReply:
        params, dropped = self._chat_params(call)
        response, dropped = await self._sent(library.acompletion, params, dropped, call, library)
        return self._reply(library, response, dropped, call)

    def _chat_params(self, call: ChatCall) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return what is sent, and the names of what is left out as the model takes it not."""
        params, dropped = chat_params(call, self._supported, self._known.supports_schema)
        return {"messages": [dict(message) for message in call.messages], **params}, dropped

    async def _complete(self, library: Any, call: CompletionCall) -> CompletionReply:
        wanted = {"max_tokens": call.max_tokens, "temperature": float(call.temperature), "seed": call.seed}
        request = {"prompt": call.prompt, "logprobs": call.top}
        request |= {name: value for name, value in wanted.items() if name in self._supported}
        response, _ = await self._sent(library.atext_completion, request, (), call, library)
        choice = self._first_choice(response, call)
        choices = _text_choices(choice)
        used_in, used_out = usage_of(response)
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

    async def _embed(self, library: Any, texts: list[str], call: CompletionCall) -> EmbedReply:
        response, _ = await self._sent(library.aembedding, {"input": texts}, (), call, library)
        rows = [row if isinstance(row, Mapping) else row.model_dump() for row in response.data or ()]
        vectors = [[float(x) for x in row["embedding"]] for row in sorted(rows, key=lambda row: row["index"])]
        if len(vectors) != len(texts) or not all(map(len, vectors)):
            raise failure("malformed", "The provider sent not one vector per text.", where=self.name)
        return EmbedReply(vectors, usage_of(response)[0], self._cost(library, response))

    def _refuse_completion(self, call: CompletionCall) -> None:
        """Only models named `text-completion-…` offer it."""
        if not self.name.startswith("text-completion-"):
            raise failure(
                "bad_request",
                "This model offers no text completion.",
                where=self._where(call),
                hint="Ask it by chat, or choose an embedded model for this node.",
            )

    async def _within(
        self, library: Any, ask: Callable[[Any], Awaitable[Result]], call: ChatCall | CompletionCall
    ) -> Result:
        """Ask within the call's time limit; whatever goes wrong is a `ModelError`."""
        limit = TOTAL_TIMEOUT_S if call.timeout_s is None else call.timeout_s
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

    async def _sent(
        self,
        send: Callable[..., Awaitable[Any]],
        request: dict[str, Any],
        dropped: tuple[str, ...],
        call: ChatCall | CompletionCall,
        library: Any,
    ) -> tuple[Any, tuple[str, ...]]:
        """Send a request once; a parameter that litellm itself refuses for this model is left out and named."""
        access = await self._access(library)
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

    @property
    def _known(self) -> ModelInfo:
        assert self._info is not None
        return self._info

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
        local = provider in LOCAL_PROVIDERS
        self._info = ModelInfo(
            name=self.name,
            supports_schema=bool(library.supports_response_schema(model=self.name)) or local,
            supports_logprobs={"logprobs", "top_logprobs"} <= self._supported,
            supports_completion=self.name.startswith("text-completion-"),
            supports_tools="tools" in self._supported,
            context_tokens=facts.get("max_input_tokens"),
            billable=not local,
            local=local,
        )

    def _reply(self, library: Any, response: Any, dropped: tuple[str, ...], call: ChatCall) -> ChatReply:
        choice = self._first_choice(response, call)
        tokens_in, tokens_out = usage_of(response)
        return self._checked(
            choice.message.content,
            choice.finish_reason,
            (tokens_in, tokens_out, self._cost(library, response)),
            bits_of(choice),
            dropped,
            call,
            tool_calls_of(getattr(choice.message, "tool_calls", None) or ()),
        )

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
            text=scrub(text or ""),
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
        try:
            return float(library.completion_cost(completion_response=response, model=self.name))
        # It raises bare `Exception` for models without a price.
        except Exception:  # noqa: BLE001
            return self._free_or_unknown()

    def _free_or_unknown(self) -> float | None:
        return None if self._known.billable else 0.0

    def _where(self, call: ChatCall | CompletionCall) -> str:
        return ", ".join(filter(None, (self.name, asker(call.node, call.tick))))


def usage_of(response: Any) -> tuple[int, int]:
    """Return the tokens in and out of an answer."""
    usage = getattr(response, "usage", None)
    return (getattr(usage, "prompt_tokens", 0) or 0, getattr(usage, "completion_tokens", 0) or 0)


def bits_of(choice: Any) -> list[float]:
    """Return the entropy in bits of each token of an answer, where its choices are told."""
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
