"""Effects of live runs: random numbers, questions shared by many, a fixed clock, threads that come too late."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from studio import Graph
from studio.replay.verify import verify
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.errors import ModelError, NodeError
from tests.engine.live import Given, Model, Near, Once, Put, arriving, recorded, with_types
from tests.engine.players import run_logged
from tests.support.toys import latencies


@node("review.dice", category="Review")
class Second(Node):
    """Fails first, then draws."""

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Second.Out:
        if ctx.attempt == 1:
            raise NodeError("not yet")
        return self.Out(out=ctx.random.randrange(10**9))


def test_random_numbers_of_a_second_attempt_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """2.10: seeded by run seed and firing identity. The live run's back-off draws its jitter from `ctx.random`."""
    monkeypatch.setattr("studio.engine.firing.BACKOFF_S", 0.001)
    registry = with_types(Second)
    _, trace = recorded(Graph.from_text("nodes:\n  r: {type: review.dice, retries: 2}\n"), tmp_path, registry)
    assert verify(trace, registry=registry).difference is None


def test_random_numbers_after_a_transient_model_error_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.engine.effects.RETRY_FIRST_S", 0.001)

    @node("review.ask_dice", category="Review", effects="network", live=False, needs_approval=False)
    class AskDice(Node):
        """Asks, then draws."""

        class Out(Fields):
            out: int = port()

        async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> AskDice.Out:
            await ctx.model("default").chat([{"role": "user", "content": "x"}])
            return self.Out(out=ctx.random.randrange(10**9))

    model = Model(fails=lambda m: ModelError("busy", code="rate_limit", transient=True) if m.asked == 1 else None)
    model.retry_transient = 2
    registry = with_types(AskDice)
    graph = Graph.from_text("nodes:\n  n: {type: review.ask_dice}\n")
    _, trace = recorded(graph, tmp_path, registry, catalog=Near(model))
    assert verify(trace, registry=registry).difference is None


def test_a_shared_question_outlives_the_first_asker_who_lost_a_race() -> None:
    """2.3: losing a race cancels the loser and fails nobody else."""
    graph = Graph.from_text("""
nodes:
  s: {type: toy.number}
  a: {type: review.once}
  fast: {type: toy.echo}
  race: {type: flow.merge, take: first_arrival}
  pre: {type: toy.echo}
  b: {type: review.once}
edges:
  - s.out -> a.value
  - s.out -> fast.value
  - a.out -> race.value
  - fast.out -> race.value
  - s.out -> pre.value
  - pre.out -> b.value
""")
    with latencies(lambda node, tick: {"fast": 12, "pre": 5}.get(node, 0)):
        result, _ = arriving(graph, registry=with_types(Once), catalog=Near(Model(lambda text: 0.05)))
    assert result.error is None


def test_a_shared_question_outlives_the_time_limit_of_its_first_asker() -> None:
    graph = Graph.from_text("""
nodes:
  s: {type: toy.number}
  a: {type: review.once, timeout_s: 0.03, on_error: skip}
  pre: {type: toy.echo}
  b: {type: review.once}
edges:
  - s.out -> a.value
  - s.out -> pre.value
  - pre.out -> b.value
""")
    with latencies(lambda node, tick: 5 if node == "pre" else 0):
        result, _ = arriving(graph, registry=with_types(Once), catalog=Near(Model(lambda text: 0.08)))
    assert result.error is None


def test_a_fixed_clock_tells_the_same_whatever_the_latencies() -> None:
    """2.10. The time slept is one number for the whole run: whoever sleeps second reads 20 s."""

    @node("review.now", category="Review", effects="reads", needs_approval=False)
    class Now(Node):
        """Sleeps and tells the time."""

        class In(Given):
            """What it takes."""

        class Out(Put):
            """What it gives."""

        async def run(self, ctx: RunContext, params: Fields, inputs: Given) -> Put:
            await asyncio.sleep(0.01 if ctx.node == slow else 0)
            await ctx.sleep(10)
            return Put(out=await ctx.now())

    graph = Graph.from_text("nodes:\n  a: {type: review.now}\n  b: {type: review.now}\n")
    told = []
    for slow in "ab":  # noqa: B007 - the node reads it
        _, log = run_logged(graph, registry=with_types(Now), clock="2026-01-01T00:00:00+00:00")
        told.append({firing.path: firing.outputs for firing in log.firings})
    assert told[0] == told[1]


def test_a_thread_that_outlives_its_time_limit_writes_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decided firing has no later effects, least of all after the footer, nor under another attempt's number."""
    monkeypatch.setattr("studio.engine.firing.BACKOFF_S", 0.001)

    @node("review.late", category="Review", effects="reads", live=False, blocking=True, needs_approval=False)
    class Late(Node):
        """Notes too late."""

        class Out(Put):
            """What it gives."""

        def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Put:
            time.sleep(0.1)
            ctx.log("late", None)
            return Put(out=1)

    graph = Graph.from_text("nodes:\n  a: {type: review.late, timeout_s: 0.03, retries: 1, on_error: skip}\n")
    result, trace = recorded(graph, tmp_path, with_types(Late))
    assert {effect.kind for effect in trace.effects(result.run_id) if effect.firing} <= {"timeout"}
