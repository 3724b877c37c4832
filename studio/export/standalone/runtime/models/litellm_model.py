"""The models that litellm knows, as a script asks them: on its own event loop, with keys from the environment."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from studio.models.failures import MissingModel, failure
from studio.models.litellm_calls import LiteLLMCalls
from studio.models.litellm_runtime import load_litellm
from studio.models.names import LOCAL_PROVIDERS
from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, EmbedReply, ModelInfo

Result = TypeVar("Result")


class LiteLLM(LiteLLMCalls):
    """One model reached through litellm. `info` needs the library: call `prepare` first where blocking matters."""

    @property
    def info(self) -> ModelInfo:
        if self._info is None:
            self._learn(_library())
        return self._known

    async def prepare(self) -> None:
        """Load the library and check name and key. Raises `MissingModel` saying what is missing."""
        library = await asyncio.to_thread(_library)
        self._learn(library)
        await self._access(library)

    async def close(self) -> None:
        """End connections that the library keeps open, for all models; it says nothing for those that end without."""
        if "litellm" in sys.modules:
            await _library().close_litellm_async_clients()

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        """Make one chat request; `on_text` gets the whole answer. Raises `ModelError`."""
        reply = await self._run(lambda library: self._chat(library, call), call)
        if on_text is not None and reply.text:
            on_text(reply.text)
        return reply

    async def complete(self, call: CompletionCall) -> CompletionReply:
        """Make one text completion with token choices; only models named `text-completion-…` offer it."""
        self._refuse_completion(call)
        return await self._run(lambda library: self._complete(library, call), call)

    async def embed(self, texts: list[str]) -> EmbedReply:
        """Return a vector for each text. Raises `ModelError`."""
        call = CompletionCall(prompt="")  # what the helpers need to know of a call
        return await self._run(lambda library: self._embed(library, texts, call), call)

    async def _run(self, ask: Callable[[Any], Awaitable[Result]], call: ChatCall | CompletionCall) -> Result:
        library = await asyncio.to_thread(_library)

        async def learned(library: Any) -> Result:
            self._learn(library)
            return await ask(library)

        return await self._within(library, learned, call)

    async def _access(self, library: Any) -> dict[str, str]:
        """Check that litellm will find a key, and send it nowhere that a graph says."""
        if "://" in self.name:
            raise MissingModel(
                f"The model name {self.name!r} holds an address, and no graph says where keys are sent.",
                hint="Name the server in the environment, as litellm describes: OPENAI_API_BASE, OLLAMA_API_BASE.",
                code="auth",
            )
        try:
            _, provider, _, _ = library.get_llm_provider(self.name)
        except library.BadRequestError:
            raise MissingModel(
                f"There is no model provider for {self.name!r}.",
                hint="Write provider/model, as in openai/gpt-4o-mini, anthropic/…, ollama/….",
                code="not_found",
            ) from None
        if provider in LOCAL_PROVIDERS:
            return {}
        missing = library.validate_environment(self.name)["missing_keys"]
        if any(os.environ.get(key) for key in missing if key.endswith("_API_KEY")):
            missing = [key for key in missing if not key.endswith("_API_KEY")]  # either of two names will do
        if missing:
            names = " or ".join(missing) if all("API_KEY" in key for key in missing) else " and ".join(missing)
            raise MissingModel(
                f"No key for {self.name}: the environment variable {names} is not set.",
                hint=f"Set {names}, or choose another model with --model.",
                code="auth",
            )
        return {}


class LiteLLMEmbedder:
    """An embedding model reached through litellm, such as `openai/text-embedding-3-small`."""

    def __init__(self, model: LiteLLM) -> None:
        self._model = model
        self.name = model.name

    @property
    def billable(self) -> bool:
        """True if calls may cost money."""
        return self._model.info.billable

    async def prepare(self) -> None:
        """Load the library and check name and key. Raises `MissingModel` saying what is missing."""
        await self._model.prepare()

    async def embed(self, texts: list[str]) -> EmbedReply:
        """Return one vector per text, in order. Raises `ModelError`."""
        if any(not text for text in texts):
            raise failure("bad_request", "Providers embed no empty text.", where=self.name, hint="Leave it out.")
        return await self._model.embed(texts) if texts else EmbedReply()


def _library() -> Any:
    """The litellm module, imported when a model is first asked for. Raises `MissingModel` if it is not installed."""
    try:
        return load_litellm()
    except ImportError as error:
        raise MissingModel(
            f"The package litellm cannot be loaded ({error}).",
            hint="Install it: pip install litellm",
            code="not_found",
        ) from None
