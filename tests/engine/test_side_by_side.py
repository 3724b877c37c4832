"""Runs beside each other and inside each other, and runs that are aborted at any moment."""

from __future__ import annotations

import asyncio
import gc
import threading
from pathlib import Path
from typing import Any

from studio import Graph, Trace, arun, run
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.registry import Registry
from tests.engine.live import WON_BY_FEW, recorded
from tests.engine.players import REGISTRY, Services
from tests.support.toys import TOYS, TURNS, latencies, shuffled

BUSY = """
nodes:
  items: {type: flow.input, value: [1, 2, 3, 4, 5, 6]}
  work: {type: flow.map, graph: body, concurrency: 3}
  sub: {type: flow.subgraph, graph: inner}
  guarded: {type: toy.echo, retries: 3, timeout_s: 5}
  world: {type: toy.world}
edges:
  - items.value -> work.items
  - items.value -> sub.item
  - items.value -> guarded.value
  - world.out ~> world.after
max_ticks: 3
graphs:
  body:
    nodes:
      item: {type: flow.input}
      e: {type: toy.echo, retries: 2}
      again: {type: flow.subgraph, graph: inner}
    edges:
      - item.value -> e.value
      - e.out -> again.item
  inner:
    nodes:
      item: {type: flow.input}
      x: {type: toy.echo}
      y: {type: toy.tool}
      g: {type: toy.gather}
    edges:
      - item.value -> x.value
      - item.value -> y.value
      - x.out -> g.parts
      - y.out -> g.parts
"""


async def test_a_run_can_be_aborted_at_any_moment(tmp_path: Path) -> None:
    """Rule 2.13: the record says so, no task is left over and nothing is raised where nobody looks."""
    unseen: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: unseen.append(context))
    graph, db, aborted = Graph.from_text(BUSY), tmp_path / "trace.db", 0
    for moment in range(1, 60, 2):
        with latencies(shuffled(moment, 9)):
            task = asyncio.create_task(arun(graph, registry=REGISTRY, catalog=Services(scripted=False), db=db))  # type: ignore[arg-type]
            for _ in range(moment):
                await asyncio.sleep(0)
            was_under_way = not task.done()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert TURNS.waiting == 0
        if was_under_way and moment > 1:
            aborted += 1
            with Trace(db) as trace:
                assert (trace.run("last").status, trace.run("last").ended) == ("aborted", "abort")
    gc.collect()
    assert aborted > 10
    assert not unseen


def test_runs_of_several_threads_share_one_file(tmp_path: Path) -> None:
    graph, made = Graph.from_text(BUSY), []

    def work() -> None:
        for _ in range(4):
            made.append(run(graph, registry=REGISTRY, catalog=Services(scripted=False), db=tmp_path / "trace.db"))  # type: ignore[arg-type]

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 12
    with Trace(tmp_path / "trace.db") as trace:
        for result in made:
            decided = [firing for firing in trace.firings(result.run_id) if firing.status in ("ok", "error")]
            assert (result.status, len(decided)) == ("ok", result.firings)


def test_a_node_may_run_a_graph_of_its_own(tmp_path: Path) -> None:
    @node("review.inner", category="Review")
    class Inner(Node):
        """Runs another graph into the same file."""

        class Out(Fields):
            out: object = port()

        async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Inner.Out:
            graph = Graph.from_text(WON_BY_FEW)
            inner = await arun(graph, registry=REGISTRY, catalog=Services(), db=tmp_path / "trace.db")  # type: ignore[arg-type]
            return self.Out(out=inner.outputs)

    graph = Graph.from_text("nodes:\n  i: {type: review.inner}\n")
    result, trace = recorded(graph, tmp_path, registry=Registry(extra=(*TOYS, Inner)))

    assert result.status == "ok"
    assert [one.status for one in trace.runs()] == ["ok", "ok"]
