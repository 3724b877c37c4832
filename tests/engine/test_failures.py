"""Whatever node code raises fails one firing: errors of every kind, policies, retries, limits met inside."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, arun
from studio.engine.result import RunResult
from studio.spec import Fields, Node, RunContext, node, param
from tests.engine.live import Given, Model, Near, Put, arriving, recorded, with_types
from tests.engine.players import Services
from tests.support.toys import latencies


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
def test_whatever_a_node_raises_fails_that_firing_and_no_more(kind: str, what: str, tmp_path: Path) -> None:
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
def test_on_error_holds_for_whatever_a_node_raises(what: str, policy: str) -> None:
    result, log = arriving(boom("boom", what, f", on_error: {policy}"), registry=BOOMS)
    assert result.status == "ok"
    assert {firing.path: firing.status for firing in log.firings}.get("b") == 1


@pytest.mark.parametrize("kind", ["boom", "boom_inline", "boom_thread"])
@pytest.mark.parametrize("extra", [", retries: 1", ", timeout_s: 30"])
def test_a_nodes_own_timeout_error_is_its_error_and_is_retried(
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


def test_a_limit_met_inside_a_task_group_pauses_the_run() -> None:
    """2.12: reaching a limit pauses the run; the halt arrives wrapped in a BaseExceptionGroup."""
    graph = Graph.from_text("nodes:\n  t: {type: review.group}\n  n: {type: toy.number}\n")
    result, _ = arriving(graph, registry=with_types(Group), catalog=Near(Model()), limits={"calls": 2})
    assert (result.status, result.ended) == ("paused", "limit:calls")


def test_a_region_in_flight_beside_a_tolerated_failure_is_decided(tmp_path: Path) -> None:
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


def test_a_bad_clock_is_refused_before_a_run_is_recorded(tmp_path: Path) -> None:
    """`arun`: raises UsageError before anything runs."""
    graph = Graph.from_text("nodes:\n  n: {type: toy.number}\n")
    recorded(graph, tmp_path)
    with pytest.raises(Exception, match="is no time"):
        recorded(graph, tmp_path, clock="nonsense")
    assert [one.status for one in Trace(tmp_path / "trace.db").runs()] == ["ok"]
