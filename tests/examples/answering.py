"""A model with the abilities of the recorded one that answers by what it is asked, and nothing else; and a person.

The model knows some answers (a recorded run's, or those to the same questions put otherwise) and makes up all others: a
label, a choice of the schema, a text, each valid and each following from the request alone. The person says at each
place of a run what was said there in the recorded one, whatever it is that is asked now. So a graph gets the same
answers however it comes to ask, in a run from the beginning as in a fork.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from studio.graph import Graph
from studio.graph.paths import node_at
from studio.graph.scope import Scope
from studio.spec import ModelInfo
from studio.spec.calls import (
    ChatCall,
    ChatReply,
    CompletionCall,
    CompletionReply,
    EmbedReply,
    HumanCall,
    TokenChoice,
    match_choice,
)
from studio.spec.registry import default_registry
from studio.support.errors import ModelError
from studio.support.values import Json, sorted_encode
from studio.trace import Trace
from tests.engine.players import Nobody
from tests.support.improvising import sample

if TYPE_CHECKING:
    from studio.models.catalog import Catalog

CALLS = ("chat", "complete", "embed")
DIMENSIONS = 256
"""Of the recorded embeddings, which made-up ones are compared with."""


UNASKED: dict[str, Any] = {
    "name": "unasked", "supports_schema": True, "supports_logprobs": True, "supports_completion": True,
    "context_tokens": 8192, "billable": False, "local": True, "retries": 0,
}  # fmt: skip


class Answering:
    """Stands for the catalog: one model and one embedder behind every name, and a person if somebody answered once."""

    def __init__(
        self,
        graph: Graph,
        info: ModelInfo,
        *,
        embedder: str = "toy",
        retries: int = 0,
        known: Mapping[bytes, Json] | None = None,
        put: Callable[[str], str] = str,
        refusing: bool = False,
        said: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        """`known` maps requests (`key_of`) to responses; `put` rewrites the JSON text of a request before it is looked
        up there. `refusing` makes it fail for what it does not know, instead of making something up. `said` maps node
        and tick to what a person said there."""
        self.graph = graph
        self.info = info
        self.retry_transient = retries
        self.deterministic_order = False
        self.name = embedder
        self.billable = False
        self.asked: list[tuple[str, str]] = []
        """Node and tick of every call to the model."""
        self.made_up = 0
        self._known = known or {}
        self._put = put
        self._refusing = refusing
        self._said = said or {}

    @classmethod
    def like(cls, trace: Trace, graph: Graph, **more: Any) -> Answering:
        """Return one that can what the model and the embedder of the recorded run could, and knows their answers."""
        # What asked no model describes none: then it is one that can everything, and is asked nothing.
        model = _described(trace, "model") or UNASKED
        embedder = _described(trace, "embedder")
        info = ModelInfo(
            name=model["name"],
            supports_schema=model["supports_schema"],
            supports_logprobs=model["supports_logprobs"],
            supports_completion=model["supports_completion"],
            context_tokens=model["context_tokens"],
            billable=model["billable"],
            local=model["local"],
        )
        return cls(
            graph,
            info,
            embedder=embedder.get("name", "toy"),
            retries=int(model["retries"]),
            known=answers_of(trace),
            said=said_in(trace),
            **more,
        )

    # -- the catalog --------------------------------------------------------------------------------

    def provider(self, name: str = "default") -> Answering:
        return self

    def embedder(self, name: str = "default") -> Embedding:
        return Embedding(self)

    def human(self, answers: Path | None = None) -> Nobody | SamePerson:
        return SamePerson(self._said) if self._said else Nobody()

    def lasting_name(self, name: str) -> str:
        return name

    async def aclose(self) -> None:
        """Nothing to close."""

    # -- the model ----------------------------------------------------------------------------------

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        self.asked.append((call.node, call.tick))
        request = call.canonical(self.info.name)
        known = self._look_up("chat", request)
        if known is not None:
            return ChatReply.from_json(known)
        chance = _chance(request)
        if call.schema is None:
            # A list of one line, too, for graphs that read lists.
            return ChatReply(f"1. Something else, number {chance.randrange(10**6)}.", model=self.info.name)
        made = sample(call.schema, str(chance.random()))
        return ChatReply(json.dumps(made), model=self.info.name)

    async def complete(self, call: CompletionCall) -> CompletionReply:
        self.asked.append((call.node, call.tick))
        request = call.canonical(self.info.name)
        known = self._look_up("complete", request)
        if known is not None:
            return CompletionReply.from_json(known)
        chance = _chance(request)
        weights = {label: chance.random() + 0.01 for label in self._labels(call.node)}
        whole = math.fsum(weights.values()) * 1.01
        choices = [TokenChoice(f" {label}", math.log(weight / whole)) for label, weight in weights.items()]
        choices.sort(key=lambda choice: -choice.logprob)
        return CompletionReply(choices[0].token, tuple(choices), model=self.info.name)

    def _look_up(self, kind: str, request: Mapping[str, Json]) -> Any:
        found = self._known.get(key_of(kind, request, self._put))
        if found is None and self._refusing:
            raise ModelError(f"This {kind} was not asked in the recorded run: {json.dumps(request)[-300:]}")
        self.made_up += found is None
        return found

    def _labels(self, path: str) -> list[str]:
        found = node_at(Scope(self.graph), path, default_registry())
        assert found is not None
        params = found[1].params
        return list(params.get("labels") or params["routes"])


class Embedding:
    """The embedder of an `Answering`."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.name = answering.name
        self.billable = False

    async def embed(self, texts: list[str]) -> EmbedReply:
        known = self._answering._look_up("embed", {"model": self.name, "texts": list(texts)})
        return EmbedReply(known if known is not None else [_vector(text) for text in texts])


class SamePerson:
    """A person who says at each place what was said there before, and elsewhere what was said last; where there are
    choices and it is none of them, one of the choices."""

    deterministic_order = False

    def __init__(self, said: Mapping[tuple[str, str], str]) -> None:
        self._said = said

    def answers(self, kind: str, name: str) -> bool:
        return kind == "human"

    async def ask(self, call: HumanCall) -> str:
        answer = self._said.get((call.node, call.tick), list(self._said.values())[-1])
        if call.choices and match_choice(answer, call.choices) is None:
            return _chance([call.question, *call.choices]).choice(call.choices)
        return answer


def as_catalog(answering: Answering) -> Catalog:
    """Return it as what it stands for."""
    return cast("Catalog", answering)


def answers_of(trace: Trace) -> dict[bytes, Json]:
    """Return what the models of the last run answered, by request."""
    return {
        key_of(effect.kind, effect.request): effect.response
        for effect in trace.effects()
        if effect.kind in CALLS and effect.status == "ok"
    }


def said_in(trace: Trace) -> dict[tuple[str, str], str]:
    """Return what a person said in the last run, by node and tick of the question."""
    place = {one.id: (one.node, one.tick) for one in trace.firings()}
    return {place[effect.firing]: str(effect.response) for effect in trace.effects(kind="human")}


def key_of(kind: str, request: Any, put: Callable[[str], str] = str) -> bytes:
    """Return what tells requests apart: kind and content; `put` may rewrite the JSON text of it."""
    text = put(sorted_encode(request).decode())
    return kind.encode() + b" " + text.encode()


def _described(trace: Trace, kind: str) -> dict[str, Any]:
    found: Iterable[Any] = (effect.response for effect in trace.effects(kind=kind))
    return dict(next(iter(found), {}))


def _chance(request: Json) -> random.Random:
    return random.Random(sorted_encode(request))


def _vector(text: str) -> list[float]:
    chance = random.Random(text)
    numbers = [chance.gauss(0, 1) for _ in range(DIMENSIONS)]
    length = math.sqrt(math.fsum(number * number for number in numbers))
    return [number / length for number in numbers]
