"""A model with the abilities of the recorded one that answers by what it is asked, and nothing else.

It knows some answers (a recorded run's, or those to the same questions put otherwise) and makes up all others: a label,
a choice of the schema, a text, each valid and each following from the request alone. So a graph gets the same answers
however it comes to ask, in a run from the beginning as in a fork.
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
from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, EmbedReply, TokenChoice
from studio.spec.registry import default_registry
from studio.support.errors import ModelError
from studio.support.values import Json, sorted_encode
from studio.trace import Trace
from tests.engine.players import Nobody

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
    """Stands for the catalog: one model and one embedder behind every name, and nobody to ask."""

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
    ) -> None:
        """`known` maps requests (`key_of`) to responses; `put` rewrites the JSON text of a request before it is looked
        up there. `refusing` makes it fail for what it does not know, instead of making something up."""
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
        known = answers_of(trace)
        return cls(
            graph, info, embedder=embedder.get("name", "toy"), retries=int(model["retries"]), known=known, **more
        )

    # -- the catalog --------------------------------------------------------------------------------

    def provider(self, name: str = "default") -> Answering:
        return self

    def embedder(self, name: str = "default") -> Embedding:
        return Embedding(self)

    def human(self, answers: Path | None = None) -> Nobody:
        return Nobody()

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
            return ChatReply(f"Something else, number {chance.randrange(10**6)}.", model=self.info.name)
        return ChatReply(json.dumps(_valid(call.schema, chance)), model=self.info.name)

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


def _valid(schema: Mapping[str, Any], chance: random.Random) -> Json:
    """Return some value that keeps to a schema."""
    if "enum" in schema:
        return chance.choice(schema["enum"])
    kind = schema.get("type")
    if kind == "object":
        return {name: _valid(one, chance) for name, one in schema["properties"].items()}
    if kind == "integer":
        return chance.randint(int(schema.get("minimum", 0)), int(schema.get("maximum", 99)))
    assert kind == "string", schema
    return f"something {chance.randrange(10**6)}"
