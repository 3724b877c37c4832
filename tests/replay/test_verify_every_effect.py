"""A replay answers every kind of effect from the record and constructs nothing."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from studio import Graph
from studio.models.catalog import Catalog
from studio.replay.verify import verify
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.calls import ChatCall, ChatReply, EmbedReply, ModelInfo
from studio.spec.registry import Registry
from tests.engine.live import recorded
from tests.engine.players import Nobody, Services
from tests.support.toys import TOYS


class Model:
    """A model that is neither scripted nor far away."""

    retry_transient = 0
    deterministic_order = False
    info = ModelInfo(name="near", supports_schema=True, local=True)

    async def chat(self, call: ChatCall, on_text: Any = None) -> ChatReply:
        return ChatReply(text=f"{call.node} {call.tick}", model="near")


class Embedder:
    """One vector for all texts."""

    name = "near"
    billable = False

    async def embed(self, texts: list[str]) -> EmbedReply:
        return EmbedReply(vectors=[[0.5, 0.5]] * len(texts), tokens_in=1, cost_usd=0.0)


class Person(Nobody):
    """Agrees."""

    async def ask(self, call: Any) -> str:
        return "yes"


class Near(Services):
    """A catalog with a model, an embedder and a person."""

    def provider(self, name: str = "default") -> Any:
        return Model()

    def embedder(self, name: str = "default") -> Any:
        return Embedder()


@node("review.all", category="Review", effects="reads", needs_approval=False)
class AllEffects(Node):
    """Asks for one of everything."""

    class In(Fields):
        value: object = port(None)

    class Out(Fields):
        out: list[object] = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: AllEffects.In) -> AllEffects.Out:
        async def ticket() -> Any:
            TICKETS.append(len(TICKETS))
            return TICKETS[-1]

        answer = await ctx.ask_human("Go on?", ["yes", "no"])
        now = await ctx.now()
        await ctx.sleep(0)
        drawn = ctx.random.random()
        number = await ctx.effect("tool", "ticket", {"queue": 1}, ticket)
        vectors = await ctx.embed(["text"], once=True)
        reply = await ctx.model("default").chat([{"role": "user", "content": "Well?"}])
        return self.Out(out=[answer, now, drawn, number, vectors, reply.text])


TICKETS: list[int] = []


def test_a_replay_answers_every_kind_of_effect_and_constructs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(extra=(*TOYS, AllEffects))
    graph = Graph.from_text("""
nodes:
  m: {type: review.all}
  items: {type: flow.input, value: [a, b/c]}
  map: {type: flow.map, graph: body, key: name, concurrency: 2}
edges:
  - m.done ~> m.value
  - items.value -> map.items
max_ticks: 3
graphs:
  body:
    nodes:
      item: {type: flow.input}
      m: {type: review.all}
    edges:
      - item.value -> m.value
""")
    result, trace = recorded(graph, tmp_path, registry=registry, catalog=Near(), human=Person())
    assert result.status == "ok"

    def never(*arguments: Any, **keywords: Any) -> None:
        raise AssertionError("a replay reached outside")

    monkeypatch.setattr(Catalog, "__init__", never)
    monkeypatch.setattr(socket.socket, "connect", never)
    monkeypatch.setattr(subprocess.Popen, "__init__", never)
    asked = len(TICKETS)
    made = verify(trace, result.run_id, registry=registry)

    assert made.difference is None
    assert (made.effects, len(TICKETS)) == (6 * 9, asked)
