"""Runs that are hard to repeat verify: limits, retries, refusals, calls side by side; a changed request is found."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from studio import Graph
from studio.replay.verify import verify
from studio.spec import Fields, Node, RunContext, node, param
from studio.support.errors import ModelError, NodeError
from tests.engine.live import Model, Near, Once, Put, asker, recorded, with_types
from tests.engine.players import REGISTRY
from tests.support.toys import latencies


@pytest.mark.parametrize("policy", ["skip", "route", "default, default: {out: x}"])
def test_a_changed_request_is_found_though_the_node_tolerates_errors(policy: str, tmp_path: Path) -> None:
    """7: a missing or different request stops at that step and says what differs."""
    graph = Graph.from_text(f"nodes:\n  n: {{type: review.ask, on_error: {policy}}}\n")
    failing = Model(fails=lambda model: ModelError("no", code="server"))
    _, trace = recorded(graph, tmp_path, with_types(asker("hello")), catalog=Near(failing))
    assert verify(trace, registry=with_types(asker("hello"))).difference is None
    assert verify(trace, registry=with_types(asker("good day"))).difference is not None


def test_a_request_that_is_no_longer_made_is_a_difference(tmp_path: Path) -> None:
    graph = Graph.from_text("nodes:\n  n: {type: review.ask}\n")
    _, trace = recorded(graph, tmp_path, with_types(asker("a", "b")), catalog=Near(Model()))
    assert verify(trace, registry=with_types(asker("a"))).difference is not None


def test_calls_side_by_side_in_one_firing_replay(tmp_path: Path) -> None:
    """Effects are numbered as they are asked, so the numbers of a second step depend on who answered first."""

    @node("review.parallel", category="Review", effects="network", live=False, needs_approval=False)
    class Parallel(Node):
        """Two chains of two calls."""

        class Out(Put):
            """What it gives."""

        async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Put:
            async def chain(name: str) -> str:
                model = ctx.model("default")
                return "".join([(await model.chat([{"role": "user", "content": name + n}])).text for n in "12"])

            return Put(out=await asyncio.gather(chain("p"), chain("q")))

    registry = with_types(Parallel)
    model = Model(lambda text: 0.02 if text == "p1" else 0.0)
    graph = Graph.from_text("nodes:\n  n: {type: review.parallel}\n")
    _, trace = recorded(graph, tmp_path, registry, catalog=Near(model))
    assert verify(trace, registry=registry).difference is None


def test_a_call_that_ran_into_the_nodes_time_limit_replays(tmp_path: Path) -> None:
    """2.10: the limit that cut it off came from outside, so it is an effect."""
    graph = Graph.from_text("""
nodes:
  n: {type: review.ask, timeout_s: 0.03, on_error: route}
  e: {type: toy.echo}
edges:
  - n.error -> e.value
""")
    registry = with_types(asker("hello"))
    _, trace = recorded(graph, tmp_path, registry, catalog=Near(Model(lambda text: 5)))
    assert verify(trace, registry=registry).difference is None


def test_a_region_that_ran_into_its_time_limit_replays(tmp_path: Path) -> None:
    graph = Graph.from_text("""
nodes:
  s: {type: flow.subgraph, graph: body, timeout_s: 0.02, on_error: skip}
graphs:
  body:
    nodes:
      n: {type: toy.number}
      e: {type: toy.echo}
    edges:
      - n.out -> e.value
""")
    with latencies(lambda node, tick: 10**7 if node == "s/e" else 0):
        _, trace = recorded(graph, tmp_path)
    assert verify(trace, registry=REGISTRY).difference is None


def test_a_region_that_was_tried_twice_replays_and_its_firings_have_identities_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2.7: a firing is (run, node path, tick path); retries are attempts of one firing."""
    monkeypatch.setattr("studio.engine.firing.BACKOFF_S", 0.001)
    asked: list[int] = []

    @node("review.heals", category="Review", effects="reads", needs_approval=False)
    class Heals(Node):
        """Fails at its first effect."""

        class Out(Put):
            """What it gives."""

        async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Put:
            async def ask() -> Any:
                asked.append(1)
                if len(asked) == 1:
                    raise NodeError("not yet")
                return len(asked)

            return Put(out=await ctx.effect("tool", "t", None, ask))

    registry = with_types(Heals)
    graph = Graph.from_text("""
nodes:
  s: {type: flow.subgraph, graph: body, retries: 1}
graphs:
  body:
    nodes:
      h: {type: review.heals}
""")
    result, trace = recorded(graph, tmp_path, registry)
    firings = [(firing.node, firing.tick, firing.attempt) for firing in trace.firings(result.run_id)]
    assert verify(trace, registry=registry).difference is None
    assert len(set(firings)) == len(firings)


def test_shared_questions_count_in_a_replay_as_they_did_then(tmp_path: Path) -> None:
    """What was answered from memory counts as no call, in the replay as well."""
    graph = Graph.from_text("""
nodes:
  a: {type: review.once}
  b: {type: review.once}
  c: {type: review.once}
edges:
  - a.out -> b.value
  - b.out -> c.value
""")
    registry = with_types(Once)
    result, trace = recorded(graph, tmp_path, registry, catalog=Near(Model()), limits={"calls": 2})
    assert (result.status, result.calls) == ("ok", 1)
    assert verify(trace, registry=registry).difference is None


def test_an_ok_run_with_a_tolerated_failure_inside_verifies(tmp_path: Path) -> None:
    """2.10: only firings concurrent with a failure may differ, also where the failure was tolerated further out."""
    graph = Graph.from_text("""
nodes:
  s: {type: flow.subgraph, graph: body, on_error: skip}
graphs:
  body:
    nodes:
      n: {type: toy.number, value: 1}
      bad: {type: toy.fail}
      e1: {type: toy.echo}
      e2: {type: toy.echo}
    edges:
      - n.out -> bad.value
      - n.out -> e1.value
      - e1.out -> e2.value
""")
    with latencies(lambda node, tick: {"s/bad": 1, "s/e1": 9}.get(node, 0)):
        _, trace = recorded(graph, tmp_path)
    with latencies(lambda node, tick: 9 if node == "s/bad" else 0):
        assert verify(trace, registry=REGISTRY).difference is None


def test_a_run_whose_model_could_not_be_had_replays(tmp_path: Path) -> None:
    """A missing key, routed to a fallback: the record does not keep the refusal."""

    @node("review.strong", category="Review", effects="network", live=False, needs_approval=False)
    class Strong(Node):
        """Wants the strong model."""

        class Out(Put):
            """What it gives."""

        async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Put:
            return Put(out=(await ctx.model("strong").chat([{"role": "user", "content": "x"}])).text)

    registry = with_types(Strong)
    graph = Graph.from_text("""
nodes:
  n: {type: review.strong, on_error: route}
  e: {type: toy.echo}
edges:
  - n.error -> e.value
""")
    _, trace = recorded(graph, tmp_path, registry, catalog=Near(Model()))
    assert verify(trace, registry=registry).difference is None


def test_a_refused_operation_of_a_project_store_replays(tmp_path: Path) -> None:
    """12: reads of project stores are effects; so are refusals."""

    @node("review.bad_op", category="Review", stores={"store": "write"})
    class BadOp(Node):
        """Does what a list cannot."""

        class Params(Fields):
            store: str = param("s", help="Which.")

        class Out(Put):
            """What it gives."""

        async def run(self, ctx: RunContext, params: Any, inputs: Fields) -> Put:
            return Put(out=ctx.store(params.store).do("pop"))

    registry = with_types(BadOp)
    graph = Graph.from_text("""
nodes:
  n: {type: review.bad_op, on_error: route}
  e: {type: toy.echo}
edges:
  - n.error -> e.value
stores:
  s: {type: list, scope: project}
""")
    graph.base = tmp_path
    _, trace = recorded(graph, tmp_path, registry)
    assert verify(trace, registry=registry).difference is None
