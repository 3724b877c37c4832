"""Effects answered from a recorded run: replay calls nothing (design section 7, rule 2.10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, EmbedReply, ModelInfo
from studio.support.errors import ModelError, NodeError, StudioError
from studio.support.values import ABSENT, Json, hash_bytes, preview, sorted_encode

if TYPE_CHECKING:
    from studio.engine.engine import Engine
    from studio.trace.reading import Trace


class Divergence(NodeError):
    """A replayed firing asked for something else than the recorded one."""

    code = "divergence"
    exit_code = 4


class Answer:
    """One recorded effect: what was asked (by hash, with the request to show) and what came back."""

    __slots__ = ("error", "facts", "kind", "name", "request", "response", "status")

    def __init__(
        self,
        kind: str,
        name: str,
        request: Json,
        status: str,
        response: Json,
        error: str,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.request = request
        self.status = status
        self.response = response
        self.error = error
        self.facts = dict(facts or {})

    def as_error(self) -> StudioError:
        """The recorded failure as the error it was."""
        told = self.response if isinstance(self.response, dict) else {}
        message = str(told.get("message") or self.error)
        where, hint = str(told.get("where", "")), str(told.get("hint", ""))
        transient, kind = bool(told.get("transient", False)), str(told.get("kind", ""))
        if told.get("class") == "model":
            return ModelError(message, where=where, hint=hint, transient=transient, code=kind)
        return NodeError(message, where=where, hint=hint, transient=transient, code=kind)


class RecordedEffects:
    """All effects of one run by firing identity and number; also who won its races and who lost them."""

    def __init__(
        self,
        answers: Mapping[tuple[str, str, int], Answer],
        lost: Mapping[tuple[str, str], str] | None = None,
        names: Mapping[tuple[str, str], Mapping[str, Any]] | None = None,
        store_results: Mapping[tuple[str, str, int], Json] | None = None,
    ) -> None:
        self._answers = dict(answers)
        self._lost = dict(lost or {})
        self._names = dict(names or {})
        self._store_results = dict(store_results or {})
        self._winners = {
            (node, tick, answer.name): int(answer.response["winner"])
            for (node, tick, _), answer in self._answers.items()
            if answer.kind == "race" and isinstance(answer.response, dict)
        }
        self.asked = 0

    @classmethod
    def from_trace(cls, trace: Trace, run: str = "last") -> RecordedEffects:
        """Return the effects of a recorded run. Raises UsageError if there is no such run."""
        where: dict[int, tuple[str, str]] = {}
        lost: dict[tuple[str, str], str] = {}
        for firing in trace.firings(run):
            identity = (firing.node, firing.tick)
            where[firing.id] = identity
            if firing.status == "skipped" and firing.reason.startswith("lost the race"):
                lost[identity] = firing.reason
        answers: dict[tuple[str, str, int], Answer] = {}
        names: dict[tuple[str, str], Mapping[str, Any]] = {}
        for effect in trace.effects(run):
            if effect.firing == 0:
                names[(effect.kind, effect.name)] = effect.response
                continue
            if effect.firing not in where or effect.status == "unanswered":
                continue
            facts = {
                "tokens_in": effect.tokens_in,
                "tokens_out": effect.tokens_out,
                "cost_usd": effect.cost_usd,
                "finish_reason": effect.finish_reason,
                "entropy": effect.entropy,
            }
            answers[(*where[effect.firing], effect.n)] = Answer(
                effect.kind, effect.name, effect.request, effect.status, effect.response, effect.error, facts
            )
        results = {(*where[done.firing], done.n): done.result for done in trace.store_ops(run) if done.firing in where}
        return cls(answers, lost, names, results)

    def answer(self, engine: Engine, node: str, tick: str, n: int, kind: str, name: str, request: Json) -> Answer:
        """Return the recorded answer to effect `n` of this firing. Raises `Divergence` where the request differs."""
        known = self._answers.get((node, tick, n))
        if known is None:
            raise Divergence(
                f"`{node}` at tick {tick} asks for {kind} {name}, which the recorded run did not.",
                hint="The graph or a node type has changed since.",
            )
        if (known.kind, known.name) != (kind, name) or not _same(known.request, request):
            raise Divergence(
                f"`{node}` at tick {tick} asks something else than recorded in effect {n}: "
                + _first_difference(f"{known.kind} {known.name}", f"{kind} {name}", known.request, request),
                hint="The graph or a node type has changed since.",
            )
        self.asked += 1
        return known

    def model(self, name: str) -> RecordedModel:
        """What the model name or role stood for, able to do what it could then and asked nothing now."""
        known = self._names.get(("model", name))
        if known is None:
            raise Divergence(f"The recorded run used no model `{name}`.", hint="The graph has changed since.")
        facts = dict(known)
        return RecordedModel(retries=int(facts.pop("retries", 0)), info=ModelInfo(**facts))

    def embedder(self, name: str) -> RecordedEmbedder:
        """What the embedder name or role stood for."""
        known = self._names.get(("embedder", name))
        if known is None:
            raise Divergence(f"The recorded run used no embedder `{name}`.", hint="The graph has changed since.")
        return RecordedEmbedder(str(known["name"]), bool(known["billable"]))

    def store_result(self, node: str, tick: str, n: int) -> Json:
        """What a project store answered then. Raises `Divergence` if this firing did not ask it."""
        if (node, tick, n) not in self._store_results:
            raise Divergence(f"`{node}` at tick {tick} uses a store where the recorded run did not.")
        return self._store_results[(node, tick, n)]

    def winner(self, node: str, tick: str, port: str) -> int:
        """The wire that won the race at this port, or -1."""
        return self._winners.get((node, tick, port), -1)

    def lost(self, node: str, tick: str) -> str:
        """Why this node did not fire because it lost a race, or nothing."""
        return self._lost.get((node, tick), "")


class RecordedModel:
    """Stands for a model in a replay. Its answers come from the trace; being called would be a fault of ours."""

    deterministic_order = False

    def __init__(self, info: ModelInfo, retries: int) -> None:
        self.info = info
        self.retry_transient = retries

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        """Never called: a replay asks nothing."""
        raise AssertionError(f"a replay called {self.info.name}")

    async def complete(self, call: CompletionCall) -> CompletionReply:
        """Never called: a replay asks nothing."""
        raise AssertionError(f"a replay called {self.info.name}")


class RecordedEmbedder:
    """Stands for an embedder in a replay."""

    def __init__(self, name: str, billable: bool) -> None:
        self.name = name
        self.billable = billable

    async def embed(self, texts: list[str]) -> EmbedReply:
        """Never called: a replay asks nothing."""
        raise AssertionError(f"a replay called {self.name}")


def _same(recorded: Json, asked: Json) -> bool:
    """True if the request is the recorded one; keys stand as `[secret:NAME]` in the record."""
    if _identity(recorded) == _identity(asked):
        return True
    from studio.models.keys import scrub
    from studio.trace.runlog import scrubbed

    return _identity(recorded) == _identity(scrubbed(asked, scrub))


SHOWN = 120
"""Characters shown of each side of a difference."""


def _first_difference(before: str, after: str, old: Json, new: Json) -> str:
    """Say what differs: the kind of call, or the first place in the requests, with the texts from there on."""
    if before != after:
        return f"expected {before}, got {after}."
    place = ""
    while type(old) is type(new) and isinstance(old, dict | list):
        keys = [*old, *new] if isinstance(old, dict) else range(max(len(old), len(new)))
        key = next(key for key in keys if _part(old, key) != _part(new, key))
        place += f"[{key}]" if isinstance(old, list) else f".{key}" if place else str(key)
        old, new = _part(old, key), _part(new, key)
    if isinstance(old, str) and isinstance(new, str):
        same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        if same > SHOWN // 2:
            old, new = (f"…{text[same - 20 :]}" for text in (old, new))
    place = f" in `{place}`" if place else ""
    return f"{before}{place}: expected {_shown(old)}, got {_shown(new)}."


def _part(value: Any, key: Any) -> Json:
    """Return what stands under a key or at a place, `ABSENT` if nothing does."""
    if isinstance(value, dict):
        return value.get(key, ABSENT)
    return value[key] if key < len(value) else ABSENT


def _shown(value: Any) -> str:
    return "nothing" if value is ABSENT else f"“{preview(value, SHOWN)}”"


def _identity(request: Json) -> str:
    return hash_bytes(sorted_encode(request))
