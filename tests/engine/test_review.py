"""What random graphs with scripted effects cannot see: races by arrival, aborting at any moment, threads, replay."""

from __future__ import annotations

import asyncio
import gc
import socket
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, arun, run
from studio.engine.result import RunResult
from studio.models.catalog import Catalog
from studio.replay.verify import verify
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.calls import ChatCall, ChatReply, EmbedReply, ModelInfo
from studio.spec.registry import Registry
from studio.trace.found import Firing
from tests.engine.players import REGISTRY, Nobody, Services, by_engine, by_reference, run_logged, values
from tests.engine.same import differences
from tests.support.toys import TOYS, TURNS, latencies, shuffled

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


def recorded(graph: Graph, folder: Path, **options: Any) -> tuple[RunResult, Trace]:
    """Run with a model that is not scripted, so that races end by arrival, and record it in a file."""
    options.setdefault("registry", REGISTRY)
    options.setdefault("catalog", Services(scripted=False))
    return run(graph, db=folder / "trace.db", **options), Trace(folder / "trace.db")


def by_node(firings: Sequence[Firing] | Any) -> dict[str, Firing]:
    return {firing.node: firing for firing in firings}


# -- races by arrival (2.3) ----------------------------------------------------------------------------


@pytest.mark.parametrize("slow", ["a", "b", "c"])
def test_two_races_may_share_a_contender_and_the_replay_repeats_both(slow: str, tmp_path: Path) -> None:
    with latencies(lambda node, tick: 40 if node == slow else 3):
        result, trace = recorded(Graph.from_text(WON_BY_FEW), tmp_path)

    assert result.outputs == {"o": 1, "p": 1}
    firings = by_node(trace.firings(result.run_id))
    assert result.firings == sum(firing.status != "skipped" for firing in firings.values())
    assert verify(trace, result.run_id, registry=REGISTRY).difference is None


def test_a_contender_of_two_races_runs_on_while_one_of_them_is_open() -> None:
    graph = Graph.from_text(WON_BY_FEW.replace("  - n.out -> c.value\n", ""))
    with latencies(lambda node, tick: 40 if node == "b" else 3):
        result, _ = run_logged(graph, catalog=Services(scripted=False))

    assert result.outputs == {"o": 1, "p": 1}


def test_a_contender_that_fails_after_the_race_was_won_fails_nothing() -> None:
    graph = Graph.from_text("""
nodes:
  n: {type: toy.number, value: 1}
  tool: {type: toy.tool}
  bad: {type: toy.fail}
  fast: {type: toy.echo}
  race: {type: flow.merge, take: first_arrival}
  o: {type: flow.output}
edges:
  - n.out -> tool.value
  - tool.out -> bad.value
  - n.out -> fast.value
  - bad.out -> race.value
  - fast.out -> race.value
  - race.value -> o.value
""")
    with latencies(lambda node, tick: 40 if node == "tool" else 3):
        result, _ = run_logged(graph, catalog=Services(scripted=False))

    assert (result.status, result.outputs) == ("ok", {"o": 1})


@pytest.mark.parametrize("slow", ["a", "b"])
def test_where_all_contenders_fail_the_first_in_edge_order_is_reported_whoever_failed_first(slow: str) -> None:
    graph = Graph.from_text("""
nodes:
  one: {type: toy.number, value: 1}
  a: {type: toy.fail}
  b: {type: toy.fail}
  race: {type: flow.merge, take: first_arrival}
edges:
  - one.out -> b.value
  - one.out -> a.value
  - b.out -> race.value
  - a.out -> race.value
""")
    with latencies(lambda node, tick: 9 if node == slow else 0):
        result, _ = run_logged(graph, catalog=Services(scripted=False))

    assert result.error is not None
    assert result.error["node"] == "b"


def test_a_value_fed_back_is_there_first_and_losers_never_begin() -> None:
    graph = Graph.from_text("""
nodes:
  n: {type: toy.number, value: 1}
  a: {type: toy.echo}
  race: {type: flow.merge, take: first_arrival}
  o: {type: flow.output, collect: true}
edges:
  - n.out -> a.value
  - a.out -> race.value
  - race.value ~> race.value: {initial: 7}
  - race.value -> o.value
max_ticks: 2
""")
    result, log = run_logged(graph, catalog=Services(scripted=False))

    assert result.outputs == {"o": [7, 7]}
    assert [firing.reason for firing in log.firings if firing.path == "a"] == ["lost the race at `race`"]


def test_races_inside_the_items_of_a_map_replay(tmp_path: Path) -> None:
    graph = Graph.from_text("""
nodes:
  items: {type: flow.input, value: [1, 2, 3, 4]}
  work: {type: flow.map, graph: body, concurrency: 3}
  out: {type: flow.output}
edges:
  - items.value -> work.items
  - work.res -> out.value
graphs:
  body:
    nodes:
      item: {type: flow.input}
      a: {type: toy.echo}
      c: {type: toy.mix}
      race: {type: flow.merge, take: first_arrival}
      res: {type: flow.output}
    edges:
      - item.value -> a.value
      - item.value -> c.a
      - a.out -> race.value
      - c.out -> race.value
      - race.value -> res.value
""")
    with latencies(lambda node, tick: 9 if node in ("work/0/a", "work/2/c") else 2):
        result, trace = recorded(graph, tmp_path)

    assert result.outputs["out"][2] == 3
    assert result.outputs["out"][0] != 1
    assert verify(trace, result.run_id, registry=REGISTRY).difference is None


# -- aborting, threads, runs in runs -------------------------------------------------------------------

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


# -- stores and identity -------------------------------------------------------------------------------

NESTED = """
nodes:
  items: {{type: flow.input, value: [1, 2, 3]}}
  m: {{type: flow.map, graph: outer, concurrency: {concurrency}}}
  r: {{type: toy.notes, store: log}}
  seen: {{type: flow.output}}
  all: {{type: flow.output}}
edges:
  - items.value -> m.items
  - m.seen -> seen.value
  - m.seen -> r.after
  - r.all -> all.value
stores:
  log: {{type: list, scope: {scope}}}
graphs:
  outer:
    nodes:
      item: {{type: flow.input}}
      two: {{type: flow.input, value: [10, 20]}}
      n: {{type: toy.note, store: log}}
      inner: {{type: flow.map, graph: inner, concurrency: {concurrency}}}
      r: {{type: toy.notes, store: log}}
      seen: {{type: flow.output}}
    edges:
      - item.value -> n.value
      - two.value -> inner.items
      - item.value -> inner.base
      - inner.seen -> r.after
      - r.all -> seen.value
  inner:
    nodes:
      item: {{type: flow.input}}
      base: {{type: flow.input}}
      add: {{type: toy.add}}
      n: {{type: toy.note, store: log}}
      r: {{type: toy.notes, store: log}}
      seen: {{type: flow.output}}
    edges:
      - item.value -> add.a
      - base.value -> add.b
      - add.out -> n.value
      - n.out -> r.after
      - r.all -> seen.value
"""


@pytest.mark.parametrize("scope", ["region", "run", "project"])
@pytest.mark.parametrize("concurrency", [1, 3])
def test_maps_in_maps_write_an_outer_store_in_item_order(scope: str, concurrency: int, tmp_path: Path) -> None:
    """Rule 2.9: an item sees the store as it was plus its own writes; all writes are applied in item order."""
    graph = Graph.from_text(NESTED.format(scope=scope, concurrency=concurrency))
    graph.base = tmp_path
    with latencies(shuffled(concurrency)):
        result, trace = recorded(graph, tmp_path)

    assert result.outputs["all"] == [1, 11, 21, 2, 12, 22, 3, 13, 23]
    assert result.outputs["seen"] == [[1, 11, 21], [2, 12, 22], [3, 13, 23]]
    assert verify(trace, result.run_id, registry=REGISTRY).difference is None


def test_producers_are_named_right_across_regions_and_bodies_come_before_their_node(tmp_path: Path) -> None:
    graph = Graph.from_text(NESTED.format(scope="region", concurrency=2))
    result, trace = recorded(graph, tmp_path)
    firings = {(firing.node, firing.tick): firing for firing in trace.firings(result.run_id)}
    node_of = {firing.id: firing.node for firing in firings.values()}

    assert node_of[firings["m/1/inner/0/base", "0.0.0"].inputs["value"][0]] == "m/1/item"
    assert node_of[firings["m/1/item", "0.0"].inputs["value"][0]] == "items"
    outline = [firing.node for firing in trace.outline(result.run_id)]
    last = ["m/0/inner/0/seen", "m/0/inner/1/seen", "m/0/inner", "m/0/seen", "m/2/seen", "m"]
    assert sorted(last, key=outline.index) == last


@pytest.mark.parametrize(("depth", "status"), [(16, "ok"), (17, "failed")])
def test_a_graph_contains_itself_sixteen_deep_and_no_deeper(depth: int, status: str) -> None:
    graph = Graph.from_text(f"""
nodes:
  depth: {{type: toy.number, value: {depth}}}
  down: {{type: flow.subgraph, graph: down}}
edges:
  - depth.out -> down.n
graphs:
  down:
    nodes:
      n: {{type: flow.input}}
      less: {{type: toy.add, plus: -1}}
      more: {{type: toy.at_least, limit: 1}}
      again: {{type: flow.subgraph, graph: down}}
    edges:
      - n.value -> less.a
      - less.out -> more.value
      - more.yes -> again.when
      - less.out -> again.n
""")
    result, log = run_logged(graph, catalog=Services(scripted=False))

    assert (result.status, by_reference(graph).status) == (status, status)
    assert len({(firing.path, firing.tick) for firing in log.firings}) == len(log.firings)


def test_feedback_of_every_kind_at_once() -> None:
    """Rule 2.1: `initial: null` is present; from `error`, from `done` into `when`, with `hold`, from a steady node."""
    graph = Graph.from_text("""
nodes:
  w: {type: toy.world}
  doors: {type: toy.parity}
  odd: {type: toy.fail, modulus: 2, remainder: 1, on_error: route}
  a: {type: toy.gather_any}
  h: {type: toy.gather_any}
  n: {type: toy.echo}
  s: {type: flow.subgraph, graph: body}
  steady: {type: toy.number, value: 4}
edges:
  - w.out -> doors.value
  - w.out -> odd.value
  - doors.even ~> a.parts: {initial: null}
  - doors.even ~> h.parts: {hold: true}
  - odd.error ~> n.value
  - odd.done ~> s.when: {initial: false}
  - steady.out ~> s.x
  - w.done ~> w.after
max_ticks: 6
graphs:
  body:
    nodes:
      x: {type: flow.input, value: null}
      e: {type: toy.echo}
    edges:
      - x.value -> e.value
""")
    expected = by_reference(graph)
    assert not differences(expected, by_engine(graph))
    assert values(expected, "a", "all")[0] == [None]


# -- limits (2.12) -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["firings", "ticks"])
def test_a_limit_that_is_just_enough_pauses_nothing(kind: str) -> None:
    graph = Graph.from_text("""
nodes:
  count: {type: toy.add, plus: 1}
edges:
  - count.out ~> count.a: {initial: 0}
max_ticks: 3
""")
    enough, _ = run_logged(graph, limits={kind: 3})
    short, _ = run_logged(graph, limits={kind: 2})

    assert enough.status == "ok"
    assert (short.status, short.ended, getattr(short, kind)) == ("paused", f"limit:{kind}", 2)


def test_what_is_in_flight_when_a_limit_pauses_the_run_is_finished_and_recorded() -> None:
    graph = Graph.from_text("""
nodes:
  a: {type: toy.echo}
  b: {type: toy.echo}
  n: {type: toy.number}
  c: {type: toy.add}
  d: {type: toy.add}
edges:
  - n.out -> a.value
  - n.out -> b.value
  - n.out -> c.a
  - c.out -> d.a
""")
    with latencies(lambda node, tick: 20 if node in "ab" else 0):
        result, log = run_logged(graph, catalog=Services(scripted=False), limits={"firings": 4})

    assert (result.status, result.firings) == ("paused", 4)
    assert {firing.path for firing in log.firings} == {"a", "b", "c", "n"}


# -- replay --------------------------------------------------------------------------------------------


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
