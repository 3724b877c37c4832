"""Runs that are not scripted: a model that takes its time or fails, races by arrival, and types that a test brings."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from studio import Graph, Trace, run
from studio.engine.result import RunResult
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.calls import ChatCall, ChatReply, CompletionReply, ModelInfo, TokenChoice
from studio.spec.registry import Registry
from studio.support.errors import ModelError
from tests.engine.players import REGISTRY, Nobody, Services, run_logged
from tests.support.memory_log import MemoryLog
from tests.support.toys import TOYS

WON_BY_FEW = """
nodes:
  n: {type: toy.number, value: 1}
  a: {type: toy.echo}
  b: {type: toy.echo}
  c: {type: toy.echo}
  left: {type: flow.merge, take: first_arrival}
  right: {type: flow.merge, take: first_arrival}
  o: {type: flow.output}
  p: {type: flow.output}
edges:
  - n.out -> a.value
  - n.out -> b.value
  - n.out -> c.value
  - a.out -> left.value
  - b.out -> left.value
  - b.out -> right.value
  - c.out -> right.value
  - left.value -> o.value
  - right.value -> p.value
"""


def with_types(*types: type[Node]) -> Registry:
    return Registry(extra=(*TOYS, *types))


def arriving(graph: Graph, **options: Any) -> tuple[RunResult, MemoryLog]:
    options.setdefault("catalog", Services(scripted=False))
    return run_logged(graph, **options)


def recorded(graph: Graph, folder: Path, registry: Registry = REGISTRY, **options: Any) -> tuple[RunResult, Trace]:
    options.setdefault("catalog", Services(scripted=False))
    return run(graph, db=folder / "trace.db", registry=registry, **options), Trace(folder / "trace.db")


class Model:
    """A model that is not scripted; `wait` says how long a call takes (s)."""

    deterministic_order = False
    retry_transient = 0
    info = ModelInfo(name="near", supports_schema=True, supports_completion=True, local=True)

    def __init__(self, wait: Any = lambda text: 0.0, fails: Any = lambda call: None) -> None:
        self.wait, self.fails, self.asked = wait, fails, 0

    async def chat(self, call: ChatCall, on_text: Any = None) -> ChatReply:
        self.asked += 1
        await asyncio.sleep(self.wait(call.messages[-1]["content"]))
        if (error := self.fails(self)) is not None:
            raise error
        return ChatReply(text="re " + str(call.messages[-1]["content"]), model="near")

    async def complete(self, call: Any) -> CompletionReply:
        self.asked += 1
        await asyncio.sleep(self.wait(call.prompt))
        return CompletionReply(text="x", choices=(TokenChoice("x", -0.1),), model="near")


class Near:
    def __init__(self, model: Any) -> None:
        self.model = model

    def provider(self, name: str = "default") -> Any:
        if name == "strong":
            raise ModelError("There is no key for this model.", code="no_key")
        return self.model

    def human(self, answers: Any = None) -> Any:
        return Nobody()

    async def aclose(self) -> None: ...


# -- B. failures ----------------------------------------------------------------------------------------


class Given(Fields):
    value: object = port(None)


class Put(Fields):
    out: object = port()


# -- D. effects: random, shared questions, clock ----------------------------------------------------------


@node("review.once", category="Review", effects="network", live=False, needs_approval=False)
class Once(Node):
    """Asks a shared question."""

    class In(Given):
        """What it takes."""

    class Out(Put):
        """What it gives."""

    async def run(self, ctx: RunContext, params: Fields, inputs: Given) -> Put:
        reply = await ctx.model("default").complete("same", once=True)
        return Put(out=reply.text)


# -- E. replay and verify ----------------------------------------------------------------------------------


def asker(*texts: str, type: str = "review.ask") -> type[Node]:
    @node(type, category="Review", effects="network", live=False, needs_approval=False)
    class Asker(Node):
        """Asks one after another and gives the first answer."""

        class Out(Put):
            """What it gives."""

        async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Put:
            replies = [await ctx.model("default").chat([{"role": "user", "content": text}]) for text in texts]
            return Put(out=replies[0].text)

    return Asker
