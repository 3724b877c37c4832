"""Special cases of going on: tools, people, project stores, retries, time limits, clocks, versions, endless loops."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.engine.result import RunResult
from studio.graph import Graph
from studio.models.humans import AnswersFile
from studio.replay.changes import Changes
from studio.replay.continuing import fork, resume
from studio.replay.verify import verify
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.registry import Registry
from studio.support.errors import NodeError
from studio.support.values import Blob, Json
from studio.trace import Trace
from tests.engine.players import Services
from tests.replay.crashes import crashed, resumed, undisturbed
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


ASKING = """\
nodes:
  word: {type: flow.input, value: hello}
  ask: {type: human.ask, question: "Is {word} right?"}
  note: {type: t.send}
  result: {type: flow.output}
edges:
  - word.value -> note.text
  - note.text -> ask.word
  - ask.answer -> result.value
"""


def test_a_run_that_waits_for_a_person_pauses_and_goes_on_with_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.models import humans
    from studio.spec.calls import NobodyThere

    def nobody() -> humans.Terminal:
        raise NobodyThere("A person is asked, but there is no terminal.")

    db = tmp_path / "runs.db"
    paused = ran(db, ASKING, human=humans.TerminalHuman(nobody))
    assert (paused.status, paused.ended, paused.exit_code) == ("paused", "limit:human", 3)
    assert paused.error is not None
    assert "Is hello! right?" in str(paused.error["message"])

    result = gone_on(db, human=AnswersFile([("answers:1", "Quite.")], "answers"))

    assert result.outputs == {"result": "Quite."}
    assert OUTSIDE.done == ["a", "b"]
    assert is_verified(db, result.run_id)


def test_answers_go_on_where_the_earlier_run_had_come_to(tmp_path: Path) -> None:
    text = """\
nodes:
  first: {type: human.ask, question: First?}
  send: {type: t.send}
  second: {type: human.ask, question: "After {it}?"}
  result: {type: flow.output}
edges:
  - first.answer -> send.text
  - send.text -> second.it
  - second.answer -> result.value
"""
    db = tmp_path / "runs.db"
    OUTSIDE.broken = True
    ran(db, text, human=AnswersFile([("a:1", "one"), ("a:2", "two")], "answers"))
    OUTSIDE.broken = False

    result = gone_on(db, human=AnswersFile([("a:1", "one"), ("a:2", "two")], "answers"))

    assert result.outputs == {"result": "two"}


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


def test_a_node_type_of_another_version_ends_the_resumed_run_with_what_differs(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    OUTSIDE.broken = True
    text = (
        SENDING.replace("send: {type: t.send}", "send: {type: t.send}\n  echo: {type: toy.echo}")
        .replace("  - word.value -> send.text\n", "  - number.value -> echo.value\n  - word.value -> send.text\n")
        .replace("nodes:\n", "nodes:\n  number: {type: flow.input, value: 3}\n")
    )
    assert ran(db, text).status == "failed"

    @node("toy.echo", version=7, category="Toys")
    class NewEcho(Echo):
        """Gives what it got."""

    result = gone_on(db, registry=Registry(extra=(Add, World, Send, Look, NewEcho)))

    assert (result.status, result.exit_code) == ("failed", 4)
    assert result.error is not None
    assert result.error["code"] == "divergence"
    assert (result.error["node"], result.error["tick"]) == ("echo", "0")
    assert "toy.echo version 1, got toy.echo version 7" in str(result.error["message"])


def test_an_endless_loop_that_was_paused_goes_on_for_as_long_again(tmp_path: Path) -> None:
    text = """\
nodes:
  add: {type: toy.add, plus: 1}
  result: {type: flow.output}
edges:
  - add.out ~> add.a: {initial: 0}
  - add.out -> result.value
"""
    db = tmp_path / "runs.db"
    paused = ran(db, text)
    assert (paused.ended, paused.ticks) == ("limit:max_ticks", 100)

    again = gone_on(db)

    assert (again.status, again.ended, again.ticks) == ("paused", "limit:max_ticks", 200)
    assert again.outputs == {"result": 200}
    assert is_verified(db, again.run_id)


@node("t.sleep", category="Toys", effects="reads", needs_approval=False)
class Sleep(Node):
    """Sleeps for a while."""

    class Out(Fields):
        slept: bool = port()

    async def run(self, ctx: RunContext, params: Sleep.Params, inputs: Sleep.In) -> Sleep.Out:
        await ctx.sleep(90)
        return self.Out(slept=True)


def test_on_a_fixed_clock_what_was_slept_has_passed(tmp_path: Path) -> None:
    text = """\
nodes:
  sleep: {type: t.sleep}
  now: {type: clock.now}
  result: {type: flow.output, collect: true}
edges:
  - sleep.slept ~> now.when: {initial: true}
  - now.time -> result.value
max_ticks: 4
"""
    start = "2026-01-01T00:00:00+00:00"
    types = registry(Sleep)
    services: Any = Services()
    whole = run(Graph.from_text(text), db=tmp_path / "whole.db", registry=types, catalog=services, clock=start)
    db = tmp_path / "runs.db"
    run(Graph.from_text(text), db=db, registry=types, catalog=services, clock=start, limits={"ticks": 2})

    result = gone_on(db, registry=types, limits={"ticks": 10})

    assert result.outputs == whole.outputs
    assert [time[14:19] for time in whole.outputs["result"]] == ["00:00", "01:30", "03:00", "04:30"]


def test_after_something_was_done_anew_outside_a_fork_looks_anew_at_the_world(tmp_path: Path) -> None:
    text = """\
nodes:
  early: {type: t.look}
  word: {type: text.template, template: "one"}
  send: {type: t.send}
  late: {type: t.look}
  result: {type: flow.output}
edges:
  - early.done -> send.when
  - word.text -> send.text
  - send.done -> late.when
  - late.seen -> result.value
"""
    db = tmp_path / "runs.db"
    assert ran(db, text).outputs == {"result": 1}
    OUTSIDE.done.clear()
    OUTSIDE.seen = 2

    result = fork(db, changes=Changes({"word": {"template": "two"}}), registry=registry(), catalog=Services())

    assert OUTSIDE.done == ["a", "b", "look"], "only the look after the sending"
    assert result.outputs == {"result": 2}
    assert is_verified(db, result.run_id)


KEEPING = """\
nodes:
  word: {type: text.template, template: one}
  add: {type: store.append, store: log}
  all: {type: store.items, store: log}
  result: {type: flow.output}
edges:
  - word.text -> add.value
  - add.done -> all.when
  - all.items -> result.value
stores:
  log: {type: list}
"""


def test_who_reads_a_store_fires_anew_though_nothing_on_its_wires_has_changed(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    assert ran(db, KEEPING).outputs == {"result": ["one"]}

    result = fork(db, changes=Changes({"word": {"template": "two"}}), registry=registry(), catalog=Services())

    assert result.outputs == {"result": ["two"]}
    assert is_verified(db, result.run_id)


def test_a_store_holds_what_the_kept_part_had_put_there(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    ran(db, KEEPING)
    with Trace(db) as trace:
        at = next(trace.firings("last", "all")).seq

    result = fork(db, at=at, changes=Changes({"word": {"template": "two"}}), registry=registry(), catalog=Services())

    assert result.outputs == {"result": ["one"]}, "the word was decided before the fork"


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


@node("t.careful", category="Toys", effects="reads", live=False, needs_approval=False)
class Careful(Node):
    """Catches what its own question raises."""

    class Out(Fields):
        caught: str = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Careful.In) -> Careful.Out:
        async def ask() -> Json:
            raise ValueError("odd")

        try:
            await ctx.effect("tool", "ask", None, ask)
        except Exception as raised:  # noqa: BLE001 - what it is, is the question
            return self.Out(caught=f"{type(raised).__name__} {raised}")
        raise AssertionError("nothing was raised")


def test_node_code_catches_the_same_whether_it_asks_or_is_told(tmp_path: Path) -> None:
    """Cut between the refusal and the end of the firing, the refusal is told; a replay tells it always."""
    nodes = "nodes:\n  careful: {type: t.careful}\n  result: {type: flow.output}\n"
    graph = Graph.from_text(nodes + "edges:\n  - careful.caught -> result.value\n")
    types = registry(Careful)
    whole, tape = undisturbed(graph, registry=types)
    cut = next(at for at, (name, _) in enumerate(tape.calls) if name == "effect_result") + 1
    run_id = crashed(tmp_path / "runs.db", graph, tape.calls[:cut], registry=types)

    result, _ = resumed(tmp_path / "runs.db", run_id, registry=types)

    assert result.outputs == whole.outputs == {"result": "NodeError ValueError: odd"}


@node("t.picture", category="Toys")
class Picture(Node):
    """Doubles the bytes of a picture."""

    class In(Fields):
        picture: object = port(type="image")

    class Out(Fields):
        picture: object = port(type="image")

    def run(self, ctx: RunContext, params: Fields, inputs: Picture.In) -> Picture.Out:
        return self.Out(picture=ctx.put_blob(ctx.get_blob(inputs.picture) * 2, "image/png"))


PICTURES = """\
nodes:
  picture: {type: flow.input, kind: image}
  twice: {type: t.picture}
  again: {type: t.picture}
  word: {type: text.constant, text: sent}
  send: {type: t.send}
  result: {type: flow.output}
edges:
  - picture.value -> twice.picture
  - twice.picture -> send.when
  - word.text -> send.text
  - twice.picture -> again.picture
  - send.done -> again.when
  - again.picture -> result.value
"""


def test_pictures_go_on_too_and_are_there_when_the_run_is_verified(tmp_path: Path) -> None:
    db = tmp_path / "runs.db"
    types = registry(Picture)
    services: Any = Services()
    OUTSIDE.broken = True
    failed = run(
        Graph.from_text(PICTURES), {"picture": Blob(b"abc", "image/png")}, db=db, registry=types, catalog=services
    )
    assert failed.status == "failed"
    OUTSIDE.broken = False

    result = gone_on(db, registry=types)

    with Trace(db) as trace:
        assert trace.blob(str(result.outputs["result"]["$blob"])) == b"abc" * 4
        found = verify(trace, result.run_id, registry=types)
        assert found.difference is None, str(found.difference)


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


def test_what_was_put_in_place_stays_though_its_node_has_changed_since(tmp_path: Path) -> None:
    text = """\
nodes:
  number: {type: flow.input, value: 3}
  echo: {type: toy.echo}
  say: {type: text.template, template: "{x}"}
  send: {type: t.send}
  result: {type: flow.output}
edges:
  - number.value -> echo.value
  - echo.out -> say.x
  - say.text -> send.text
  - send.text -> result.value
"""
    db = tmp_path / "runs.db"
    assert ran(db, text).outputs == {"result": "3!"}
    OUTSIDE.broken = True
    forked = fork(db, changes=Changes(outputs={"echo": {"out": 5}}), registry=registry(), catalog=Services())
    assert forked.status == "failed"
    OUTSIDE.broken = False

    @node("toy.echo", version=7, category="Toys")
    class NewEcho(Echo):
        """Gives what it got."""

    result = gone_on(db, registry=Registry(extra=(Add, World, Send, Look, NewEcho)))

    assert result.outputs == {"result": "5!"}, result.error
