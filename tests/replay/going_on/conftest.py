"""An outside that remembers what was done to it, nodes that act on it, and runs that go on after an end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.engine.result import RunResult
from studio.graph import Graph
from studio.replay.continuing import resume
from studio.replay.verify import verify
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.registry import Registry
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.trace import Trace
from tests.engine.players import Services
from tests.support.toys import Add, Echo, World


class Outside:
    """What the nodes of these tests do to the outside, and how it behaves."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.broken = False
        self.patience = 0
        self.seen = 1


OUTSIDE = Outside()


@pytest.fixture(autouse=True)
def outside() -> Outside:
    OUTSIDE.__init__()  # type: ignore[misc]
    return OUTSIDE


@node("t.send", category="Toys", effects="executes", needs_approval=False)
class Send(Node):
    """Does two things outside, one after another, and may fail after them."""

    class In(Fields):
        text: str = port()

    class Out(Fields):
        text: str = port()

    async def run(self, ctx: RunContext, params: Send.Params, inputs: Send.In) -> Send.Out:
        for part in ("a", "b"):
            await ctx.effect("tool", "send", {"text": inputs.text, "part": part}, lambda part=part: self._do(part))  # type: ignore[misc]
        if OUTSIDE.broken:
            raise NodeError("the line is dead.", code="line")
        return self.Out(text=inputs.text + "!")

    async def _do(self, part: str) -> Json:
        OUTSIDE.done.append(part)
        return "sent"


@node("t.look", category="Toys", effects="reads", needs_approval=False)
class Look(Node):
    """Looks how the world is."""

    class In(Fields):
        text: str = port(default="")

    class Out(Fields):
        seen: int = port()

    async def run(self, ctx: RunContext, params: Look.Params, inputs: Look.In) -> Look.Out:
        async def look() -> Json:
            OUTSIDE.done.append("look")
            return OUTSIDE.seen

        return self.Out(seen=int(await ctx.effect("file", "look", None, look)))


@node("t.flaky", category="Toys", effects="network", live=False, needs_approval=False)
class Flaky(Node):
    """Asks outside and fails the first times."""

    class In(Fields):
        text: str = port()

    class Out(Fields):
        text: str = port()

    async def run(self, ctx: RunContext, params: Flaky.Params, inputs: Flaky.In) -> Flaky.Out:
        async def ask() -> Json:
            OUTSIDE.done.append("ask")
            return len(OUTSIDE.done)

        times = int(await ctx.effect("tool", "ask", None, ask))
        if times < 3:
            raise NodeError(f"not yet, only {times} times.")
        return self.Out(text=f"{inputs.text} after {times}")


@node("t.slow", category="Toys", effects="network", live=False, needs_approval=False)
class Slow(Node):
    """Is too slow as long as the world is impatient."""

    class Params(Fields):
        word: str = param("done", help="What it says.")

    class Out(Fields):
        text: str = port()

    async def run(self, ctx: RunContext, params: Slow.Params, inputs: Slow.In) -> Slow.Out:
        async def ask() -> Json:
            OUTSIDE.done.append("ask")
            if len(OUTSIDE.done) <= OUTSIDE.patience:
                await asyncio.Event().wait()
            return "ok"

        await ctx.effect("tool", "ask", None, ask)
        return self.Out(text=params.word)


def registry(*more: type[Node]) -> Registry:
    return Registry(extra=(Add, Echo, World, Send, Look, Flaky, Slow, *more))


def ran(db: Path, text: str, **options: Any) -> RunResult:
    services: Any = options.pop("services", None) or Services()
    return run(Graph.from_text(text), db=db, registry=registry(), catalog=services, **options)


def gone_on(db: Path, **options: Any) -> RunResult:
    options.setdefault("registry", registry())
    options.setdefault("catalog", Services())
    return resume(db, **options)


def is_verified(db: Path, run_id: str) -> bool:
    with Trace(db) as trace:
        found = verify(trace, run_id, registry=registry())
        assert found.difference is None, str(found.difference)
        return found.firings > 0


SENDING = """\
nodes:
  word: {type: flow.input, value: hello}
  send: {type: t.send}
  result: {type: flow.output}
edges:
  - word.value -> send.text
  - send.text -> result.value
"""
