"""A model that litellm knows, as a script asks it: on its own event loop, with keys from the environment.

Requests, answers and the words for failures are those of the studio's own classes (`studio.models.litellm`).
"""

from __future__ import annotations

import asyncio
import email.utils
import gc
import math
import os
import re
import time
import warnings
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import Any

from studio.models.failures import MissingModel, asker, failure
from studio.models.names import LOCAL_PROVIDERS
from studio.spec.calls import ModelInfo
from studio.support.errors import ModelError
from studio.support.keys import scrub, scrub_error
from studio.support.values import Json, preview

SILENCE_S, LONGEST_S = 120.0, 900.0
"""Longest silence of a server, and longest duration, of calls that name no time limit."""

TOP = 20
"""Likeliest tokens that are asked for."""


class LiteLLM:
    """One model by its litellm name. `info` needs the library: call `prepare` first where blocking matters."""

    retry_transient = 3
    deterministic_order = False

    def __init__(self, name: str, tools: Any = None) -> None:
        """`tools` knows how tools are offered, where some are."""
        self.name = name
        self._tools = tools

    @cached_property
    def takes(self) -> frozenset[str]:
        """The parameters that the model takes."""
        return frozenset(_library().get_supported_openai_params(self.name) or ())

    @cached_property
    def info(self) -> ModelInfo:
        """What the model can do, by litellm's tables."""
        library = _library()
        try:
            _, provider, _, _ = library.get_llm_provider(self.name)
        except library.BadRequestError:
            provider = ""
        try:
            facts = library.get_model_info(self.name)
        except Exception:  # noqa: BLE001 - raised bare for models without an entry: context and prices are unknown
            facts = {}
        local = provider in LOCAL_PROVIDERS
        return ModelInfo(
            name=self.name,
            supports_schema=bool(library.supports_response_schema(model=self.name)) or local,
            supports_logprobs={"logprobs", "top_logprobs"} <= self.takes,
            supports_tools="tools" in self.takes,
            context_tokens=facts.get("max_input_tokens"),
            billable=not local,
            local=local,
        )

    async def prepare(self) -> None:
        """Load the library, and check name and key. Raises `MissingModel` saying what is missing."""
        self._require_access(await asyncio.to_thread(_library))

    def _require_access(self, library: Any) -> None:
        """Check that the library will find a key, and sends it nowhere that a graph says. Raises `MissingModel`."""
        if "://" in self.name:
            raise MissingModel(
                f"The model name {self.name!r} holds an address, and no graph says where keys are sent.",
                hint="Name the server in the environment, as litellm describes: OPENAI_API_BASE, OLLAMA_API_BASE.",
                code="auth",
            )
        try:
            library.get_llm_provider(self.name)
        except library.BadRequestError:
            raise MissingModel(
                f"There is no model provider for {self.name!r}.",
                hint="Write provider/model, as in openai/gpt-4o-mini, anthropic/…, ollama/….",
                code="not_found",
            ) from None
        missing = [] if self.info.local else library.validate_environment(self.name)["missing_keys"]
        if any(os.environ.get(key) for key in missing if key.endswith("_API_KEY")):
            missing = [key for key in missing if not key.endswith("_API_KEY")]  # either of two names will do
        if missing:
            names = " or ".join(missing) if all("API_KEY" in key for key in missing) else " and ".join(missing)
            raise MissingModel(
                f"No key for {self.name}: the environment variable {names} is not set.",
                hint=f"Set {names}, or choose another model: by --model, or in the node that names it.",
                code="auth",
            )

    async def chat(self, request: dict[str, Json], by: Any, timeout_s: float | None = None) -> dict[str, Json]:
        """Ask for a chat reply: `request` and answer as recorded, `by` with node and tick. Raises `ModelError`."""
        where = ", ".join(filter(None, (self.name, asker(by.node, by.tick))))

        async def ask(library: Any) -> dict[str, Json]:
            params, left_out = self._params(request)
            response, dropped = await self.sent(library, library.acompletion, params, timeout_s)
            return {**self._answer(library, response, where), "dropped": [*left_out, *dropped]}

        answer: dict[str, Json] = await self.within(ask, where, timeout_s)
        return answer

    async def complete(self, request: dict[str, Json], by: Any, timeout_s: float | None = None) -> dict[str, Json]:
        """Raise `ModelError`: in a script only a script of answers completes texts."""
        where = ", ".join(filter(None, (self.name, asker(by.node, by.tick))))
        hint = "Ask it by chat, or choose an embedded model for this node."
        raise failure("bad_request", "This model offers no text completion.", where=where, hint=hint)

    async def within(self, ask: Callable[[Any], Awaitable[Any]], where: str, timeout_s: float | None = None) -> Any:
        """Ask within the time limit; whatever goes wrong is a `ModelError`."""
        limit = LONGEST_S if timeout_s is None else timeout_s
        library = await asyncio.to_thread(_library)
        try:
            async with asyncio.timeout(limit):
                return await ask(library)
        except TimeoutError:
            raise failure("timeout", f"The provider did not answer within {limit:g} s.", where=where) from None
        except ModelError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever an adapter raises; `from None` keeps keys out
            raise _failure_of(error, where) from None

    async def sent(
        self, library: Any, send: Any, params: dict[str, Any], timeout_s: float | None = None
    ) -> tuple[Any, list[str]]:
        """Send once; what litellm itself refuses to send to this model is left out, and named."""
        self._require_access(library)
        timeout, dropped = SILENCE_S if timeout_s is None else timeout_s, list[str]()
        while True:
            try:
                return await send(model=self.name, timeout=timeout, max_retries=0, **params), dropped
            except library.UnsupportedParamsError as error:  # raised before anything is sent
                refused = [name for name in ("temperature", "seed", "stop", "max_tokens") if name in str(error)]
                refused = [name for name in refused if name in params]
                if not refused:
                    raise
                params = {name: value for name, value in params.items() if name not in refused}
                dropped += refused

    def _params(self, request: dict[str, Json]) -> tuple[dict[str, Any], list[str]]:
        """Return what is sent, and the names of what the model does not take."""
        wanted = {name: request[name] for name in ("temperature", "seed", "max_tokens", "stop")}
        wanted = {name: value for name, value in wanted.items() if value is not None and value != []}
        params = {name: value for name, value in wanted.items() if name in self.takes}
        dropped = [name for name in wanted if name not in params]
        if request["logprobs"] and self.info.supports_logprobs:
            params |= {"logprobs": True, "top_logprobs": TOP}
        elif request["logprobs"]:
            dropped.append("logprobs")
        if request.get("tools") and "tools" in self.takes:
            params |= self._tools.params(request, self.takes)
        elif request.get("tools"):
            dropped.append("tools")
        schema = request["schema"]
        if schema is not None and self.info.supports_schema and "response_format" in self.takes:
            form = {"name": "answer", "schema": schema, "strict": _may_be_strict(schema)}
            params["response_format"] = {"type": "json_schema", "json_schema": form}
        elif schema is not None:
            dropped.append("schema")
        return {"messages": request["messages"], **params}, dropped

    def _answer(self, library: Any, response: Any, where: str) -> dict[str, Json]:
        if not response.choices:
            raise failure("malformed", "The provider sent no answer (its list of choices is empty).", where=where)
        choice = response.choices[0]
        text, finish = choice.message.content, choice.finish_reason
        called = [] if self._tools is None else self._tools.called(choice.message)
        if text is None and not called and finish == "content_filter":
            raise failure("bad_request", "The provider's filter withheld the answer.", where=where)
        if text is None and not called and finish != "length":
            raise failure("malformed", "The provider sent an answer without text.", where=where)
        tokens_in, tokens_out = usage_of(response)
        bits = _bits_of(choice)
        return {
            "text": scrub(text or ""), "model": self.name, "finish_reason": finish or "stop", "tokens_in": tokens_in,
            "tokens_out": tokens_out, "cost_usd": self.cost(library, response),
            "entropy": math.fsum(bits) / len(bits) if bits else None, "token_entropy": bits, "dropped": [],
            **({"tool_calls": called} if called else {}),
        }  # fmt: skip

    def cost(self, library: Any, response: Any) -> float | None:
        """Return what a call cost in USD, None where no price is known."""
        try:
            return float(library.completion_cost(completion_response=response, model=self.name))
        except Exception:  # noqa: BLE001 - raised bare for models without a price
            return None if self.info.billable else 0.0


def _library() -> Any:
    """Import litellm, with settings for a program that speaks for itself. Raises `MissingModel` if it is not there."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it downloads prices while importing
    warnings.filterwarnings("ignore", module=r"(litellm|pydantic)\b")
    collecting = gc.isenabled()
    gc.disable()  # else it looks again and again through what importing makes, a tenth of the seconds that this takes
    try:
        import litellm
    except ImportError as error:
        raise MissingModel(
            f"The package litellm cannot be loaded ({error}).", hint="Install it: pip install litellm", code="not_found"
        ) from None
    finally:
        if collecting:
            gc.enable()
    litellm.suppress_debug_info = True  # it prints to standard output
    litellm.disable_hf_tokenizer_download = True
    litellm.telemetry = False
    return litellm


def usage_of(response: Any) -> tuple[int, int]:
    """Return the tokens in and out of an answer."""
    usage = getattr(response, "usage", None)
    return getattr(usage, "prompt_tokens", 0) or 0, getattr(usage, "completion_tokens", 0) or 0


def _may_be_strict(schema: Json) -> bool:
    """True if every object in the schema is closed and requires all its properties."""
    if isinstance(schema, list):
        return all(map(_may_be_strict, schema))
    if not isinstance(schema, Mapping):
        return True
    properties = schema.get("properties", {})
    is_closed = schema.get("additionalProperties") is False and set(schema.get("required", ())) == set(properties)
    if not is_closed and (schema.get("type") == "object" or "properties" in schema):
        return False
    inner = [value for key, value in schema.items() if key not in ("properties", "enum", "const")]
    return all(map(_may_be_strict, [*properties.values(), *inner]))


def _bits_of(choice: Any) -> list[float]:
    """Return for each token how undecided the model was: bits of entropy, all unlikely tokens as one choice."""
    found = getattr(choice, "logprobs", None)
    bits = []
    for token in (found.get("content") if isinstance(found, Mapping) else getattr(found, "content", None)) or ():
        tops = (token if isinstance(token, Mapping) else token.model_dump()).get("top_logprobs") or ()
        logs = [top["logprob"] for top in tops if not math.isnan(top["logprob"])]
        likely = sorted((math.exp(min(log, 0.0)) for log in logs), reverse=True)[:TOP]
        total = math.fsum(likely)
        parts = [p / max(total, 1.0) for p in likely] + [1.0 - min(total, 1.0)] * (total > 0)
        bits += [-math.fsum(p * math.log2(p) for p in parts if p > 0) + 0.0] if tops else []
    return bits


_FAILURES = {
    "context_window": ("found the request too long", "Shorten the input, or choose a model with a larger context."),
    "rate_limit": ("asks to slow down", "Wait, or lower the concurrency."),
    "timeout": ("did not answer in time", ""),
    "auth": ("refused the key or the account", "Check the key, and that the account may use this model."),
    "not_found": ("does not know this model", "Check the model's name with the provider."),
    "bad_request": ("refused the request", ""),
    "malformed": ("sent an answer that cannot be read", ""),
    "server": ("failed", ""),
}
"""What each kind of failure is called, and what to do."""

_BY_CLASS = {
    "ContextWindowExceededError": "context_window", "RateLimitError": "rate_limit", "Timeout": "timeout",
    "AuthenticationError": "auth", "PermissionDeniedError": "auth", "NotFoundError": "not_found",
    "BadRequestError": "bad_request", "UnprocessableEntityError": "bad_request",
}  # fmt: skip
_WRAPPERS = re.compile(
    r"\A(?:(?:(?! - ).){0,28}Exception - |(?:litellm\.)?(?:LiteLLM|\w*(?:Error|Timeout)): (?=.))+", re.DOTALL
)
"""Names of classes around the provider's own words."""

# Unreadable answers arrive as server errors without a response; only their text tells them apart.
_UNREADABLE = ("expecting", "empty or invalid response", "no 'choices'", "jsondecode", "unterminated", "extra data")
_CUT = ("midstream", "stream ended", "incomplete chunked read", "payload is not completed")


def _failure_of(error: Exception, where: str) -> ModelError:
    """Return the `ModelError` for what litellm or the HTTP library below it raised."""
    text = scrub_error(preview(_WRAPPERS.sub("", str(getattr(error, "message", "") or error), count=1), 300))
    kind = _kind(error, text.lower())
    verb, hint = _FAILURES[kind]
    return failure(kind, f"The provider {verb}: {text}", where=where, hint=hint, retry_after_s=_retry_after(error))


def _kind(error: Exception, text: str) -> str:
    names = [cls.__name__ for cls in type(error).__mro__]
    known = next((_BY_CLASS[name] for name in names if name in _BY_CLASS), None)
    if known is not None:
        return known
    status = getattr(error, "status_code", None)
    # Without a real response the status is litellm's own invention.
    answered = bool(getattr(getattr(error, "response", None), "headers", None))
    cut = any(mark in f"{names[0]} {text}".lower() for mark in _CUT)
    if cut or (not answered and any(mark in text for mark in _UNREADABLE)):
        return "malformed"
    by_status = {401: "auth", 402: "auth", 403: "auth", 404: "not_found"}
    is_refusal = isinstance(status, int) and 400 <= status < 500 and answered
    return by_status.get(status or 0, "bad_request" if is_refusal else "server")


def _retry_after(error: Exception) -> float | None:
    """Return the seconds the server asked to wait, from the header in either of its forms."""
    headers = getattr(error, "litellm_response_headers", None)
    headers = headers or getattr(getattr(error, "response", None), "headers", None)
    if not isinstance(headers, Mapping):
        return None
    value = next((str(v) for k, v in headers.items() if str(k).lower() == "retry-after"), "")
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        parsed = email.utils.parsedate_tz(value)
        return max(0.0, email.utils.mktime_tz(parsed) - time.time()) if parsed else None
