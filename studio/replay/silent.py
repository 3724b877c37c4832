"""`SilentServices`: stands for models, embedders and people while a run is executed from its record.

It knows what the recorded models can do, and refuses every call: a call that arrives here is one the record does
not answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.spec.calls import (
    ChatCall,
    ChatReply,
    CompletionCall,
    CompletionReply,
    EmbedReply,
    HumanCall,
    ModelInfo,
    ModelProvider,
)
from studio.support.errors import NodeError, StudioError

if TYPE_CHECKING:
    from studio.models.catalog import Catalog
    from studio.trace import Trace

ROLES = ("default", "fast", "strong")


class SilentServices:
    """Plays the catalog. `model` and `embedder` are what the recorded run was given, None if it took the settings."""

    def __init__(self, trace: Trace, run: str, model: str | None, embedder: str | None) -> None:
        self._model = model
        self._embedder = embedder
        self._asked = _models_asked(trace, run)
        self._embedders = _names_of(trace, run, "embed")
        self._catalog: Catalog | None = None

    def provider(self, name: str = "default") -> SilentProvider:
        """Return a provider with the abilities of the recorded model that calls nothing."""
        info, retries = self._known(name)
        return SilentProvider(info, retries)

    def embedder(self, name: str = "default") -> SilentEmbedder:
        """Return an embedder with the recorded one's name that calls nothing."""
        if len(self._embedders) == 1:
            return SilentEmbedder(self._embedders[0])
        try:
            return SilentEmbedder(self._real().embedder(name).name)
        except StudioError:
            return SilentEmbedder(self._embedder or name)

    def human(self, answers: object = None) -> SilentHuman:
        """Return a person who says nothing."""
        return SilentHuman()

    async def aclose(self) -> None:
        """Nothing is open."""
        if self._catalog is not None:
            await self._catalog.aclose()

    def _known(self, name: str) -> tuple[ModelInfo, int]:
        """What the model can do shapes what is asked of it, so it is taken from the real provider where that can be
        made without a key or a file, else from what the record shows."""
        real: ModelProvider | None
        try:
            real = self._real().provider(name)
        except StudioError:  # no key, no script file any more: the record says enough to go on
            real = None
        recorded = self._recorded_name(name, real.info.name if real else "")
        if real is not None and recorded in ("", real.info.name):
            return real.info, real.retry_transient
        asked = self._asked.get(recorded, Asked())
        info = ModelInfo(
            name=recorded or name,
            supports_schema=asked.schema or not asked.calls,
            supports_logprobs=asked.logprobs,
            supports_completion=asked.completion,
        )
        return info, asked.retries

    def _recorded_name(self, name: str, real: str) -> str:
        if real in self._asked or name in self._asked:
            return real if real in self._asked else name
        if len(self._asked) == 1 and (self._model is not None or name in ROLES):
            return next(iter(self._asked))
        return ""

    def _real(self) -> Catalog:
        if self._catalog is None:
            from studio.models.catalog import Catalog

            self._catalog = Catalog(model=self._model, embedder=self._embedder)
        return self._catalog


class SilentProvider:
    """A model that may be asked what it can do, and nothing else."""

    deterministic_order = False

    def __init__(self, info: ModelInfo, retry_transient: int) -> None:
        self.info = info
        self.retry_transient = retry_transient

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        """Refuse: the record answers calls, not this."""
        raise _unanswered(self.info.name, call.node, call.tick)

    async def complete(self, call: CompletionCall) -> CompletionReply:
        """Refuse: the record answers calls, not this."""
        raise _unanswered(self.info.name, call.node, call.tick)


class SilentEmbedder:
    """An embedder that has a name, and nothing else."""

    billable = False

    def __init__(self, name: str) -> None:
        self.name = name

    async def embed(self, texts: list[str]) -> EmbedReply:
        """Refuse: the record answers calls, not this."""
        raise _unanswered(self.name, "", "")


class SilentHuman:
    """A person who says nothing."""

    deterministic_order = False

    async def ask(self, call: HumanCall) -> str:
        """Refuse: the record answers questions, not this."""
        raise _unanswered("a person", call.node, call.tick)


def _unanswered(name: str, node: str, tick: str) -> NodeError:
    place = f"`{node}` at tick {tick} asks" if node else "The run asks"
    return NodeError(f"{place} {name} something the record does not answer.", code="divergence")


@dataclass
class Asked:
    """What a record shows of a model. `retries` is how often a call that failed in passing was repeated."""

    calls: int = 0
    schema: bool = False
    logprobs: bool = False
    completion: bool = False
    retries: int = 0


def _models_asked(trace: Trace, run: str) -> dict[str, Asked]:
    found: dict[str, Asked] = {}
    for kind in ("chat", "complete"):
        failed: dict[tuple[int, int], int] = {}
        for effect in trace.effects(run, kind=kind):
            asked = found.setdefault(effect.name, Asked())
            request: Any = effect.request
            asked.calls += 1
            asked.schema = asked.schema or request.get("schema") is not None
            asked.logprobs = asked.logprobs or bool(request.get("logprobs"))
            asked.completion = asked.completion or kind == "complete"
            response: Any = effect.response
            attempt = (effect.firing, effect.attempt)
            if effect.status == "error" and isinstance(response, dict) and response.get("transient"):
                failed[attempt] = failed.get(attempt, 0) + 1
            else:
                # Answered after failures: it was repeated that often.
                asked.retries = max(asked.retries, failed.pop(attempt, 0))
        for name, asked in found.items():
            # Given up after failures: it was repeated one time less than it failed.
            given_up = [count - 1 for (firing, _), count in failed.items() if _asked_by(trace, run, firing, name)]
            asked.retries = max([asked.retries, *given_up])
    return found


def _asked_by(trace: Trace, run: str, firing: int, name: str) -> bool:
    return any(effect.name == name for effect in trace.effects(run, firing=firing))


def _names_of(trace: Trace, run: str, kind: str) -> list[str]:
    return list(dict.fromkeys(effect.name for effect in trace.effects(run, kind=kind)))
