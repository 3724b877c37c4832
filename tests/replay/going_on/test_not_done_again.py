"""Going on does nothing outside a second time: sendings, writes, attempts, time limits, questions, races."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio import run
from studio.graph import Graph
from studio.replay.changes import Changes
from studio.replay.continuing import fork
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.errors import NodeError
from studio.support.values import Json
from studio.trace import Trace
from tests.engine.players import Services
from tests.replay.going_on.conftest import OUTSIDE, SENDING, gone_on, is_verified, ran, registry


def test_what_a_failed_firing_has_done_outside_is_not_done_again(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    OUTSIDE.broken = True
    assert ran(db, SENDING).status == "failed"
    assert OUTSIDE.done == ["a", "b"]

    OUTSIDE.broken = False
    result = gone_on(db)

    assert result.outputs == {"result": "hello!"}
    assert OUTSIDE.done == ["a", "b"], "both were acknowledged"
    with Trace(db) as trace:
        assert [effect.origin for effect in trace.effects(result.run_id, kind="tool")] == ["replayed", "replayed"]
    assert is_verified(db, result.run_id)


def test_a_project_store_is_not_written_twice(tmp_path: Path) -> None:
    text = """\
nodes:
  word: {type: flow.input, value: hello}
  add: {type: store.append, store: log}
  send: {type: t.send}
  all: {type: store.items, store: log}
  result: {type: flow.output}
edges:
  - word.value -> add.value
  - word.value -> send.text
  - send.done -> all.when
  - all.items -> result.value
stores:
  log: {type: list, scope: project}
"""
    db = tmp_path / "runs.db"
    graph = Graph.from_text(text, base=tmp_path)
    services: Any = Services()
    OUTSIDE.broken = True
    failed = run(graph, db=db, registry=registry(), catalog=services)
    assert failed.status == "failed"
    OUTSIDE.broken = False

    result = fork(db, changes=Changes(redo=frozenset({"send"})), graph=graph, registry=registry(), catalog=services)

    assert result.outputs == {"result": ["hello"]}


RETRIED = """\
nodes:
  word: {type: flow.input, value: hello}
  work: {type: flow.subgraph, graph: body, retries: 4}
  send: {type: t.send}
  result: {type: flow.output}
edges:
  - word.value -> work.word
  - work.out -> send.text
  - send.text -> result.value
graphs:
  body:
    nodes:
      word: {type: flow.input}
      ask: {type: t.flaky}
      out: {type: flow.output}
    edges:
      - word.value -> ask.text
      - ask.text -> out.value
"""


def test_attempts_that_failed_are_repeated_without_asking_anew(tmp_path: Path) -> None:
    """The body failed twice before it went well; what follows failed. Resumed, all three attempts stand."""
    db = tmp_path / "runs.db"
    OUTSIDE.broken = True
    failed = ran(db, RETRIED)
    assert failed.status == "failed"
    assert OUTSIDE.done == ["ask", "ask", "ask", "a", "b"]
    OUTSIDE.broken = False

    result = gone_on(db)

    assert result.outputs == {"result": "hello after 3!"}
    assert OUTSIDE.done == ["ask", "ask", "ask", "a", "b"]
    with Trace(db) as trace:
        attempts = [(one.attempt, one.status, one.origin) for one in trace.firings(result.run_id, "work/ask")]
    assert [attempt for attempt, _, _ in attempts] == [1, 2, 3]
    assert {origin for _, _, origin in attempts} == {"replayed"}


def test_a_time_limit_that_passed_is_not_waited_for_again(tmp_path: Path) -> None:
    text = """\
nodes:
  slow: {type: t.slow, timeout_s: 0.05, retries: 2}
  send: {type: t.send}
  result: {type: flow.output}
edges:
  - slow.text -> send.text
  - send.text -> result.value
"""
    db = tmp_path / "runs.db"
    OUTSIDE.broken, OUTSIDE.patience = True, 1
    assert ran(db, text).status == "failed"
    assert OUTSIDE.done == ["ask", "ask", "a", "b"]
    OUTSIDE.broken = False

    result = gone_on(db)

    assert result.outputs == {"result": "done!"}
    assert OUTSIDE.done == ["ask", "ask", "a", "b"]
    assert is_verified(db, result.run_id)


@node("t.ask_once", category="Toys", effects="network", live=False, needs_approval=False)
class AskOnce(Node):
    """Asks a question that all of a run ask alike."""

    class In(Fields):
        text: str = port(default="")

    class Out(Fields):
        text: str = port()

    async def run(self, ctx: RunContext, params: AskOnce.Params, inputs: AskOnce.In) -> AskOnce.Out:
        reply = await ctx.model().complete("What is it without anything?", once=True)
        return self.Out(text=f"{inputs.text}{reply.text}")


def test_what_the_earlier_run_was_told_for_all_is_not_asked_again(tmp_path: Path) -> None:
    text = """\
nodes:
  first: {type: t.ask_once}
  send: {type: t.send}
  second: {type: t.ask_once}
  result: {type: flow.output}
edges:
  - first.text -> send.text
  - send.text -> second.text
  - second.text -> result.value
"""
    db = tmp_path / "runs.db"
    OUTSIDE.broken = True
    services: Any = Services([{"node": "first", "reply": "It."}])
    run(Graph.from_text(text), db=db, registry=registry(AskOnce), catalog=services)
    OUTSIDE.broken = False
    later = Services([{"node": "second", "reply": "Another."}])

    result = gone_on(db, registry=registry(AskOnce), catalog=later)

    assert result.outputs == {"result": "It.!It."}
    assert not later.model.requests


@node("t.refuse", category="Toys", effects="network", live=False, needs_approval=False)
class Refuse(Node):
    """Asks outside and fails."""

    class In(Fields):
        text: str = port(default="")

    class Out(Fields):
        text: str = port()

    async def run(self, ctx: RunContext, params: Refuse.Params, inputs: Refuse.In) -> Refuse.Out:
        async def ask() -> Json:
            OUTSIDE.done.append("refuse")
            return None

        await ctx.effect("tool", "ask", None, ask)
        raise NodeError("never.")


def test_in_a_body_that_had_failed_nothing_begins_that_had_not(tmp_path: Path) -> None:
    """`after` was not begun, as the body had failed by then. Its failure was handled: it is over, and stays so."""
    text = """\
nodes:
  work: {type: flow.subgraph, graph: body, on_error: route}
  send: {type: t.send}
  word: {type: flow.input, value: hello}
  result: {type: flow.output}
edges:
  - work.error -> send.when
  - word.value -> send.text
  - send.text -> result.value
graphs:
  body:
    nodes:
      slow: {type: t.slow}
      refuse: {type: t.refuse}
      after: {type: t.send}
    edges:
      - slow.text -> after.text
"""
    db = tmp_path / "runs.db"
    types = registry(Refuse)
    services: Any = Services()
    OUTSIDE.broken = True
    assert run(Graph.from_text(text), db=db, registry=types, catalog=services).status == "failed"
    assert OUTSIDE.done[-2:] == ["a", "b"]
    with Trace(db) as trace:
        assert not list(trace.firings("last", "work/after")), "else this test shows nothing"
    OUTSIDE.broken = False
    OUTSIDE.done.clear()

    result = gone_on(db, registry=types)

    assert result.outputs == {"result": "hello!"}
    assert OUTSIDE.done == []


def test_a_contender_that_failed_while_another_delivered_is_not_asked_again(tmp_path: Path) -> None:
    text = """\
nodes:
  word: {type: flow.input, value: hello}
  refuse: {type: t.refuse}
  other: {type: text.template, template: "{x}"}
  race: {type: flow.merge, take: first_arrival}
  send: {type: t.send}
  result: {type: flow.output}
edges:
  - word.value -> refuse.text
  - word.value -> other.x
  - refuse.text -> race.value
  - other.text -> race.value
  - race.value -> send.text
  - send.text -> result.value
"""
    db = tmp_path / "runs.db"
    types = registry(Refuse)
    services: Any = Services(["a line for nobody makes races ordered"])
    OUTSIDE.broken = True
    assert run(Graph.from_text(text), db=db, registry=types, catalog=services).status == "failed"
    assert OUTSIDE.done == ["refuse", "a", "b"]
    OUTSIDE.broken = False

    result = gone_on(db, registry=types)

    assert result.outputs == {"result": "hello!"}
    assert OUTSIDE.done == ["refuse", "a", "b"]
