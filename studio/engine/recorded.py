"""Effects answered from a recorded run: replay calls nothing (design section 7, rule 2.10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, EmbedReply, ModelInfo
from studio.support.differences import first_difference
from studio.support.errors import ModelError, NodeError, StudioError
from studio.support.values import Json, hash_bytes, sorted_encode
from studio.trace.log import CALLS, EXECUTED, FROZEN, ORIGIN_NAMES

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.trace.found import Effect, Firing, StoreOp
    from studio.trace.reading import Trace


class Divergence(NodeError):
    """A replayed firing asked for something else than the recorded one.

    `expected` and `got` are short texts; `part` says in which part of the request they stand, if it is in a part.
    """

    code = "divergence"
    exit_code = 4

    def __init__(self, message: str, *, expected: str, got: str, part: str = "") -> None:
        super().__init__(message, hint="The graph or a node type has changed since.", code="divergence")
        self.expected = expected
        self.got = got
        self.part = part


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

    @classmethod
    def of(cls, effect: Effect) -> Answer:
        """Return a recorded effect as an answer."""
        facts = {
            "tokens_in": effect.tokens_in,
            "tokens_out": effect.tokens_out,
            "cost_usd": effect.cost_usd,
            "finish_reason": effect.finish_reason,
            "entropy": effect.entropy,
            "origin": ORIGIN_NAMES.index(effect.origin),
            "asked_at": effect.asked_at,
            "duration_ms": effect.duration_ms,
        }
        return cls(effect.kind, effect.name, effect.request, effect.status, effect.response, effect.error, facts)

    @property
    def is_executed(self) -> bool:
        """True if it was really asked then, and not answered from memory."""
        return self.facts.get("origin", EXECUTED) == EXECUTED and self.facts.get("finish_reason") != OLD_CACHED

    @property
    def ended_at(self) -> float:
        """When the answer came, in seconds since 1970; infinity if it never did."""
        took = self.facts.get("duration_ms")
        return float("inf") if took is None else float(self.facts.get("asked_at", 0.0)) + float(took) / 1e3

    @property
    def spent(self) -> Spent:
        """What the asking used."""
        facts = self.facts
        is_call = self.kind in CALLS
        return Spent(
            int(is_call), facts.get("tokens_in") or 0, facts.get("tokens_out") or 0, facts.get("cost_usd") or 0.0
        )

    def asks(self, kind: str, name: str, request: Json) -> bool:
        """True if this is the same question."""
        return (self.kind, self.name) == (kind, name) and _same(self.request, request)

    def as_error(self) -> StudioError:
        """The recorded failure as the error it was."""
        told = self.response if isinstance(self.response, dict) else {}
        message = str(told.get("message") or self.error)
        where, hint = str(told.get("where", "")), str(told.get("hint", ""))
        transient, kind = bool(told.get("transient", False)), str(told.get("kind", ""))
        if told.get("class") == "exception":
            return NodeError(f"{told.get('name')}: {message}" if message else f"{told.get('name')}.", code="exception")
        if told.get("class") == "model":
            return ModelError(message, where=where, hint=hint, transient=transient, code=kind)
        return NodeError(message, where=where, hint=hint, transient=transient, code=kind)


class Spent(NamedTuple):
    """What model calls used."""

    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: float

    def plus(self, more: Spent) -> Spent:
        """Return the sum."""
        return Spent(*(one + other for one, other in zip(self, more, strict=True)))  # type: ignore[arg-type]


CLOCK_S = 1e-6
"""How exactly a moment is known."""

OLD_CACHED = "cached"
"""Finish reason by which schema 1 marked an answer from the run's own memory."""


class FiringRecord:
    """What one recorded firing asked: effects by number, results of store operations, attempts cut off by time."""

    __slots__ = ("_answered_at", "_taken", "cuts", "effects", "is_decided", "run", "side_by_side", "store_results")

    def __init__(self, *, is_decided: bool = True) -> None:
        self.is_decided = is_decided
        """False if the run ended while the firing was under way: what it asks beyond the record is not known."""
        self.run = ""
        """The run in which it was executed, if that is not the recorded run itself but one that it continues."""
        self.effects: dict[int, Answer] = {}
        self.store_results: dict[int, tuple[str, Json]] = {}
        self.cuts: dict[int, int] = {}
        self.side_by_side = False
        """True if it asked before an earlier question was answered: then the order of asking is chance."""
        self._answered_at = 0.0
        self._taken: set[int] = set()

    @property
    def last(self) -> int:
        """The highest number the firing used."""
        return max((*self.effects, *self.store_results), default=0)

    def add(self, n: int, attempt: int, answer: Answer) -> None:
        """Note a recorded effect, and what it says of an attempt's end."""
        self.effects[n] = answer
        if answer.facts.get("asked_at", 0.0) < self._answered_at - CLOCK_S:
            self.side_by_side = True
        self._answered_at = max(self._answered_at, answer.ended_at)
        if answer.kind == "timeout":
            self.cuts[attempt] = n
            self._answered_at = 0.0  # what was under way was cut off

    def answer_alike(self, kind: str, name: str, request: Json) -> Answer | None:
        """Return the first answer to this very request that came and was not taken yet, None if there is none."""
        for n, one in self.effects.items():
            if n not in self._taken and one.status == "ok" and one.asks(kind, name, request):
                self._taken.add(n)
                return one
        return None

    def answer(self, node: str, tick: str, n: int, kind: str, name: str, request: Json) -> Answer | None:
        """Return the recorded answer to this request, None if the answer never came. Raises `Divergence`.

        Effect `n` is looked at first; calls that ran side by side may have been numbered in another order. If they had
        not all been asked when the run ended, a call that is not in the record is one of these.
        """
        there = self.effects.get(n)
        if n not in self._taken and there is not None and there.asks(kind, name, request):
            found = n
        else:
            alike = (m for m, one in self.effects.items() if m not in self._taken and one.asks(kind, name, request))
            found = next(alike, 0)
        if found:
            self._taken.add(found)
            known = self.effects[found]
            return None if known.status == "unanswered" else known
        if not self.is_decided and (there is None or self.side_by_side):
            return None
        if there is None:
            raise Divergence(
                f"`{node}` at tick {tick} asks for {kind} {name}, which the recorded run did not.",
                expected="nothing more",
                got=f"{kind} {name}",
            )
        where, expected, got = _first_difference(f"{there.kind} {there.name}", f"{kind} {name}", there.request, request)
        raise Divergence(
            f"`{node}` at tick {tick} asks something else than recorded in effect {n}{where}: "
            f"expected {expected}, got {got}.",
            expected=expected,
            got=got,
            part=where,
        )

    def store_result(self, node: str, tick: str, n: int, op: str) -> Json:
        """What a project store answered then. Raises the refusal it gave, or `Divergence` if it was not asked this."""
        refusal = self.effects.get(n)
        if refusal is not None and refusal.kind == "store" and refusal.request == {"op": op}:
            raise refusal.as_error()
        known_op, result = self.store_results.get(n, ("", None))
        if known_op != op:
            raise Divergence(
                f"`{node}` at tick {tick} uses a store where the recorded run did not.",
                expected=known_op or "nothing",
                got=op,
            )
        return result


class SetAside(NamedTuple):
    """A firing that is not executed again: somebody froze it or switched it off (rule 2.13), or it was taken over from
    a run in which its node meant something else."""

    outputs: Mapping[str, Json] | None = None
    """What lies on its outputs; None where it was switched off."""
    error: str = ""
    code: str = ""
    store_ops: Sequence[StoreOp] = ()
    attempt: int = 1
    origin: int = FROZEN


class RecordedEffects:
    """All effects of one run, by firing; who won its races and who lost them; what its model names stood for.

    `ordered_races` says how its races were decided: by edge order (scripted) or by arrival. `set_aside` are firings
    that were frozen or switched off while the run went on.
    """

    def __init__(
        self,
        records: Mapping[tuple[str, str], list[FiringRecord]],
        *,
        lost: Mapping[tuple[str, str], str] | None = None,
        names: Mapping[tuple[str, str, str], Answer] | None = None,
        set_aside: Mapping[tuple[str, str], SetAside] | None = None,
        ordered_races: bool = False,
    ) -> None:
        self._records = {identity: list(found) for identity, found in records.items()}
        self._lost = dict(lost or {})
        self._names = dict(names or {})
        self.set_aside = dict(set_aside or {})
        self.ordered_races = ordered_races
        self.asked = 0
        self._winners = {
            (node, tick, effect.name): int(effect.response["winner"])
            for (node, tick), found in self._records.items()
            for record in found
            for effect in record.effects.values()
            if effect.kind == "race" and isinstance(effect.response, dict)
        }

    @classmethod
    def from_trace(
        cls, trace: Trace, run: str = "last", *, keeps: Callable[[Firing], bool] = lambda firing: False
    ) -> RecordedEffects:
        """Return the effects of a recorded run; those of firings taken over stand in the runs that it continues.

        `keeps` says which of the firings taken over are not to be executed again. Raises UsageError if there is no such
        run, or if a run that it continues is not in the file.
        """
        from studio.engine.recollecting import recollect

        return cls(**recollect(trace, run, keeps))

    def next_record(self, node: str, tick: str) -> FiringRecord:
        """Return what the next firing of this identity asked (a retried region has several), or an empty record."""
        waiting = self._records.get((node, tick))
        return waiting.pop(0) if waiting else FiringRecord()

    def cut(self, context: Context) -> int | None:
        """The number of the effect at which this attempt was cut off by its time limit, or None."""
        return context.record.cuts.get(context.attempt)

    def model(self, name: str, run: str = "") -> RecordedModel:
        """What the model name or role stood for, able to do what it could then and asked nothing now.

        `run` is the one that a firing was executed in (`FiringRecord.run`).
        """
        facts = dict(self._stood_for("model", name, run))
        return RecordedModel(retries=int(facts.pop("retries", 0)), info=ModelInfo(**facts))

    def embedder(self, name: str, run: str = "") -> RecordedEmbedder:
        """What the embedder name or role stood for."""
        known = self._stood_for("embedder", name, run)
        return RecordedEmbedder(str(known["name"]), bool(known["billable"]))

    def _stood_for(self, kind: str, name: str, run: str) -> Mapping[str, Any]:
        """What a name stood for; raises the refusal it met then, or `Divergence` if it was not used."""
        known = self._names.get((run, kind, name))
        if known is None:
            raise Divergence(f"The recorded run used no {kind} `{name}`.", expected="nothing", got=f"{kind} {name}")
        if known.status == "error":
            raise known.as_error()
        facts: Mapping[str, Any] = known.response
        return facts

    def winner(self, node: str, tick: str, port: str) -> int:
        """The wire that won the race at this port, or -1."""
        return self._winners.get((node, tick, port), -1)

    def lost(self, node: str, tick: str) -> str:
        """Why this node did not fire because it lost a race, or nothing."""
        return self._lost.get((node, tick), "")


def error_json(error: StudioError) -> Json:
    """What is recorded of an error so that replay can raise the same one."""
    kind = error.kind if isinstance(error, NodeError) else error.code
    return {
        "class": "model" if isinstance(error, ModelError) else "node" if isinstance(error, NodeError) else "usage",
        "kind": kind,
        "message": error.message,
        "where": error.where,
        "hint": error.hint,
        "transient": getattr(error, "transient", False),
    }


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
    from studio.support.keys import scrub
    from studio.trace.runlog import scrubbed

    return _identity(recorded) == _identity(scrubbed(asked, scrub))


def _first_difference(before: str, after: str, old: Json, new: Json) -> tuple[str, str, str]:
    """Say where two questions differ first, and what stood and stands there: the kind of call, or a part of it."""
    if before != after:
        return "", before, after
    found = first_difference(old, new)
    return f" ({before}, in `{found.place}`)" if found.place else f" ({before})", found.expected, found.got


def _identity(request: Json) -> str:
    return hash_bytes(sorted_encode(request))
