"""Bodies that are tried again, and bodies in which something failed, when a run goes on or is forked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.graph import Graph
from studio.replay.changes import Changes
from studio.replay.continuing import fork, resume
from studio.replay.verify import verify
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.registry import Registry
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.trace import Trace
from tests.engine.players import Services
from tests.replay.crashes import Tape, crashed, decided, resumed, undisturbed
from tests.support.toys import TOYS

DONE: list[Json] = []
"""What the nodes of these tests did outside."""


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    DONE.clear()


@node("t.count", category="Toys", effects="network", live=False, needs_approval=False)
class Count(Node):
    """Counts how often it was asked, outside; fails until it is often enough, or never answers."""

    class Params(Fields):
        least: int = param(1, help="How often it has to be asked.")
        hangs: bool = param(False, help="It hangs instead of failing.")

    class In(Fields):
        value: object = port(None)

    class Out(Fields):
        times: int = port()

    async def run(self, ctx: RunContext, params: Count.Params, inputs: Count.In) -> Count.Out:
        async def ask() -> Json:
            DONE.append(ctx.node)
            if params.hangs and len(DONE) < params.least:
                await asyncio.Event().wait()
            return len(DONE)

        times = int(await ctx.effect("tool", "count", None, ask))
        if times < params.least:
            raise NodeError(f"only {times} times.")
        return self.Out(times=times)


REGISTRY = Registry(extra=(*TOYS, Count))

RETRIED = """\
nodes:
  work: {type: flow.subgraph, graph: body, retries: 4}
  late: {type: toy.ask}
  result: {type: flow.output}
edges:
  - work.out -> late.question
  - late.text -> result.value
graphs:
  body:
    nodes:
      count: {type: t.count, least: 3}
      echo: {type: toy.echo}
      again: {type: t.count}
      text: {type: text.template, template: "{n} times"}
      out: {type: flow.output}
    edges:
      - count.times -> echo.value
      - echo.out -> again.value
      - again.times -> text.n
      - text.text -> out.value
"""


def test_a_body_that_is_tried_again_is_cut_anywhere_and_goes_on_in_the_attempt_it_was_in(tmp_path: Path) -> None:
    graph = Graph.from_text(RETRIED)
    whole, tape = undisturbed(graph, ["Yes."], registry=REGISTRY)
    assert (whole.outputs, len(DONE)) == ({"result": "Yes."}, 4)

    for cut in range(1, len(tape.calls)):
        calls = tape.calls[:cut]
        run_id = crashed(tmp_path / f"{cut}.db", graph, calls, registry=REGISTRY)
        # The world outside has counted what was acknowledged.
        DONE[:] = ["before" for name, args in calls if name == "effect_result" and isinstance(args[3], int)]

        result, again = resumed(tmp_path / f"{cut}.db", run_id, ["Yes."], registry=REGISTRY)

        assert (result.status, result.outputs) == ("ok", whole.outputs), cut
        assert decided(again) == decided(tape), cut
        assert len(DONE) == 4, "nothing acknowledged is asked again"


def recorded(db: Path, text: str, replies: list[Json] | None = None) -> Any:
    services: Any = Services(replies or [])
    return run(Graph.from_text(text), db=db, catalog=services, registry=REGISTRY)


def test_a_fork_may_succeed_at_the_first_attempt_where_its_parent_needed_three(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    assert recorded(db, RETRIED, ["Yes."]).status == "ok"

    result = fork(db, changes=Changes({"work/count": {"least": 1}}), catalog=Services(["No."]), registry=REGISTRY)

    assert result.outputs == {"result": "No."}
    with Trace(db) as trace:
        assert [one.attempt for one in trace.firings("last", "work/count")] == [1]


HANGING = RETRIED.replace("graph: body, retries: 4", "graph: body, retries: 4, timeout_s: 0.05").replace(
    "least: 3", "least: 3, hangs: true"
)


def test_attempts_of_a_body_that_ran_out_of_time_are_not_made_again(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    failed = recorded(db, HANGING)
    assert (failed.status, len(DONE)) == ("failed", 4)

    result = resume(db, catalog=Services(["Yes."]), registry=REGISTRY)

    assert result.outputs == {"result": "Yes."}
    assert len(DONE) == 4, "the two attempts that hung asked, and are not asked again"
    with Trace(db) as trace:
        assert verify(trace, result.run_id, registry=REGISTRY).difference is None


POPULATION = """\
nodes:
  first: {type: toy.number, value: 0}
  items: {type: toy.subset}
  each: {type: flow.map, graph: body, clock: shared, key: name, on_item_error: skip}
  result: {type: flow.output}
edges:
  - first.out -> items.value
  - items.items -> each.items
  - each.out -> result.value
graphs:
  body:
    nodes:
      item: {type: flow.input}
      fail: {type: toy.fail, modulus: 4, remainder: 0}
      out: {type: flow.output}
    edges:
      - item.value -> fail.value
      - fail.out -> out.value
"""


def test_an_item_of_a_fork_may_fare_better_than_the_one_that_stood_in_its_place(tmp_path: Path) -> None:
    """Item 0 failed where now item 1 is the first: that one is another, whatever number it has in the list."""
    db = tmp_path / "runs.db"
    assert recorded(db, POPULATION).outputs == {"result": []}

    result = fork(db, changes=Changes({"first": {"value": 1}}), catalog=Services(), registry=REGISTRY)

    changed = Graph.from_text(POPULATION.replace("value: 0}\n  items", "value: 1}\n  items"))
    afresh, _ = undisturbed(changed, registry=REGISTRY)
    assert result.outputs == afresh.outputs == {"result": [1]}


def test_a_tape_of_this_kind_holds_what_the_tests_count() -> None:
    """The control of the cuts: four questions are answered with a number, one with a reply."""
    _, tape = undisturbed(Graph.from_text(RETRIED), ["Yes."], registry=REGISTRY)
    assert isinstance(tape, Tape)
    answers = [args[3] for name, args in tape.calls if name == "effect_result"]
    assert [isinstance(answer, int) for answer in answers].count(True) == 4
