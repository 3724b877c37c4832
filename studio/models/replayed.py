"""`replay:RUN`: a recorded run as a model, so that a changed graph is run against the answers of before.

A call is known by its canonical request without the model's name: all that shapes the answer. Among equal requests
the one of the same node and tick is taken first, then the others in the order their firings started, each once; the
last is repeated only if all of them got one and the same answer. What was not recorded is refused with the nearest
recorded prompt of that node or, as `replay:RUN+MODEL`, sent to MODEL. What is answered from the record costs nothing;
recorded errors are raised as the errors they were.

Whose answer a call gets depends on the order of calls where one question was answered in several ways; then calls run
one at a time in outline order (`deterministic_order`, design rule 2.10). Whether a run counts as scripted is decided
by the name, in `studio.models.names`.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.models.failures import failure
from studio.models.names import REPLAY
from studio.spec.calls import (
    ChatCall,
    ChatReply,
    CompletionCall,
    CompletionReply,
    EmbedProvider,
    EmbedReply,
    ModelInfo,
    ModelProvider,
)
from studio.support.differences import first_difference, shared_ends
from studio.support.errors import ModelError, UsageError
from studio.support.keys import scrub
from studio.support.resources import recorded_run
from studio.support.values import Json, encode
from studio.trace.runlog import scrubbed

if TYPE_CHECKING:
    from studio.trace.found import Effect
    from studio.trace.questions import Question

COMPARED = 50
"""Most recorded prompts of a node that are looked at to find the nearest one."""


class Replay:
    """The recorded run behind all models and embedders of one catalog: each answer is given once, whoever asks."""

    def __init__(self, run: str, db: Path, fallback: str = "") -> None:
        """`run` is an id, its beginning, `last` (in `db`), or the name of an example; `fallback` a model's name.

        Raises `UsageError` if there is no such run, `EnvironmentProblem` if the database cannot be read.
        """
        from studio.trace.questions import Questions

        example = recorded_run(run)
        self._questions = Questions(example or db, "last" if example else run)
        weakref.finalize(self, self._questions.close)
        self._names = self._questions.names()
        self._used: set[int] = set()
        self._lock = threading.Lock()
        recorded = run.removeprefix("examples/") if example else self._questions.run
        self.name = f"{REPLAY}{recorded}" + (f"+{fallback}" if fallback else "")
        """The full name, which finds the run again from wherever it stands: with its whole id, so that a trace says
        which run answered; that of an example is in no database of the person's, and is found by the example's name."""

    def model(self, name: str, fallback: ModelProvider | None = None) -> Replayed:
        """Return what answers for a role or model name: able to do what the recorded model of this name could.

        A name that the run did not use is answered as its default model. Raises the `ModelError` the name met then.
        """
        noted = self._noted("model", name)
        if noted is None and fallback is None:
            raise UsageError(
                f"The run {self._questions.run} asked no model, so there are no answers in it.",
                hint="Name another run; `studio runs` shows how many calls each made.",
            )
        facts: dict[str, Any] = dict(noted or {})
        retries = int(facts.pop("retries", 0))
        recorded = ModelInfo(**facts) if facts else fallback.info if fallback is not None else ModelInfo(self.name)
        return Replayed(self, recorded, retries, fallback)

    def embedder(self, name: str, fallback: EmbedProvider | None = None) -> ReplayedEmbedder:
        """Return what answers for an embedder name."""
        self._noted("embedder", name)  # a name that was refused then is refused again
        return ReplayedEmbedder(self, fallback)

    @property
    def differing(self) -> bool:
        """True if some question was answered in several ways."""
        return self._questions.differing()

    def answer(self, kind: str, request: Json, node: str, tick: str) -> Json:
        """Return the recorded answer to a request, `None` if there is none left. Raises the recorded error."""
        question = self._take(kind, request, node, tick)
        if question is None:
            return None
        effect = self._questions.read(question)
        if effect.status == "error":
            raise _as_it_was(effect)
        return effect.response

    def refusal(self, kind: str, request: Json, node: str, tick: str) -> ModelError:
        """Return the error that says what was asked and not recorded, and what is nearest to it."""
        times = len(self._alike(kind, request))
        if times:
            message = f"This was asked {times} times and answered in several ways, and all those answers are used."
        else:
            message = f"This was not recorded{self._nearest(kind, request, node, tick)}."
        hint = f"Give `--model {self.name}+MODEL` to ask MODEL for what is new."
        return failure("not_recorded", message, where=self.name, hint=hint)

    def _noted(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """What a name stood for; for one that was not used then, what the default or the first one stood for."""
        notes = [note for (of, _), note in self._names.items() if of == kind and note.status == "ok"]
        known = self._names.get((kind, name)) or self._names.get((kind, "default")) or next(iter(notes), None)
        if known is None:
            return None
        if known.status == "error":
            raise _as_it_was(known)
        facts: Mapping[str, Any] = known.response
        return facts

    def _alike(self, kind: str, request: Json) -> list[Question]:
        found = self._questions.find(kind, request)
        # Keys stand as `[secret:NAME]` in a record.
        return found or self._questions.find(kind, scrubbed(request, scrub))

    def _take(self, kind: str, request: Json, node: str, tick: str) -> Question | None:
        alike = self._alike(kind, request)
        with self._lock:
            left = [one for one in alike if one.effect not in self._used]
            chosen = next((one for one in left if (one.node, one.tick) == (node, tick)), left[0] if left else None)
            if chosen is not None:
                self._used.add(chosen.effect)
            elif alike and len({one.answer for one in alike}) == 1:
                chosen = alike[-1]
            return chosen

    def _nearest(self, kind: str, request: Json, node: str, tick: str) -> str:
        """Say which recorded prompt of this node is nearest, and where it differs first."""
        asked = list(self._questions.of_node(kind, node))
        asked.sort(key=lambda one: one.tick != tick)
        if not asked:
            return f": `{node}` asked nothing of this kind in that run" if node else ""
        wanted = _without_model(request)
        text = encode(wanted)
        best, recorded, most = asked[0], None, -1
        for one in asked[:COMPARED]:
            known = _without_model(self._questions.read(one).request)
            common = shared_ends(encode(known), text)
            if common > most:
                best, recorded, most = one, known, common
        found = first_difference(recorded, wanted)
        place = f" in `{found.place}`" if found.place else ""
        return (
            f": the nearest that `{node}` asked, at tick {best.tick}, differs{place}: "
            f"recorded {found.expected}, asked {found.got}"
        )


class Replayed:
    """A model that answers from a recorded run (`ModelProvider`)."""

    def __init__(self, source: Replay, recorded: ModelInfo, retries: int, fallback: ModelProvider | None) -> None:
        """`recorded` is the model that was asked then: its abilities shape the prompts, so they are kept."""
        self._source = source
        self._fallback = fallback
        self.info = replace(
            recorded,
            name=source.name,
            billable=fallback is not None and fallback.info.billable,
            local=fallback is None or fallback.info.local,
        )
        self.retry_transient = max(retries, fallback.retry_transient if fallback is not None else 0)

    async def prepare(self) -> None:
        """Make the model for what is new ready, so that a missing key is told before the run starts."""
        ready = getattr(self._fallback, "prepare", None)
        if ready is not None:
            await ready()

    @property
    def deterministic_order(self) -> bool:
        """True if answers depend on the order of calls."""
        return self._source.differing or (self._fallback is not None and self._fallback.deterministic_order)

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        """Answer from the record. Raises `ModelError`: a recorded one, or that this was not recorded."""
        request = call.canonical("")
        known = self._source.answer("chat", request, call.node, call.tick)
        if known is None:
            if self._fallback is not None:
                return await self._fallback.chat(call, on_text)
            raise self._source.refusal("chat", request, call.node, call.tick)
        reply = replace(ChatReply.from_json(known), tokens_in=0, tokens_out=0, cost_usd=0.0)
        if on_text is not None and reply.text:
            on_text(reply.text)
        return reply

    async def complete(self, call: CompletionCall) -> CompletionReply:
        """Answer from the record. Raises `ModelError`: a recorded one, or that this was not recorded."""
        request = call.canonical("")
        known = self._source.answer("complete", request, call.node, call.tick)
        if known is None:
            if self._fallback is not None:
                return await self._fallback.complete(call)
            raise self._source.refusal("complete", request, call.node, call.tick)
        return replace(CompletionReply.from_json(known), tokens_in=0, tokens_out=0, cost_usd=0.0)


class ReplayedEmbedder:
    """An embedder that answers from a recorded run (`EmbedProvider`)."""

    def __init__(self, source: Replay, fallback: EmbedProvider | None) -> None:
        self._source = source
        self._fallback = fallback
        self.name = source.name
        self.billable = fallback is not None and fallback.billable

    async def embed(self, texts: list[str]) -> EmbedReply:
        """Return the recorded vectors. Raises `ModelError`: a recorded one, or that this was not recorded."""
        request = {"texts": list(texts)}
        known = self._source.answer("embed", request, "", "")
        if known is not None:
            return EmbedReply(vectors=known)
        if self._fallback is not None:
            return await self._fallback.embed(texts)
        raise self._source.refusal("embed", request, "", "")


def _as_it_was(effect: Effect) -> ModelError:
    """A recorded failure as an error of its kind, transient if it was."""
    told: Mapping[str, Any] = effect.response if isinstance(effect.response, dict) else {}
    message = str(told.get("message") or effect.error)
    if told.get("class") == "exception":
        message, kind = f"{told.get('name')}: {message}", "exception"
    else:
        kind = str(told.get("kind", ""))
    return ModelError(
        message,
        where=str(told.get("where", "")),
        hint=str(told.get("hint", "")),
        transient=bool(told.get("transient", False)),
        code=kind,
    )


def _without_model(request: Json) -> dict[str, Json]:
    return {key: value for key, value in request.items() if key != "model"}
