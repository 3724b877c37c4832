"""Which model a name stands for: roles, embedded models, scripts, and everything litellm knows.

Names are resolved once and the same provider is returned for the same name, so that two roles mapped to one
script draw from one list of replies.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.models.failures import MissingModel
from studio.models.names import EMBEDDED, REPLAY, ROLES, SCRIPTED, replay_parts
from studio.spec.calls import EmbedProvider, Human, ModelProvider
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.models.litellm.provider import LiteLLM
    from studio.models.replayed import Replay
    from studio.settings import Settings


class Catalog:
    """Models, embedders and people of one run. Not shared between runs, as scripts are used up."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        model: str | ModelProvider | None = None,
        embedder: str | EmbedProvider | None = None,
        base: Path | None = None,
        db: Path | None = None,
    ) -> None:
        """`model` answers for all three roles and `embedder` for the default one; each is a name or a provider.

        A model `replay:RUN` answers for every name, and for the default embedder if no other is given: a replay asks
        nobody. `base` is the folder that relative names of GGUF files are looked up in first, `db` the database of
        the runs that `replay:RUN` names (default: the settings'). Raises `UsageError` if there is no such run.
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
        self._db = db
        self._replays: dict[str, Replay] = {}
        for given in (model, embedder):
            if isinstance(given, str) and given.startswith(REPLAY):
                self._replay(given)  # now: `last` must not come to mean the run that is about to start

    @property
    def _replaying(self) -> str:
        """The name of the recorded run that answers for all models, or ""."""
        return self._model if isinstance(self._model, str) and self._model.startswith(REPLAY) else ""

    def resolve(self, name: str) -> str:
        """Return the full model name behind a role or name. A model given as a provider goes by its own name."""
        if self._replaying:
            return self._replaying
        if name not in ROLES:
            return name
        if self._model is not None:
            return self._of_settings(self._model) if isinstance(self._model, str) else self._model.info.name
        return self._of_settings(name)

    def lasting_name(self, name: str) -> str:
        """Return a name that means the same later on: `replay:last` with the id of the run it means now."""
        return self._replay(name).name if name.startswith(REPLAY) else name

    def _of_settings(self, name: str) -> str:
        """The model that the settings map a role to; any other name as it is."""
        if name not in ROLES:
            return name
        chosen: str = self._settings[f"models.{name}"] or self._settings["models.default"]
        return chosen if chosen not in ROLES else str(self._settings["models.default"])

    def provider(self, name: str = "default") -> ModelProvider:
        """Return the model for a role or name.

        Raises `ModelError` if it cannot be used here (no weights), `UsageError` if the name or a script is wrong.
        Keys are checked by the first call, or by `prepare`.
        """
        if name in ROLES and self._model is not None and not isinstance(self._model, str):
            return self._model
        return self._known(self.resolve(name), name)

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
        if self._replaying and self._embedder is None:
            return self._known_embedder(self._replaying, name)
        return self._known_embedder(self._usual_embedder(name), name)

    def human(self, answers: Path | None = None) -> Human:
        """Return who answers questions: the file, if one is given, else the person at the terminal."""
        if answers is not None:
            from studio.models.humans import AnswersFile

            return AnswersFile.read(answers)
        if self._human is None:
            from studio.models.humans import TerminalHuman

            self._human = TerminalHuman()
        return self._human

    def _known(self, full: str, asked: str) -> ModelProvider:
        """The model of a full name, opened when it is first wanted; `asked` is the name or role it is asked by."""
        key = _key(full, asked)
        known = self._providers.get(key)
        if known is None:
            known = self._providers[key] = self._open(full, asked)
        return known

    def _known_embedder(self, full: str, asked: str) -> EmbedProvider:
        key = _key(full, asked)
        known = self._embedders.get(key)
        if known is None:
            known = self._embedders[key] = self._open_embedder(full, asked)
        return known

    def _usual_embedder(self, name: str) -> str:
        """The full name of an embedder, whatever the model is."""
        return name if name != "default" else str(self._embedder or self._settings["models.embedder"])

    def _open(self, name: str, asked: str) -> ModelProvider:
        if not name:
            raise UsageError("No model is named.", hint="Set models.default, or use --model NAME.")
        if name.startswith(SCRIPTED):
            from studio.models.scripted import Scripted

            return Scripted.from_file(Path(name.removeprefix(SCRIPTED)).expanduser())
        if name.startswith(REPLAY):
            fallback = self._of_settings(replay_parts(name)[1])
            return self._replay(name).model(asked, self._known(fallback, asked) if fallback else None)
        if name.startswith(EMBEDDED):
            return self._open_embedded(name)
        return self._litellm(name)

    def _replay(self, name: str) -> Replay:
        """The recorded run of a `replay:` name; one for all that ask it, so that each answer is given once."""
        known = self._replays.get(name)
        if known is None:
            from studio.models.replayed import Replay

            run, fallback = replay_parts(name)
            if not run:
                raise UsageError("`replay:` names no run.", hint="Write `replay:RUN`, such as `replay:last`.")
            known = self._replays[name] = Replay(run, self._db or self._settings.db_path(), fallback)
        return known

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
        from studio.models.litellm.access import Endpoint
        from studio.models.litellm.provider import LiteLLM

        entry: dict[str, Any] | None = self._settings.endpoints().get(name)
        endpoint = None
        if entry is not None:
            endpoint = Endpoint(entry["base"], str(entry.get("key_env", "")), entry.get("schema"), entry.get("context"))
        return LiteLLM(name, endpoint=endpoint, keyring=self._settings["keys.keyring"])

    def _open_embedder(self, name: str, asked: str) -> EmbedProvider:
        from studio.models import embedders

        if name.startswith(REPLAY):
            fallback = replay_parts(name)[1]
            if name != self._replaying or self._embedder is not None:
                return self._replay(name).embedder(asked, self._known_embedder(fallback, asked) if fallback else None)
            # Only the model was said to be a recorded one: what is new to it is embedded as ever, unless that may cost
            # money that nobody agreed to.
            usual = self._usual_embedder(asked)
            agreed = bool(fallback) or usual in embedders.FREE
            return self._replay(name).embedder(asked, self._known_embedder(usual, asked) if agreed else None)
        if name == embedders.TOY:
            return embedders.ToyEmbedder()
        if name in embedders.FREE:
            return embedders.StaticEmbedder()
        if name.startswith((EMBEDDED, SCRIPTED)):
            raise MissingModel(
                f"There is no embedder {name!r}.",
                hint="Use `embedded`, `toy`, or a litellm name such as openai/text-embedding-3-small.",
                code="not_found",
            )
        return embedders.LiteLLMEmbedder(self._litellm(name))


def _key(full: str, asked: str) -> str:
    """Providers are one per full name; a replay has one for each name it is asked by, as the run may have used
    several models."""
    return f"{full} for {asked}" if full.startswith(REPLAY) else full
