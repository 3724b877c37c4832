"""Going on over time: other versions of node types, endless loops, fixed clocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio import run
from studio.graph import Graph
from studio.replay.changes import Changes
from studio.replay.continuing import fork
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.registry import Registry
from tests.engine.players import Services
from tests.replay.going_on.conftest import OUTSIDE, SENDING, Look, Send, gone_on, is_verified, ran, registry
from tests.support.toys import Add, Echo, World


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
