"""Embedded models: a GGUF file run by llama.cpp in a child process of ours. No key, no network, no cost.

The child is spoken to directly over loopback HTTP, not through the general model library: importing that
library takes longer than loading this model and answering the first call together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any, TypeVar

import orjson

from studio.models import weights
from studio.models.entropy import TOP, mean_bits, token_bits
from studio.models.failures import asker, failure
from studio.models.loopback import BrokenReply, Response, post
from studio.models.model_host import POOL, HostPool, HostSpec, ModelHost
from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, ModelInfo, TokenChoice
from studio.support.errors import ModelError
from studio.support.values import Json, preview

FAMILY_BYTES = 200
"""How much of their beginning two prompts must share to be led to the same slot: about 50 tokens."""

_Read = TypeVar("_Read")

TIMEOUT_S = 300.0
"""For calls that name no time-out. The time a call waits for its turn does not count."""
MAX_TOKENS = 512
"""Length of an answer that names no limit: a small model that does not end by itself must be ended."""


class Embedded:
    """One embedded model. Deterministic: the same request gives the same answer on the same kind of processor."""

    def __init__(self, name: str, spec: HostSpec, pool: HostPool = POOL) -> None:
        self._spec = spec
        self._pool = pool
        self._info = ModelInfo(
            name=name,
            supports_schema=True,
            supports_logprobs=True,
            supports_completion=True,
            context_tokens=spec.context,
            local=True,
        )

    @property
    def info(self) -> ModelInfo:
        return self._info

    @property
    def retry_transient(self) -> int:
        """One repeat: it is what a crash of the host costs."""
        return 1

    @property
    def deterministic_order(self) -> bool:
        return False

    def repeats(self, temperature: float) -> bool:
        """True at any temperature: the seed decides what is drawn."""
        return True

    async def fingerprint(self) -> str:
        """Return the weights by their hash, whatever the file is called, and what else decides about an answer."""
        digest = await asyncio.to_thread(weights.content_hash_of, self._spec.model)
        return f"{digest} context={self._spec.context} exact={self._spec.exact} engine={_engine_version()}"

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        """Answer a chat. With a schema the answer is constrained to it token by token. Raises `ModelError`."""
        body: dict[str, Json] = {
            "messages": [dict(message) for message in call.messages],
            "max_tokens": call.max_tokens or MAX_TOKENS,
            "temperature": float(call.temperature),
            "seed": _seed(call.seed),
        }
        if call.stop:
            body["stop"] = list(call.stop)
        if call.schema is not None:
            body["response_format"] = {"type": "json_schema", "json_schema": {"schema": dict(call.schema)}}
        if call.logprobs:
            body |= {"logprobs": True, "top_logprobs": TOP}
        if on_text is None:
            reply = await self._ask("/v1/chat/completions", body, call)
            choice = self._choice(reply, call)
            text, tokens = (choice.get("message") or {}).get("content"), _logprobs(choice)
            finish, usage = choice.get("finish_reason"), reply.get("usage") or {}
        else:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
            text, tokens, finish, usage = await self._stream(body, call, on_text)
        if not isinstance(text, str):
            raise failure("malformed", "The embedded model sent a reply without text.", where=self._where(call))
        bits = tuple(token_bits(c["logprob"] for c in token["top_logprobs"]) for token in tokens)
        return ChatReply(
            text=text,
            model=self._info.name,
            finish_reason=finish or "stop",
            tokens_in=usage.get("prompt_tokens", 0),
            tokens_out=usage.get("completion_tokens", 0),
            entropy=mean_bits(bits),
            token_entropy=bits,
        )

    async def complete(self, call: CompletionCall) -> CompletionReply:
        """Continue a text and tell the likeliest choices for its first token. Raises `ModelError`."""
        body: dict[str, Json] = {
            "prompt": call.prompt,
            "max_tokens": call.max_tokens,
            "temperature": float(call.temperature),
            "seed": _seed(call.seed),
            "logprobs": call.top,
        }
        reply = await self._ask("/v1/completions", body, call)
        choice, usage = self._choice(reply, call), reply.get("usage") or {}
        tokens = _logprobs(choice)
        choices = tuple(TokenChoice(c["token"], c["logprob"]) for c in (tokens[0]["top_logprobs"] if tokens else ()))
        return CompletionReply(
            text=choice.get("text") or "",
            choices=choices,
            model=self._info.name,
            finish_reason=choice.get("finish_reason") or "stop",
            tokens_in=usage.get("prompt_tokens", 0),
            tokens_out=usage.get("completion_tokens", 0),
            entropy=token_bits(c.logprob for c in choices) if choices else None,
        )

    async def _ask(self, path: str, body: dict[str, Json], call: ChatCall | CompletionCall) -> dict[str, Any]:
        async def read(response: Response) -> dict[str, Any]:
            data = await response.body()
            if response.status != 200:
                raise self._refused(response.status, data, call)
            reply = _json(data)
            if not isinstance(reply, dict):
                raise BrokenReply("the reply is no JSON object")
            return reply

        return await self._with_host(path, body, call, read)

    async def _stream(
        self, body: dict[str, Json], call: ChatCall, on_text: Callable[[str], None]
    ) -> tuple[str, list[Any], str, dict[str, Any]]:
        async def read(response: Response) -> tuple[str, list[Any], str, dict[str, Any]]:
            if response.status != 200:
                raise self._refused(response.status, await response.body(), call)
            text, finish, tokens, usage = "", "", [], None
            async for line in response.lines():
                if not line.startswith(b"data: ") or line == b"data: [DONE]":
                    continue
                event = _json(line[6:])
                if "error" in event:
                    raise self._refused(event["error"].get("code", 500), line[6:], call)
                usage = event.get("usage") or usage
                for choice in event.get("choices", ()):
                    tokens += _logprobs(choice)
                    finish = choice.get("finish_reason") or finish
                    if piece := choice["delta"].get("content"):
                        text += piece
                        on_text(piece)
            if usage is None:
                raise BrokenReply("the stream ended before its last event")
            return text, tokens, finish, usage

        return await self._with_host("/v1/chat/completions", body, call, read)

    async def _with_host(
        self,
        path: str,
        body: dict[str, Json],
        call: ChatCall | CompletionCall,
        read: Callable[[Response], Awaitable[_Read]],
    ) -> _Read:
        """Send the request to a running host and read the reply; say what happened if that does not work."""
        limit = TIMEOUT_S if call.timeout_s is None else call.timeout_s
        async with self._pool.gate(self._spec).turn(_family(body)) as slot:
            host = await self._pool.get(self._spec)
            data = orjson.dumps({**body, "id_slot": slot})
            try:
                async with asyncio.timeout(limit), post(host.address, path, data) as response:
                    return await read(response)
            except TimeoutError:
                raise failure(
                    "timeout", f"The embedded model did not answer within {limit:g} s.", where=self._where(call)
                ) from None
            except BrokenReply as error:
                raise await asyncio.to_thread(self._broken, host, error, call) from None

    def _broken(self, host: ModelHost, error: BrokenReply, call: ChatCall | CompletionCall) -> ModelError:
        # A dying process closes its connections before it can be waited for: give it a moment.
        if host.wait(1.0):
            return failure(
                "server",
                f"The embedded model's process ended during the call ({host.cause_of_death()}).",
                where=self._where(call),
                hint="The next call starts it again.",
            )
        return failure("malformed", f"The embedded model's reply broke off: {error}.", where=self._where(call))

    def _refused(self, status: int, data: bytes, call: ChatCall | CompletionCall) -> ModelError:
        try:
            found = orjson.loads(data)["error"]
            said, kind = str(found["message"]), str(found.get("type", ""))
        except (ValueError, KeyError, TypeError):
            said, kind = data.decode("utf-8", "replace"), ""
        if kind == "exceed_context_size_error" or "context size" in said:
            return failure(
                "context_window",
                f"The request is longer than the model's context of {self._spec.context} tokens.",
                where=self._where(call),
                hint="Shorten the input, or raise the setting models.context.",
            )
        kind = "bad_request" if 400 <= status < 500 else "server"
        return failure(kind, f"The embedded model refused the request: {preview(said, 300)}", where=self._where(call))

    def _choice(self, reply: dict[str, Any], call: ChatCall | CompletionCall) -> dict[str, Any]:
        choices = reply.get("choices")
        if not choices:
            raise failure("malformed", "The embedded model sent no answer.", where=self._where(call))
        found: dict[str, Any] = choices[0]
        return found

    def _where(self, call: ChatCall | CompletionCall) -> str:
        return ", ".join(filter(None, (self._info.name, asker(call.node, call.tick))))


@lru_cache(maxsize=1)
def _engine_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("xllamacpp")
    except PackageNotFoundError:
        return ""


def _family(body: dict[str, Json]) -> str:
    """Return how the prompt begins: calls that agree in this are best answered by one slot, one after another."""
    return orjson.dumps(body.get("messages", body.get("prompt")))[:FAMILY_BYTES].decode("utf-8", "replace")


def _seed(seed: int) -> int:
    """Return the seed as the engine takes it: 32 bits, and not its sign for "random"."""
    return seed % (2**32 - 1)


def _logprobs(choice: dict[str, Any]) -> list[Any]:
    return (choice.get("logprobs") or {}).get("content") or []


def _json(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BrokenReply("the reply is no JSON") from None
