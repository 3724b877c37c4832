"""Which model a name stands for: roles, embedded models, scripts, and everything litellm knows.

Names are resolved once and the same provider is returned for the same name, so that two roles mapped to one
script draw from one list of replies.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.models.failures import MissingModel
from studio.spec.calls import EmbedProvider, Human, ModelProvider
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.models.litellm_provider import LiteLLM
    from studio.settings import Settings

ROLES = ("default", "fast", "strong")
SCRIPTED = "scripted:"
EMBEDDED = "embedded/"
REPLAY = "replay:"


class Catalog:
    """Models, embedders and people of one run. Not shared between runs, as scripts are used up."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        model: str | ModelProvider | None = None,
        embedder: str | EmbedProvider | None = None,
        base: Path | None = None,
    ) -> None:
        """`model` answers for all three roles and `embedder` for the default one; each is a name or a provider.

        `base` is the folder that relative names of GGUF files are looked up in first.
        """
        if settings is None:
            from studio.settings import Settings

            settings = Settings.load()
        self._settings = settings
        self._base = base
        self._model = model
        self._embedder = embedder
        self._providers: dict[str, ModelProvider] = {}
        self._embedders: dict[str, EmbedProvider] = {}
        self._human: Human | None = None

    def resolve(self, name: str) -> str:
        """Return the full model name behind a role or name. A model given as a provider goes by its own name."""
        if name not in ROLES:
            return name
        if self._model is not None:
            return self._model if isinstance(self._model, str) else self._model.info.name
        chosen: str = self._settings[f"models.{name}"] or self._settings["models.default"]
        return chosen if chosen not in ROLES else str(self._settings["models.default"])

    def provider(self, name: str = "default") -> ModelProvider:
        """Return the model for a role or name.

        Raises `ModelError` if it cannot be used here (no weights), `UsageError` if the name or a script is wrong.
        Keys are checked by the first call, or by `prepare`.
        """
        if name in ROLES and self._model is not None and not isinstance(self._model, str):
            return self._model
        full = self.resolve(name)
        known = self._providers.get(full)
        if known is None:
            known = self._providers[full] = self._open(full)
        return known

    async def prepare(self, names: list[str]) -> None:
        """Load, off the event loop, what the models need and check their keys. Raises like `provider`, before a run."""
        for provider in map(self.provider, names):
            ready: Callable[[], Awaitable[None]] | None = getattr(provider, "prepare", None)
            if ready is not None:
                await ready()

    def embedder(self, name: str = "default") -> EmbedProvider:
        """Return the embedder for a name; `default` is the one given, or the settings'."""
        if name == "default" and self._embedder is not None and not isinstance(self._embedder, str):
            return self._embedder
        full = str(self._embedder or self._settings["models.embedder"]) if name == "default" else name
        known = self._embedders.get(full)
        if known is None:
            known = self._embedders[full] = self._open_embedder(full)
        return known

    def human(self, answers: Path | None = None) -> Human:
        """Return who answers questions: the file, if one is given, else the person at the terminal."""
        if answers is not None:
            from studio.models.humans import AnswersFile

            return AnswersFile.read(answers)
        if self._human is None:
            from studio.models.humans import TerminalHuman

            self._human = TerminalHuman()
        return self._human

    def _open(self, name: str) -> ModelProvider:
        if not name:
            raise UsageError("No model is named.", hint="Set models.default, or use --model NAME.")
        if name.startswith(SCRIPTED):
            from studio.models.scripted import Scripted

            return Scripted.from_file(Path(name.removeprefix(SCRIPTED)).expanduser())
        if name.startswith(REPLAY):
            raise UsageError(f"{name!r} cannot answer calls here.", hint="Use `studio replay RUN` to replay a run.")
        if name.startswith(EMBEDDED):
            return self._open_embedded(name)
        return self._litellm(name)

    def _open_embedded(self, name: str) -> ModelProvider:
        from studio.models import weights
        from studio.models.embedded import Embedded
        from studio.models.model_host import HostSpec
        from studio.settings import data_folder

        settings = self._settings
        gguf = settings["models.gguf"]
        path = weights.find(name, gguf=gguf, data_folder=data_folder(), base=self._base)
        if gguf and name == EMBEDDED + weights.SMOLLM2.name:
            name = EMBEDDED + path.name  # other weights must not pass for the ones the name promises
        return Embedded(
            name,
            HostSpec(
                path,
                slots=settings["models.slots"],
                context=settings["models.context"],
                threads=settings["models.threads"],
                exact=settings["models.exact"],
            ),
        )

    def _litellm(self, name: str) -> LiteLLM:
        from studio.models.litellm_access import Endpoint
        from studio.models.litellm_provider import LiteLLM

        entry: dict[str, Any] | None = self._settings.endpoints().get(name)
        endpoint = None
        if entry is not None:
            endpoint = Endpoint(entry["base"], str(entry.get("key_env", "")), entry.get("schema"), entry.get("context"))
        return LiteLLM(name, endpoint=endpoint, keyring=self._settings["keys.keyring"])

    def _open_embedder(self, name: str) -> EmbedProvider:
        from studio.models import embedders

        if name == embedders.TOY:
            return embedders.ToyEmbedder()
        if name in ("embedded", embedders.EMBEDDED):
            return embedders.StaticEmbedder()
        if name.startswith((EMBEDDED, SCRIPTED)):
            raise MissingModel(
                f"There is no embedder {name!r}.",
                hint="Use `embedded`, `toy`, or a litellm name such as openai/text-embedding-3-small.",
                code="not_found",
            )
        return embedders.LiteLLMEmbedder(self._litellm(name))
