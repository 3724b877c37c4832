"""Firings cut in the middle, and runs that go on several times: calls side by side, scripts, clocks, retried organs."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.graph import Graph
from studio.replay.continuing import resume
from studio.replay.verify import verify
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.registry import Registry
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.trace import Trace
from tests.engine.players import Services
from tests.replay.crashes import Tape, crashed, decided, resumed, undisturbed
from tests.support.thorough import draws
from tests.support.toys import TOYS

DONE: list[Json] = []
"""What the nodes of these tests did outside."""


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    DONE.clear()


@node("t.chains", category="Toys", effects="executes", needs_approval=False)
class Chains(Node):
    """Chains of deeds, one after another in a chain, the chains side by side."""

    class Params(Fields):
        chains: int = param(4, help="How many.")
        steps: int = param(3, help="Deeds per chain.")

    class Out(Fields):
        all: list[object] = port()

    async def run(self, ctx: RunContext, params: Chains.Params, inputs: Chains.In) -> Chains.Out:
        async def do(chain: int, step: int) -> Json:
            for _ in range((chain * 7 + step * 3) % 5):
                await asyncio.sleep(0)
            DONE.append([chain, step])
            return f"{chain}.{step}"

        async def go(chain: int) -> list[Json]:
            return [
                await ctx.effect("tool", "do", [chain, step], lambda step=step: do(chain, step))  # type: ignore[misc]
                for step in range(params.steps)
            ]

        return self.Out(all=list(await asyncio.gather(*map(go, range(params.chains)))))


@node("t.talk", category="Toys", effects="network", live=False, needs_approval=False)
class Talk(Node):
    """Asks a model several times, each time telling it the last answer."""

    class Params(Fields):
        times: int = param(3, help="How often.")

    class In(Fields):
        said: object = port("")

    class Out(Fields):
        said: str = port()

    async def run(self, ctx: RunContext, params: Talk.Params, inputs: Talk.In) -> Talk.Out:
        said = str(inputs.said)
        for _ in range(params.times):
            said += (await ctx.model().chat([{"role": "user", "content": said}])).text
        return self.Out(said=said)


@node("t.nap", category="Toys", effects="reads", needs_approval=False)
class Nap(Node):
    """Sleeps, and tells the time."""

    class Out(Fields):
        time: str = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Nap.In) -> Nap.Out:
        await ctx.sleep(90)
        return self.Out(time=await ctx.now())


@node("t.thrice", category="Toys", effects="network", live=False, needs_approval=False)
class Thrice(Node):
    """Succeeds the third time."""

    class Out(Fields):
        times: int = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Thrice.In) -> Thrice.Out:
        async def ask() -> Json:
            DONE.append("ask")
            return len(DONE)

        times = int(await ctx.effect("tool", "ask", None, ask))
        if times < 3:
            raise NodeError(f"only {times} times.")
        return self.Out(times=times)


REGISTRY = Registry(extra=(*TOYS, Chains, Talk, Nap, Thrice))


def cut_again_and_again(
    graph: Graph, db: Path, seed: int, replies: list[Json] | None = None, clock: str | None = None
) -> None:
    """Cut a run anywhere, resume it, cut that one, …: each comes to the same end, and repeats nothing acknowledged."""
    rng = random.Random(seed)
    options: dict[str, Any] = {"registry": REGISTRY, **({"clock": clock} if clock else {})}
    whole, tape = undisturbed(graph, replies or (), **options)
    assert whole.status == "ok"
    last, parent = tape, ""
    for _ in range(draws(2, 4)):
        calls = last.calls[: rng.randrange(1, len(last.calls))]
        parent = crashed(db, graph, calls, {"clock": clock}, parent, REGISTRY)
        told = [args[0] for name, args in calls if name == "effect_result" and args[2] == "ok"]
        DONE.clear()
        services = Services(replies or ())

        result, last = resumed(db, parent, services=services, registry=REGISTRY)

        assert (result.status, result.error, result.outputs) == ("ok", None, whole.outputs)
        assert decided(last) == decided(tape)
        asked = len(DONE) + len(services.model.requests)
        assert asked <= effects_of(tape) - len(told), "what was answered in the run that went on is not asked again"


def effects_of(tape: Tape) -> int:
    return sum(1 for name, _ in tape.calls if name == "effect_intent")


SIDE_BY_SIDE = """\
nodes:
  chains: {type: t.chains}
  result: {type: flow.output}
edges:
  - chains.all -> result.value
"""


@pytest.mark.parametrize("seed", range(12))
def test_what_ran_side_by_side_in_a_firing_goes_on_where_each_part_had_come_to(seed: int, tmp_path: Path) -> None:
    cut_again_and_again(Graph.from_text(SIDE_BY_SIDE), tmp_path / "runs.db", seed)


NESTED = """\
nodes:
  numbers: {type: toy.number, value: 5}
  items: {type: toy.subset}
  each: {type: flow.map, graph: body, concurrency: 2}
  result: {type: flow.output}
edges:
  - numbers.out -> items.value
  - items.items -> each.items
  - each.result -> result.value
graphs:
  body:
    nodes:
      item: {type: flow.input}
      chains: {type: t.chains, chains: 2, steps: 2}
      result: {type: flow.output}
    edges:
      - item.value -> chains.when
      - chains.all -> result.value
"""


@pytest.mark.parametrize("seed", range(12))
def test_so_it_does_in_bodies_that_some_of_the_runs_had_not_come_to(seed: int, tmp_path: Path) -> None:
    cut_again_and_again(Graph.from_text(NESTED), tmp_path / "runs.db", seed)


@pytest.mark.parametrize("seed", range(6))
def test_a_run_cut_inside_such_a_firing_is_verified_as_far_as_it_went(seed: int, tmp_path: Path) -> None:
    graph = Graph.from_text(SIDE_BY_SIDE)
    _, tape = undisturbed(graph, registry=REGISTRY)
    at = random.Random(seed).randrange(1, len(tape.calls))
    run_id = crashed(tmp_path / "runs.db", graph, tape.calls[:at], registry=REGISTRY)

    with Trace(tmp_path / "runs.db") as trace:
        assert verify(trace, run_id, registry=REGISTRY).difference is None


def test_one_after_another_another_question_is_still_a_divergence(tmp_path: Path) -> None:
    """The control: a firing under way that asked in order and asks something else now is not the firing that it was."""
    graph = Graph.from_text(SIDE_BY_SIDE.replace("t.chains", "t.chains, chains: 1"))
    _, tape = undisturbed(graph, registry=REGISTRY)
    last = max(at for at, (name, _) in enumerate(tape.calls) if name == "effect_result")
    changed = [
        (name, (*args[:4], ["another", 0], *args[5:])) if name == "effect_intent" and args[1] == 2 else (name, args)
        for name, args in tape.calls[: last + 1]
    ]
    crashed(tmp_path / "runs.db", graph, changed, registry=REGISTRY)

    result, _ = resumed(tmp_path / "runs.db", "last", registry=REGISTRY)

    assert result.error is not None
    assert result.error["code"] == "divergence"


TALKING = """\
nodes:
  first: {type: t.talk}
  second: {type: t.talk, times: 2}
  result: {type: flow.output}
edges:
  - first.said -> second.said
  - second.said -> result.value
"""


@pytest.mark.parametrize("seed", range(12))
def test_a_script_goes_on_where_the_runs_before_had_come_to(seed: int, tmp_path: Path) -> None:
    cut_again_and_again(Graph.from_text(TALKING), tmp_path / "runs.db", seed, ["a", "b", "c", "d", "e"])


def test_calls_of_a_firing_that_two_runs_share_count_once_each_for_limits(tmp_path: Path) -> None:
    graph, db = Graph.from_text(TALKING), tmp_path / "runs.db"
    lines: list[Json] = [{"reply": letter, "tokens_in": 10, "cost_usd": 0.01} for letter in "abcde"]
    services: Any = Services(lines)
    first = run(graph, db=db, catalog=services, registry=REGISTRY, limits={"calls": 2})
    assert first.ended == "limit:calls"

    second = resume(db, catalog=Services(lines), registry=REGISTRY, limits={"calls": 4})
    third = resume(db, catalog=Services(lines), registry=REGISTRY, limits={"calls": 9})

    assert [one.calls for one in (first, second, third)] == [2, 2, 1]
    assert (second.ended, third.outputs) == ("limit:calls", {"result": "abcde"})
    assert sum(one.cost_usd or 0 for one in (first, second, third)) == pytest.approx(0.05)


@pytest.mark.parametrize("seed", range(6))
def test_a_sleep_that_was_slept_has_moved_a_fixed_clock(seed: int, tmp_path: Path) -> None:
    text = """\
nodes:
  nap: {type: t.nap}
  result: {type: flow.output}
edges:
  - nap.time -> result.value
"""
    cut_again_and_again(Graph.from_text(text), tmp_path / "runs.db", seed, clock="2026-01-01T00:00:00+00:00")


def test_an_organ_in_a_body_that_was_tried_again_has_attempts_of_its_own(tmp_path: Path) -> None:
    text = """\
nodes:
  work: {type: flow.subgraph, graph: outer, retries: 4}
  late: {type: toy.ask}
  result: {type: flow.output}
edges:
  - work.times -> late.question
  - late.text -> result.value
graphs:
  outer:
    nodes:
      organ: {type: flow.subgraph, graph: inner, clock: shared}
      times: {type: text.template, template: "{n} times"}
      out: {type: flow.output}
    edges:
      - organ.times -> times.n
      - times.text -> out.value
  inner:
    nodes:
      thrice: {type: t.thrice}
      times: {type: flow.output}
    edges:
      - thrice.times -> times.value
"""
    graph, db = Graph.from_text(text.replace("work.times", "work.out")), tmp_path / "runs.db"
    services: Any = Services([])
    failed = run(graph, db=db, catalog=services, registry=REGISTRY)
    assert (failed.status, len(DONE)) == ("failed", 3)
    with Trace(db) as trace:
        assert [one.attempt for one in trace.firings("last", "work/organ/thrice")] == [1, 2, 3]

    result = resume(db, catalog=Services(["Quite so."]), registry=REGISTRY)

    assert result.outputs == {"result": "Quite so."}
    assert len(DONE) == 3
