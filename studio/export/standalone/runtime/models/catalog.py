"""Which model a name stands for in a script: the roles of its table, litellm's models, scripts of answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.engine.engine import CALLS_AT_ONCE, CALLS_AT_ONCE_LOCAL
from studio.engine.recorded import error_json
from studio.export.standalone.runtime.effects import Answered, ask
from studio.export.standalone.runtime.models.calls import Calls, Once
from studio.export.standalone.runtime.models.litellm_model import LiteLLM, LiteLLMEmbedder
from studio.models.embedders import TOY, ToyEmbedder
from studio.models.names import EMBEDDED, REPLAY, ROLES, SCRIPTED, is_scripted
from studio.models.scripted import Scripted
from studio.spec.calls import EmbedProvider, ModelInfo, ModelProvider
from studio.support.errors import StudioError, UsageError
from studio.support.values import Json, hash_bytes, sorted_encode

if TYPE_CHECKING:
    from studio.export.standalone.runtime.firing import Firing


class Models:
    """The models and embedders of one run, opened when they are first asked for, one for each full name."""

    def __init__(
        self, table: Mapping[str, str], *, model: str = "", embedder: str = "", asked: Iterable[str] = ("default",)
    ) -> None:
        """`table` maps the roles (`default`, `fast`, `strong`) and `embedder` to names, "" where the person has to
        choose; `model` takes the place of all three roles. `asked` are the names and roles that the graph asks, known
        before it does: scripts of answers among them are opened now. Raises `UsageError` as `provider` does."""
        self._table = table
        self._model = model
        self._embedder = embedder or table.get("embedder", "")
        self._asked = tuple(asked)
        self._providers: dict[str, ModelProvider] = {}
        self._embedders: dict[str, EmbedProvider] = {}
        self._refused: dict[tuple[str, str], StudioError] = {}
        self._noted: set[tuple[str, str]] = set()
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._once = Once()
        scripts = [self.provider(name) for name in self._asked if is_scripted(self.resolve(name))]
        self.scripted = bool(scripts)
        """True if answers are given beforehand: then nothing is waited for."""
        self.deterministic_order = any(script.deterministic_order for script in scripts)
        """True if answers depend on the order of calls: then one firing works at a time."""

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

    async def prepare(self, embedders: Iterable[str] = ()) -> None:
        """Open all that the graph asks and check keys, before anything is asked or recorded. Raises as these do."""
        for one in [*map(self.provider, self._asked), *map(self.embedder, embedders)]:
            if isinstance(one, LiteLLM | LiteLLMEmbedder):
                await one.prepare()

    def of(self, firing: Firing, name: str) -> Calls:
        """Return a model for a firing; what its name stands for in this run, or why for nothing, is recorded."""
        provider: ModelProvider = self._told(firing, "model", name, self.provider, _model_facts)
        return Calls(firing, provider, self._slot(provider.info), self._once)

    async def embed(self, firing: Firing, texts: Sequence[str], name: str, once: bool = False) -> list[list[float]]:
        """Return one vector per text (an effect of kind `embed`)."""
        embedder: EmbedProvider = self._told(firing, "embedder", name, self.embedder, _embedder_facts)
        request: Json = {"model": embedder.name, "texts": list(texts)}

        async def perform() -> Answered:
            reply = await embedder.embed(list(texts))
            return reply.vectors, {"tokens_in": reply.tokens_in, "tokens_out": 0, "cost_usd": reply.cost_usd}

        key = hash_bytes(sorted_encode(["embed", embedder.name, request]))
        vectors: list[list[float]] = await ask(
            firing, "embed", embedder.name, request, (lambda: self._once.answer(key, perform)) if once else perform,
            billable=embedder.billable,
        )  # fmt: skip
        return vectors

    def close(self) -> None:
        """End what is still asked for nobody."""
        self._once.close()

    def _slot(self, info: ModelInfo) -> asyncio.Semaphore:
        """The limit on calls under way to one model."""
        if info.name not in self._slots:
            self._slots[info.name] = asyncio.Semaphore(CALLS_AT_ONCE_LOCAL if info.local else CALLS_AT_ONCE)
        return self._slots[info.name]

    def _told(
        self, firing: Firing, kind: str, name: str, find: Callable[[str], Any], facts: Callable[[Any], Json]
    ) -> Any:
        run, key = firing.region.run, (kind, name)
        if key in self._refused:
            raise self._refused[key]
        try:
            found = find(name)
            told = None if key in self._noted else facts(found)
        except StudioError as error:
            self._refused[key] = error
            run.note(kind, name, error_json(error), str(error))
            raise
        if told is not None:
            self._noted.add(key)
            run.note(kind, name, told)
        return found


def _model_facts(model: ModelProvider) -> Json:
    return {**asdict(model.info), "retries": model.retry_transient}


def _embedder_facts(embedder: EmbedProvider) -> Json:
    return {"name": embedder.name, "billable": embedder.billable}


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
