"""Effects stand with the firings that led to an output; a search of causes is bounded and may be gone on with."""

from __future__ import annotations

from pathlib import Path

from studio.models.scripted import Scripted
from studio.replay.causes import Causes
from studio.trace import Trace
from tests.engine.players import REGISTRY
from tests.replay.causes.conftest import Recorded, led


def test_depth_and_limit_leave_out_and_say_so(record: Recorded) -> None:
    causes = record("""
nodes:
  step: {type: toy.add, plus: 1}
edges:
  - step.out ~> step.a: {initial: 0}
max_ticks: 50
""")
    last = causes.firing("step", "49")

    near = causes.ancestors(last, depth=3)
    few = causes.ancestors(last, limit=5)
    whole = causes.ancestors(causes.firing("step", "2"), depth=3)

    assert [causes.get(id).tick for id in near.firings] == ["49", "48", "47", "46"]
    assert [causes.get(id).tick for id in near.more] == ["46"]
    assert (len(few.firings), [causes.get(id).tick for id in few.more]) == (5, ["44"])
    assert whole.more == (), "what was looked at and has nothing behind it is not left out"


def test_effects_stand_with_their_firings(record: Recorded) -> None:
    causes = record(
        """
nodes:
  ask: {type: toy.ask}
  after: {type: toy.echo}
edges:
  - ask.text -> after.value
""",
        model=Scripted(["hi"]),
    )

    [ask] = [one for one in causes.ancestors(causes.firing("after", "0")).firings.values() if one.node == "ask"]
    assert [(one.kind, one.response["text"]) for one in causes.effects(ask)] == [("chat", "hi")]


def test_the_effects_of_a_firing_taken_over_stand_in_the_run_that_asked(record: Recorded, tmp_path: Path) -> None:
    from studio.replay.continuing import resume

    causes = record(
        """
nodes:
  ask: {type: toy.ask}
  one: {type: toy.echo}
  two: {type: toy.echo}
edges:
  - ask.text -> one.value
  - one.out -> two.value
limits: {firings: 2}
""",
        model=Scripted(["hi"]),
    )
    assert causes.run.status == "paused"

    resume(tmp_path / "runs.db", limits={"firings": 9}, registry=REGISTRY, model=Scripted([]))

    with Trace(tmp_path / "runs.db") as trace:
        later = Causes(trace, registry=REGISTRY)
        assert later.run.parent_run == causes.run.id
        assert led(later, "two") == {"ask@0", "one@0"}
        ask = later.firing("ask", "0")
        assert ask.origin == "replayed"
        assert [one.response["text"] for one in later.effects(ask)] == ["hi"]


def test_a_search_that_is_left_and_gone_on_with_finds_the_same(record: Recorded) -> None:
    causes = record(CHAIN.format(ticks=30))
    last = causes.firing("add", "29")
    whole = causes.ancestors(last)
    walk = causes.walk(last)
    counts = []
    while not walk.go_on(0):
        counts.append(len(walk.firings))
    assert walk.found == whole
    assert len(whole.firings) > 30
    assert len(counts) > 2
    assert counts == sorted(counts)
    assert causes.walk(last).found.edges == (), "nothing is looked at before it is asked for"
    assert causes.walk(causes.firing("add", "0"), down=True).whole() == causes.descendants(causes.firing("add", "0"))


CHAIN = """\
nodes:
  one: {{type: flow.input, value: 1}}
  add: {{type: logic.expression, expression: "a + b"}}
  out: {{type: flow.output}}
edges:
  - one.value -> add.a
  - add.value ~> add.b: {{initial: 0}}
  - add.value -> out.value
max_ticks: {ticks}
"""
