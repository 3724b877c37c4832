"""The event loop belongs to all: a run gives others their turn, and an abort holds."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from studio import Graph, arun
from studio.spec import Fields, Node, RunContext, node
from tests.engine.live import Given, Put, with_types
from tests.engine.players import REGISTRY, Services
from tests.support.memory_log import MemoryLog


def test_a_loop_of_inline_nodes_lets_others_have_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """2.8, 2.12, 2.13: limits in seconds, aborting and sibling runs need the event loop, however short the ticks."""
    now = [0]

    def clock() -> int:
        now[0] += 1_000_000
        return now[0]

    monkeypatch.setattr("studio.engine.scheduling.clock", clock)
    monkeypatch.setattr("studio.engine.deciding.clock", clock)

    async def main() -> int:
        turns = 0

        async def beat() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        beating = asyncio.create_task(beat())
        graph = Graph.from_text(
            "nodes:\n  c: {type: toy.add, plus: 1}\nedges:\n  - c.out ~> c.a: {initial: 0}\nmax_ticks: 2000\n"
        )
        await arun(graph, registry=REGISTRY, catalog=Services(), log=MemoryLog(), db="unused.db")  # type: ignore[arg-type]
        beating.cancel()
        return turns

    assert asyncio.run(main()) > 100


def test_a_node_that_swallows_the_abort_does_not_undo_it() -> None:
    """2.13: abort cancels waiting work; nothing new starts after it and the run is aborted, not ok."""
    begun: list[str] = []

    @node("review.stubborn", category="Review")
    class Stubborn(Node):
        """Catches what it should not."""

        class In(Given):
            """What it takes."""

        class Out(Put):
            """What it gives."""

        async def run(self, ctx: RunContext, params: Fields, inputs: Given) -> Put:
            begun.append(ctx.node)
            with contextlib.suppress(BaseException):
                await asyncio.sleep(0.05)
            return Put(out=1)

    graph = Graph.from_text("""
nodes:
  a: {type: review.stubborn}
  n: {type: review.stubborn}
edges:
  - a.out -> n.value
""")

    async def main() -> MemoryLog:
        log = MemoryLog()
        task = asyncio.create_task(
            arun(graph, registry=with_types(Stubborn), catalog=Services(), log=log, db="unused.db")  # type: ignore[arg-type]
        )
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return log

    assert asyncio.run(main()).finished == ("aborted", "abort")
    assert begun == ["a"]
