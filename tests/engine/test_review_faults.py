"""What a sceptical reading of the engine found; each test states its rule."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, arun, run
from studio.engine.result import RunResult
from studio.replay.verify import verify
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.calls import ChatCall, ChatReply, CompletionReply, ModelInfo, TokenChoice
from studio.spec.registry import Registry
from studio.support.errors import ModelError, NodeError
from studio.support.values import Absent
from tests.engine.players import REGISTRY, Nobody, Services, by_engine, run_logged
from tests.support.memory_log import MemoryLog
from tests.support.toys import TOYS, latencies


def with_types(*types: type[Node]) -> Registry:
    return Registry(extra=(*TOYS, *types))


def arriving(graph: Graph, **options: Any) -> tuple[RunResult, MemoryLog]:
    options.setdefault("catalog", Services(scripted=False))
    return run_logged(graph, **options)


def recorded(graph: Graph, folder: Path, registry: Registry = REGISTRY, **options: Any) -> tuple[RunResult, Trace]:
    options.setdefault("catalog", Services(scripted=False))
    return run(graph, db=folder / "trace.db", registry=registry, **options), Trace(folder / "trace.db")


class Model:
    """A model that is not scripted; `wait` says how long a call takes (s)."""

    deterministic_order = False
    retry_transient = 0
    info = ModelInfo(name="near", supports_schema=True, supports_completion=True, local=True)

    def __init__(self, wait: Any = lambda text: 0.0, fails: Any = lambda call: None) -> None:
        self.wait, self.fails, self.asked = wait, fails, 0

    async def chat(self, call: ChatCall, on_text: Any = None) -> ChatReply:
        self.asked += 1
        await asyncio.sleep(self.wait(call.messages[-1]["content"]))
        if (error := self.fails(self)) is not None:
            raise error
        return ChatReply(text="re " + str(call.messages[-1]["content"]), model="near")

    async def complete(self, call: Any) -> CompletionReply:
        self.asked += 1
        await asyncio.sleep(self.wait(call.prompt))
        return CompletionReply(text="x", choices=(TokenChoice("x", -0.1),), model="near")


class Near:
    def __init__(self, model: Any) -> None:
        self.model = model

    def provider(self, name: str = "default") -> Any:
        if name == "strong":
            raise ModelError("There is no key for this model.", code="no_key")
        return self.model

    def human(self, answers: Any = None) -> Any:
        return Nobody()

    async def aclose(self) -> None: ...


# -- A. races by arrival --------------------------------------------------------------------------------

RACE = """
nodes:
  n: {type: toy.number, value: 1}
  a: {type: toy.echo}
  b: {type: %s}
  race: {type: flow.merge, take: first_arrival%s}
  out: {type: flow.output}
edges:
  - n.out -> a.value
  - n.out -> b.%s
  - a.out -> race.value
  - b.out -> race.value
  - race.value -> out.value
"""


def test_a1_a_loser_whose_task_has_not_begun_is_decided_all_the_same() -> None:
    """2.2: a tick decides every node once. `b` is inline and wins before the task of `a` has run its first step."""
    with latencies(lambda node, tick: 5 if node == "a" else 0):
        result, log = arriving(Graph.from_text(RACE % ("toy.add", "", "a")))
    assert {firing.path: firing.status for firing in log.firings}.get("a") == 2
    assert result.firings == sum(firing.status != 2 for firing in log.firings)


def test_a2_a_race_of_feedback_wires_alone_is_decided() -> None:
    """2.3: a `first` port takes the first present to arrive; a register is there when the tick starts."""
    graph = Graph.from_text("""
nodes:
  m: {type: flow.merge, take: first_arrival}
  inc: {type: toy.add, plus: 1}
  out: {type: flow.output}
edges:
  - inc.out ~> m.value: {initial: 1}
  - m.value -> inc.a
  - inc.out -> out.value
max_ticks: 3
""")
    assert arriving(graph)[0].outputs == by_engine(graph).outputs == {"out": 4}


def test_a3_initial_from_takes_part_in_a_race() -> None:
    """2.1: `initial_from` is that output's value at tick 0."""
    graph = Graph.from_text("""
nodes:
  a: {type: toy.number, value: 7}
  doors: {type: toy.parity}
  m: {type: flow.merge, take: first_arrival}
  inc: {type: toy.add, plus: 1}
  out: {type: flow.output}
edges:
  - a.out -> doors.value
  - doors.even -> m.value
  - inc.out ~> m.value: {initial_from: a.out}
  - m.value -> inc.a
  - inc.out -> out.value
max_ticks: 2
""")
    assert arriving(graph)[0].outputs == by_engine(graph).outputs == {"out": 9}


@pytest.mark.parametrize("first_is_present", [True, False])
def test_a4_a_scripted_run_with_a_race_replays(first_is_present: bool, tmp_path: Path) -> None:
    """2.10: with effects answered from a trace, firings and outputs are a function of graph and inputs."""
    graph = Graph.from_text(f"""
nodes:
  n: {{type: toy.number, value: {2 if first_is_present else 1}}}
  doors: {{type: toy.parity}}
  b: {{type: toy.echo}}
  race: {{type: flow.merge, take: first_arrival}}
edges:
  - n.out -> doors.value
  - n.out -> b.value
  - doors.even -> race.value
  - b.out -> race.value
""")
    _, trace = recorded(graph, tmp_path, catalog=Services())
    assert verify(trace, registry=REGISTRY).difference is None


def test_a5_what_a_loser_had_done_before_it_lost_is_done_again_in_a_replay(tmp_path: Path) -> None:
    """2.3: the winner is an effect; only what the record says was lost is lost. `b1` had fired, `b2` was cancelled."""
    graph = Graph.from_text("""
nodes:
  n: {type: toy.number, value: 1}
  a: {type: toy.echo}
  b1: {type: toy.echo}
  b2: {type: toy.echo}
  race: {type: flow.merge, take: first_arrival}
edges:
  - n.out -> a.value
  - n.out -> b1.value
  - b1.out -> b2.value
  - a.out -> race.value
  - b2.out -> race.value
""")
    with latencies(lambda node, tick: {"a": 10, "b1": 1, "b2": 60}.get(node, 0)):
        _, trace = recorded(graph, tmp_path)
    assert verify(trace, registry=REGISTRY).difference is None


LOST_REGION = """
nodes:
  n: {type: toy.number, value: 1}
  slow: {type: flow.subgraph, graph: body}
  fast: {type: toy.echo}
  race: {type: flow.merge, take: first_arrival}
edges:
  - n.out -> slow.x
  - n.out -> fast.value
  - slow.o -> race.value
  - fast.out -> race.value
graphs:
  body:
    nodes:
      x: {type: flow.input}
      one: {type: toy.echo}
      two: {type: toy.echo}
      o: {type: flow.output}
    edges:
      - x.value -> one.value
      - x.value -> two.value
      - one.out -> o.value
"""


def test_a6_a_region_that_lost_a_race_half_way_replays(tmp_path: Path) -> None:
    with latencies(lambda node, tick: 60 if node.startswith("slow/") else 3):
        _, trace = recorded(Graph.from_text(LOST_REGION), tmp_path)
    assert verify(trace, registry=REGISTRY).difference is None


def test_a7_firings_inside_a_region_that_lost_are_not_counted_unless_recorded() -> None:
    """The totals are those of the rows."""
    with latencies(lambda node, tick: 60 if node.startswith("slow/") else 3):
        result, log = arriving(Graph.from_text(LOST_REGION))
    assert result.firings == sum(firing.status != 2 for firing in log.firings)


def test_a8_a_race_whose_node_is_knocked_out_to_pass_replays(tmp_path: Path) -> None:
    """2.3: the winner is an effect, whoever takes it."""
    _, trace = recorded(Graph.from_text(RACE % ("toy.echo", ", knockout: pass", "value")), tmp_path)
    assert verify(trace, registry=REGISTRY).difference is None


# -- B. failures ----------------------------------------------------------------------------------------


class Odd(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


class Own(BaseException):
    pass


RAISED: dict[str, Any] = {
    "cancelled": asyncio.CancelledError, "exit": lambda: SystemExit(3), "own": Own, "odd": Odd,
    "surrogate": lambda: FileNotFoundError("no file \udcff"), "stop": StopIteration,
    "timeout": lambda: TimeoutError("upstream too slow"),
}  # fmt: skip


class Said(Fields):
    what: str = param(help="What is raised.")


class Given(Fields):
    value: object = port(None)


class Put(Fields):
    out: object = port()


@node("review.boom", category="Review")
class Boom(Node):
    """Raises after a moment."""

    class Params(Said):
        """Its settings."""

    class In(Given):
        """What it takes."""

    class Out(Put):
        """What it gives."""

    async def run(self, ctx: RunContext, params: Said, inputs: Given) -> Put:
        await asyncio.sleep(0)
        raise RAISED[params.what]()


@node("review.boom_inline", category="Review")
class BoomInline(Node):
    """Raises at once."""

    class Params(Said):
        """Its settings."""

    class In(Given):
        """What it takes."""

    class Out(Put):
        """What it gives."""

    def run(self, ctx: RunContext, params: Said, inputs: Given) -> Put:
        raise RAISED[params.what]()


@node("review.boom_thread", category="Review", blocking=True)
class BoomThread(Node):
    """Raises in a thread."""

    class Params(Said):
        """Its settings."""

    class In(Given):
        """What it takes."""

    class Out(Put):
        """What it gives."""

    def run(self, ctx: RunContext, params: Said, inputs: Given) -> Put:
        raise RAISED[params.what]()


BOOMS = with_types(Boom, BoomInline, BoomThread)


def boom(kind: str, what: str, extra: str = "") -> Graph:
    return Graph.from_text(f"""
nodes:
  n: {{type: toy.number, value: 1}}
  side: {{type: toy.echo}}
  b: {{type: review.{kind}, what: {what}{extra}}}
  other: {{type: toy.echo}}
edges:
  - n.out -> side.value
  - n.out -> b.value
  - n.out -> other.value
""")


@pytest.mark.parametrize("kind", ["boom", "boom_inline", "boom_thread"])
@pytest.mark.parametrize("what", ["cancelled", "exit", "own", "odd", "surrogate", "stop"])
def test_b1_whatever_a_node_raises_fails_that_firing_and_no_more(kind: str, what: str, tmp_path: Path) -> None:
    """2.11 and promise 7: bad data fails one thing; the run is returned as failed and its record has a footer."""

    async def main() -> RunResult:
        started = arun(boom(kind, what), db=tmp_path / "trace.db", registry=BOOMS, catalog=Services())  # type: ignore[arg-type]
        return await asyncio.wait_for(started, 3)

    status = "raised"
    try:
        status = asyncio.run(main()).status
    except BaseException as error:  # noqa: BLE001
        status = f"raised {error!r}"
    trace = Trace(tmp_path / "trace.db")
    told = {firing.node: firing.status for firing in trace.firings("last")}
    assert (status, trace.run("last").status, told.get("b")) == ("failed", "failed", "error")


@pytest.mark.parametrize("what", ["cancelled", "exit", "own", "odd", "surrogate"])
@pytest.mark.parametrize("policy", ["skip", "route"])
def test_b2_on_error_holds_for_whatever_a_node_raises(what: str, policy: str) -> None:
    result, log = arriving(boom("boom", what, f", on_error: {policy}"), registry=BOOMS)
    assert result.status == "ok"
    assert {firing.path: firing.status for firing in log.firings}.get("b") == 1


@pytest.mark.parametrize("kind", ["boom", "boom_inline", "boom_thread"])
@pytest.mark.parametrize("extra", [", retries: 1", ", timeout_s: 30"])
def test_b3_a_nodes_own_timeout_error_is_its_error_and_is_retried(
    kind: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2.11: `retries` are attempts; the limit is `timeout_s`, not somebody else's (socket.timeout is TimeoutError)."""
    monkeypatch.setattr("studio.engine.firing.BACKOFF_S", 0.001)
    result, log = arriving(boom(kind, "timeout", extra), registry=BOOMS)
    assert result.error is not None
    assert "upstream too slow" in str(result.error["message"])
    failed = next(firing for firing in log.firings if firing.path == "b")
    assert failed.attempt == (2 if "retries" in extra else 1)


@node("review.group", category="Review", effects="network", live=False, needs_approval=False)
class Group(Node):
    """Three calls in a task group."""

    class Out(Put):
        """What it gives."""

    async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Put:
        model = ctx.model("default")
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(model.chat([{"role": "user", "content": str(i)}])) for i in range(3)]
        return Put(out=[task.result().text for task in tasks])


def test_b4_a_limit_met_inside_a_task_group_pauses_the_run() -> None:
    """2.12: reaching a limit pauses the run; the halt arrives wrapped in a BaseExceptionGroup."""
    graph = Graph.from_text("nodes:\n  t: {type: review.group}\n  n: {type: toy.number}\n")
    result, _ = arriving(graph, registry=with_types(Group), catalog=Near(Model()), limits={"calls": 2})
    assert (result.status, result.ended) == ("paused", "limit:calls")


def test_b5_a_region_in_flight_beside_a_tolerated_failure_is_decided(tmp_path: Path) -> None:
    """2.11: what is in flight finishes and is recorded; an ok run holds no `interrupted` firing."""
    graph = Graph.from_text("""
nodes:
  s: {type: flow.subgraph, graph: body, on_error: skip}
graphs:
  body:
    nodes:
      n: {type: toy.number, value: 1}
      bad: {type: toy.fail}
      sub: {type: flow.subgraph, graph: inner}
    edges:
      - n.out -> bad.value
      - n.out -> sub.x
  inner:
    nodes:
      x: {type: flow.input}
      e: {type: toy.echo}
      e2: {type: toy.echo}
    edges:
      - x.value -> e.value
      - e.out -> e2.value
""")
    with latencies(lambda node, tick: {"s/bad": 3, "s/sub/e": 20}.get(node, 0)):
        result, trace = recorded(graph, tmp_path)
    told = [firing.status for firing in trace.firings(result.run_id)]
    assert "interrupted" not in told
    assert result.firings == sum(status != "skipped" for status in told)


def test_b6_a_bad_clock_is_refused_before_a_run_is_recorded(tmp_path: Path) -> None:
    """`arun`: raises UsageError before anything runs."""
    graph = Graph.from_text("nodes:\n  n: {type: toy.number}\n")
    recorded(graph, tmp_path)
    with pytest.raises(Exception, match="is no time"):
        recorded(graph, tmp_path, clock="nonsense")
    assert [one.status for one in Trace(tmp_path / "trace.db").runs()] == ["ok"]


# -- C. identity, values, stores -------------------------------------------------------------------------


@pytest.mark.parametrize("clock", ["own", "shared"])
@pytest.mark.parametrize("key", ["a/b", "50%", ""])
def test_c1_a_key_reaches_the_body_and_finds_its_entry_as_it_was_written(clock: str, key: str) -> None:
    """2.6: inputs named in `each` are split by key. Escaping is for node paths alone."""
    graph = Graph.from_text(f"""
nodes:
  items: {{type: flow.input, value: [{json.dumps(key)}, c]}}
  mail: {{type: flow.input, value: {{{json.dumps(key)}: 1, c: 2}}}}
  work: {{type: flow.map, graph: body, key: id, clock: {clock}, each: [mail]}}
  out: {{type: flow.output}}
  keys: {{type: flow.output}}
edges:
  - items.value -> work.items
  - mail.value -> work.mail
  - work.res -> out.value
  - work.k -> keys.value
graphs:
  body:
    nodes:
      key: {{type: flow.input}}
      mail: {{type: flow.input, value: null}}
      res: {{type: flow.output}}
      k: {{type: flow.output}}
    edges:
      - mail.value -> res.value
      - key.value -> k.value
""")
    assert arriving(graph)[0].outputs == {"out": [1, 2], "keys": [key, "c"]}


@node("review.grow", category="Review")
class Grow(Node):
    """Changes its input in place, as people's nodes do."""

    class In(Fields):
        value: list[object] = port()

    class Out(Fields):
        out: list[object] = port()

    def run(self, ctx: RunContext, params: Fields, inputs: Grow.In) -> Grow.Out:
        inputs.value.append(1)
        return self.Out(out=inputs.value)


def test_c2_a_run_does_not_change_the_initial_values_of_its_graph() -> None:
    """2.6: registers start anew each time. The second run starts from what the first one left."""
    graph = Graph.from_text("""
nodes:
  m: {type: review.grow}
  o: {type: flow.output}
edges:
  - m.out ~> m.value: {initial: []}
  - m.out -> o.value
max_ticks: 2
""")
    registry = with_types(Grow)
    first, second = (json.dumps(arriving(graph, registry=registry)[0].outputs) for _ in range(2))
    assert first == second


def test_c3_a_sibling_does_not_see_what_a_node_did_to_its_input() -> None:
    """2.10: outputs are a function of graph and inputs; the trace says that both had `[0]`."""
    graph = Graph.from_text("""
nodes:
  i: {type: flow.input, value: [0]}
  m: {type: review.grow}
  z: {type: toy.length}
edges:
  - i.value -> m.value
  - i.value -> z.value
""")
    _, log = arriving(graph, registry=with_types(Grow))
    assert next(firing for firing in log.firings if firing.path == "z").outputs == {"out": 1}


def test_c4_an_out_object_given_twice_is_not_written_into() -> None:
    """The reason of an absence grows `at `d` at `d` …` where a node gives one and the same Out each time."""
    kept: list[Any] = []

    @node("review.same", category="Review")
    class Same(Node):
        """Gives one and the same object."""

        class In(Given):
            """What it takes."""

        class Out(Fields):
            a: object | Absent = port(type="any")

        def run(self, ctx: RunContext, params: Fields, inputs: Given) -> Same.Out:
            if not kept:
                kept.append(self.Out(a=Absent("no")))
            same: Same.Out = kept[0]
            return same

    graph = Graph.from_text("""
nodes:
  d: {type: review.same}
  e: {type: toy.echo}
edges:
  - d.done ~> d.value
  - d.a -> e.value
max_ticks: 3
""")
    _, log = arriving(graph, registry=with_types(Same))
    assert len({firing.reason for firing in log.firings if firing.path == "e"}) == 1


# -- D. effects: random, shared questions, clock ----------------------------------------------------------


@node("review.dice", category="Review")
class Second(Node):
    """Fails first, then draws."""

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Second.Out:
        if ctx.attempt == 1:
            raise NodeError("not yet")
        return self.Out(out=ctx.random.randrange(10**9))


def test_d1_random_numbers_of_a_second_attempt_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """2.10: seeded by run seed and firing identity. The live run's back-off draws its jitter from `ctx.random`."""
    monkeypatch.setattr("studio.engine.firing.BACKOFF_S", 0.001)
    registry = with_types(Second)
    _, trace = recorded(Graph.from_text("nodes:\n  r: {type: review.dice, retries: 2}\n"), tmp_path, registry)
    assert verify(trace, registry=registry).difference is None


def test_d2_random_numbers_after_a_transient_model_error_replay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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


@node("review.once", category="Review", effects="network", live=False, needs_approval=False)
class Once(Node):
    """Asks a shared question."""

    class In(Given):
        """What it takes."""

    class Out(Put):
        """What it gives."""

    async def run(self, ctx: RunContext, params: Fields, inputs: Given) -> Put:
        reply = await ctx.model("default").complete("same", once=True)
        return Put(out=reply.text)


def test_d3_a_shared_question_outlives_the_first_asker_who_lost_a_race() -> None:
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


def test_d4_a_shared_question_outlives_the_time_limit_of_its_first_asker() -> None:
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


def test_d5_a_fixed_clock_tells_the_same_whatever_the_latencies() -> None:
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


def test_d6_a_thread_that_outlives_its_time_limit_writes_nothing_more(
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


# -- E. replay and verify ----------------------------------------------------------------------------------


def asker(*texts: str, type: str = "review.ask") -> type[Node]:
    @node(type, category="Review", effects="network", live=False, needs_approval=False)
    class Asker(Node):
        """Asks one after another and gives the first answer."""

        class Out(Put):
            """What it gives."""

        async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Put:
            replies = [await ctx.model("default").chat([{"role": "user", "content": text}]) for text in texts]
            return Put(out=replies[0].text)

    return Asker


@pytest.mark.parametrize("policy", ["skip", "route", "default, default: {out: x}"])
def test_e1_a_changed_request_is_found_though_the_node_tolerates_errors(policy: str, tmp_path: Path) -> None:
    """7: a missing or different request stops at that step and says what differs."""
    graph = Graph.from_text(f"nodes:\n  n: {{type: review.ask, on_error: {policy}}}\n")
    failing = Model(fails=lambda model: ModelError("no", code="server"))
    _, trace = recorded(graph, tmp_path, with_types(asker("hello")), catalog=Near(failing))
    assert verify(trace, registry=with_types(asker("hello"))).difference is None
    assert verify(trace, registry=with_types(asker("good day"))).difference is not None


def test_e2_a_request_that_is_no_longer_made_is_a_difference(tmp_path: Path) -> None:
    graph = Graph.from_text("nodes:\n  n: {type: review.ask}\n")
    _, trace = recorded(graph, tmp_path, with_types(asker("a", "b")), catalog=Near(Model()))
    assert verify(trace, registry=with_types(asker("a"))).difference is not None


def test_e3_calls_side_by_side_in_one_firing_replay(tmp_path: Path) -> None:
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


def test_e4_a_call_that_ran_into_the_nodes_time_limit_replays(tmp_path: Path) -> None:
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


def test_e5_a_region_that_ran_into_its_time_limit_replays(tmp_path: Path) -> None:
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


def test_e6_a_region_that_was_tried_twice_replays_and_its_firings_have_identities_of_their_own(
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


def test_e7_shared_questions_count_in_a_replay_as_they_did_then(tmp_path: Path) -> None:
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


def test_e8_an_ok_run_with_a_tolerated_failure_inside_verifies(tmp_path: Path) -> None:
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


def test_e9_a_run_whose_model_could_not_be_had_replays(tmp_path: Path) -> None:
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


def test_e10_a_refused_operation_of_a_project_store_replays(tmp_path: Path) -> None:
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


# -- F. the loop ---------------------------------------------------------------------------------------------


def test_f1_a_loop_of_inline_nodes_lets_others_have_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_f2_a_node_that_swallows_the_abort_does_not_undo_it() -> None:
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
