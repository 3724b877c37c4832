"""Which model a name stands for in a script: the roles of its table, litellm's models, scripts of answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

from studio.engine.engine import CALLS_AT_ONCE, CALLS_AT_ONCE_LOCAL
from studio.export.standalone.runtime.models.litellm_model import LiteLLM, LiteLLMEmbedder
from studio.models.embedders import TOY, ToyEmbedder
from studio.models.names import EMBEDDED, REPLAY, ROLES, SCRIPTED, is_scripted
from studio.models.scripted import Scripted
from studio.spec.calls import EmbedProvider, ModelInfo, ModelProvider
from studio.support.errors import UsageError


class Models:
    """The models and embedders of one run, opened when they are first asked for, one for each full name."""

    def __init__(self, table: Mapping[str, str], *, model: str = "", embedder: str = "") -> None:
        """`table` maps the roles (`default`, `fast`, `strong`) and `embedder` to names, "" where the person has to
        choose; `model` takes the place of all three roles."""
        self._table = table
        self._model = model
        self._embedder = embedder or table.get("embedder", "")
        self._providers: dict[str, ModelProvider] = {}
        self._embedders: dict[str, EmbedProvider] = {}
        self._slots: dict[str, asyncio.Semaphore] = {}

    def resolve(self, name: str) -> str:
        """Return the full model name behind a role or name. Raises `UsageError` where nobody chose one."""
        if name not in ROLES:
            return name
        full = self._model or self._table.get(name) or self._table.get("default", "")
        if not full:
            raise UsageError(
                "This script asks a model, and none is chosen.",
                hint="Give --model openai/gpt-4o-mini, or another model that litellm knows.",
            )
        return full

    def provider(self, name: str = "default") -> ModelProvider:
        """Return the model for a role or name. Raises `UsageError` if a script cannot have it."""
        full = self.resolve(name)
        if full not in self._providers:
            self._providers[full] = _opened(full)
        return self._providers[full]

    def embedder(self, name: str = "default") -> EmbedProvider:
        """Return the embedder for a name. Raises `UsageError` if a script cannot have it or nobody chose one."""
        full = self._embedder if name == "default" else name
        if full not in self._embedders:
            self._embedders[full] = _opened_embedder(full)
        return self._embedders[full]

    async def prepare(self, names: Iterable[str], embedders: Iterable[str] = ()) -> None:
        """Open all that a graph may ask and check keys, before anything is asked or recorded. Raises as these do."""
        opened = [*map(self.provider, names), *map(self.embedder, embedders)]
        for one in opened:
            if isinstance(one, LiteLLM | LiteLLMEmbedder):
                await one.prepare()

    async def close(self) -> None:
        """End connections that are kept open for the next call."""
        for provider in self._providers.values():
            if isinstance(provider, LiteLLM):
                await provider.close()

    def scripts(self, names: Iterable[str]) -> list[Scripted]:
        """Return the scripts of answers among the models of these names: they decide whether order is kept."""
        found = {self.resolve(name): self.provider(name) for name in names if is_scripted(self.resolve(name))}
        return [provider for provider in found.values() if isinstance(provider, Scripted)]

    def slot(self, info: ModelInfo) -> asyncio.Semaphore:
        """The limit on calls under way to one model."""
        if info.name not in self._slots:
            self._slots[info.name] = asyncio.Semaphore(CALLS_AT_ONCE_LOCAL if info.local else CALLS_AT_ONCE)
        return self._slots[info.name]


def _opened(name: str) -> ModelProvider:
    if name.startswith(SCRIPTED):
        return Scripted.from_file(Path(name.removeprefix(SCRIPTED)).expanduser())
    _refuse_ours(name, "model", "--model openai/gpt-4o-mini")
    return LiteLLM(name)


def _opened_embedder(name: str) -> EmbedProvider:
    if name == TOY:
        return ToyEmbedder()
    if not name:
        raise UsageError(
            "This script turns texts into vectors, and no embedder is chosen.",
            hint="Give --embedder openai/text-embedding-3-small, or another one that litellm knows.",
        )
    _refuse_ours(name, "embedder", "--embedder openai/text-embedding-3-small")
    return LiteLLMEmbedder(LiteLLM(name))


def _refuse_ours(name: str, what: str, instead: str) -> None:
    """Some names mean what only the studio has: weights that come with it, answers of recorded runs."""
    if name.startswith((EMBEDDED, REPLAY, SCRIPTED)) or name == EMBEDDED.rstrip("/"):
        raise UsageError(
            f"The {what} {name!r} is there in the studio only.",
            hint=f"Give {instead}, or another one that litellm knows.",
        )
