"""A run is watched as it goes: what is noticed, what is done about it, and that who reads the record sees the same."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, run
from studio.dynamics.analysis import analyse
from studio.engine.result import RunResult
from studio.replay.continuing import resume
from studio.replay.dynamics import recorded_run, verdict_of
from studio.replay.verify import verify
from studio.support.errors import UsageError
from tests.support.toys import latencies, shuffled, toy_registry

CIRCLE = """
studio: 1
name: circling
nodes:
  goal: {type: flow.input, value: Repair the leaking roof of the old barn.}
  planner: {type: llm.function, instructions: "Next step towards {goal} after {last}", repairs: 0}
  critic: {type: llm.function, instructions: "Is it good? {step}", repairs: 0}
  result: {type: flow.output}
edges:
  - goal.value -> planner.goal
  - planner.text -> critic.step
  - critic.text ~> planner.last: {initial: ""}
  - planner.text -> result.value
max_ticks: 12
"""

STEPS = "Climb the ladder and look at the broken shingles on the north side.", "Look closer: which shingles broke?"
WORK = [
    "Climbed the ladder; 14 shingles on the north side are split.", "Good: count the rafters too.",
    "Rafter 3 near the chimney is soft, rafters 4 and 5 are sound.", "Good: find the matching timber.",
    "Timber of 45x120 mm is in the shed behind the Lindgren house.", "Good: cut it.",
    "Cut a splint of 900 mm from the Lindgren timber for rafter 3.", "Good: bolt it on.",
    "Bolted the splint on with six M10 bolts, the rafter holds.", "Good: lay the shingles.",
    "Laid 14 new shingles over the splint, lead flashing at the chimney.", "Good: test with a hose.",
    "Ran the hose for twenty minutes, the attic stayed dry.", "Good: done, sweep up.",
]  # fmt: skip


def played(tmp_path: Path, lines: list[str], text: str = CIRCLE, **more: Any) -> RunResult:
    """Run a graph with these replies, one a call."""
    replies = tmp_path / "replies.jsonl"
    replies.write_text("".join(json.dumps({"reply": line}) + "\n" for line in lines), "utf-8")
    graph = Graph.from_text(text, name="circling", base=tmp_path)
    return run(graph, model=f"scripted:{replies}", db=tmp_path / "t.db", **more)


def in_circles(ticks: int = 12) -> list[str]:
    return list(STEPS) * ticks


def test_a_circle_is_noticed_and_told_and_the_run_goes_on(tmp_path: Path) -> None:
    result = played(tmp_path, in_circles())

    assert (result.status, result.ended) == ("ok", "max_ticks")
    assert {alarm["kind"] for alarm in result.alarms} == {"circle"}
    assert result.to_json()["alarms"] == result.alarms
    with Trace(tmp_path / "t.db") as trace:
        kept = list(trace.alarms())
        assert [one.message for one in kept] == [one["msg"] for one in result.alarms]
        assert all(trace.firing("last", one.firing).node in ("planner", "critic") for one in kept)
        totals = trace.run("last").totals
    assert (totals["class"], totals["verdict"]) == ("II", "circle")


def test_work_that_moves_on_raises_no_alarm(tmp_path: Path) -> None:
    result = played(tmp_path, WORK, CIRCLE.replace("max_ticks: 12", "max_ticks: 7"))

    assert result.status == "ok"
    assert result.alarms == []


def test_a_graph_can_pause_at_a_circle_and_is_resumed_from_there(tmp_path: Path) -> None:
    text = CIRCLE + "dynamics: {on_alarm: pause}\n"
    result = played(tmp_path, in_circles(), text)

    assert (result.status, result.ended, result.exit_code) == ("paused", "limit:circle", 3)
    assert result.error is not None
    assert "circle" in str(result.error["message"])
    assert result.ticks <= 6, "stopped within five periods"
    again = resume(tmp_path / "t.db")
    assert again.taken_over > 0
    assert again.ticks > result.ticks + 2, "what it was paused for is not said again at once"
    assert again.ended == "limit:circle", "but when it has gone on for as long again"
    assert "still goes in a circle" in str(again.error)
    assert 1.5 * result.ticks < again.ticks < 3 * result.ticks
    last = resume(tmp_path / "t.db")
    assert last.status == "ok", "and then for twice as long, which is beyond its end"
    with Trace(tmp_path / "t.db") as trace:
        assert [alarm.as_json() for alarm in verdict_of(trace).alarms] == last.alarms


def test_a_circle_that_ends_after_the_pause_is_not_told_again(tmp_path: Path) -> None:
    text = CIRCLE.replace("max_ticks: 12", "max_ticks: 11") + "dynamics: {on_alarm: pause}\n"
    told = played(tmp_path, in_circles(4) + WORK, text).alarms
    assert [alarm["level"] for alarm in told] == ["warn", "stop"]

    again = resume(tmp_path / "t.db")

    assert (again.status, again.ticks, again.alarms) == ("ok", 11, told)


def test_a_graph_can_fail_at_a_circle_and_its_record_repeats(tmp_path: Path) -> None:
    result = played(tmp_path, in_circles(), CIRCLE + "dynamics: {circle: stop}\n")

    assert (result.status, result.exit_code) == ("failed", 1)
    assert result.error is not None
    assert result.error["code"] == "circle"
    with Trace(tmp_path / "t.db") as trace:
        made = verify(trace)
    assert made.difference is None
    assert made.firings > 6


def test_a_caller_says_otherwise_than_the_graph(tmp_path: Path) -> None:
    assert played(tmp_path, in_circles(), on_alarm="stop").status == "failed"
    quiet = played(tmp_path, in_circles(), CIRCLE + "dynamics: {on_alarm: stop}\n", on_alarm="off")
    assert (quiet.status, quiet.alarms) == ("ok", [])
    with Trace(tmp_path / "t.db") as trace:
        assert list(trace.readings()) == [], "who is not watched is not read"
    with pytest.raises(UsageError, match="nothing to do on an alarm"):
        played(tmp_path, [], on_alarm="shout")


ROUTED = CIRCLE.replace(
    "  result: {type: flow.output}",
    """  noticed: {type: monitor.alarms}
  way_out: {type: llm.function, instructions: "You repeat yourself: {message} Do something else.", repairs: 0}
  result: {type: flow.output}
  told: {type: flow.output, collect: true}""",
).replace("max_ticks: 12", "  - noticed.message -> way_out.message\n  - way_out.text -> told.value\nmax_ticks: 7")


def test_an_agent_can_notice_its_own_circle(tmp_path: Path) -> None:
    graph = ROUTED
    lines = [{"node": "planner", "reply": STEPS[0]}, {"node": "critic", "reply": STEPS[1]}]
    replies = tmp_path / "by_node.jsonl"
    addressed = [*lines * 7, *[{"node": "way_out", "reply": "Fetch the roofer."}] * 7]
    replies.write_text("".join(json.dumps(line) + "\n" for line in addressed), "utf-8")
    result = run(
        Graph.from_text(graph, name="routed", base=tmp_path), model=f"scripted:{replies}", db=tmp_path / "t.db"
    )

    assert result.status == "ok"
    assert "Fetch the roofer." in result.outputs["told"], result.alarms
    with Trace(tmp_path / "t.db") as trace:
        asked = [effect.response for effect in trace.effects(kind="alarms") if effect.response]
        assert asked, "an alarm is asked for as an effect, so that a replay is told the same"
        assert verify(trace).difference is None


@pytest.mark.parametrize("kept", [True, False])
def test_a_reader_of_the_record_sees_what_the_guard_saw(tmp_path: Path, kept: bool) -> None:
    """With what was read at the time, and (`kept` False) from the outputs alone."""
    result = played(tmp_path, in_circles())
    db = tmp_path / "t.db"
    with Trace(db) as trace:
        again = recorded_run(trace)
        assert all(event.reading is not None for event in again.events)
        if not kept:
            trace.readings = lambda run="last": iter(())  # type: ignore[method-assign]
            raw = recorded_run(trace)
            assert all(event.reading is None for event in raw.events)
            assert [(one.t, one.module) for one in raw.events] == [(one.t, one.module) for one in again.events]
            again = raw
        verdict = analyse(again)
        assert [alarm.as_json() for alarm in verdict.alarms] == result.alarms
        assert verdict_of(trace).kind == "circle"


def test_progress_that_the_graph_measures_clears_the_suspicion(tmp_path: Path) -> None:
    measured = CIRCLE.replace(
        "  result: {type: flow.output}\n",
        "  count: {type: math.expression, expression: x + 1}\n  done: {type: monitor.progress}\n"
        "  result: {type: flow.output}\n",
    ).replace("max_ticks", "  - count.value ~> count.x: {initial: 0}\n  - count.value -> done.value\nmax_ticks")
    result = played(tmp_path, in_circles(), measured)

    assert result.status == "ok"
    assert [alarm for alarm in result.alarms if alarm["level"] == "stop"] == []
    with Trace(tmp_path / "t.db") as trace:
        assert [alarm.as_json() for alarm in verdict_of(trace).alarms] == result.alarms
    still = measured.replace("count.value -> done.value", "goal.value -> done.value")
    assert any(alarm["level"] == "stop" for alarm in played(tmp_path, in_circles(), still).alarms)


MANY = """
studio: 1
name: many
nodes:
  names: {type: flow.input, value: [ann, bob, cid]}
  clock: {type: toy.echo}
  each: {type: flow.map, graph: one}
  result: {type: flow.output}
edges:
  - clock.out ~> clock.value: {initial: 1}
  - names.value -> each.items
  - clock.done -> each.when
  - each.text -> result.value
max_ticks: 8
graphs:
  one:
    nodes:
      item: {type: flow.input}
      wait: {type: toy.echo}
      speaker: {type: llm.function, instructions: "What does {item} say?", repairs: 0}
      again: {type: llm.function, instructions: "And then, {before}?", repairs: 0}
      text: {type: flow.output}
    edges:
      - item.value -> wait.value
      - wait.out -> speaker.item
      - speaker.text -> again.before
      - again.text -> text.value
"""


def many(tmp_path: Path, seed: int | None) -> tuple[Any, ...]:
    """What is noticed of three people who repeat themselves at once, and in which order it is kept."""
    said = {"speaker": "The kettle on the stove boils over.", "again": "Somebody should lift the kettle."}
    lines = [
        {"node": f"each/{item}/{node}", "reply": f"{text} ({item})"}
        for _ in range(8) for item in range(3) for node, text in said.items()
    ]  # fmt: skip
    replies = tmp_path / f"{seed}.jsonl"
    replies.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    db = tmp_path / f"{seed}.db"
    graph = Graph.from_text(MANY, name="many", base=tmp_path)
    with latencies(shuffled(seed)) if seed is not None else nullcontext():
        result = run(graph, model=f"scripted:{replies}", db=db, registry=toy_registry())
    assert result.status == "ok", result.error
    with Trace(db) as trace:
        kept = [(one.node, one.t, one.symbol) for one in trace.readings()]
        decided = [firing.node for firing in trace.firings() if firing.type == "llm.function"]
    return result.alarms, kept, decided


def test_latencies_change_nothing_of_what_is_noticed(tmp_path: Path) -> None:
    alarms, kept, decided = many(tmp_path, None)

    assert {alarm["kind"] for alarm in alarms} == {"circle"}
    others = [many(tmp_path, seed) for seed in range(6)]
    assert all(other[:2] == (alarms, kept) for other in others)
    assert any(other[2] != decided for other in others), "else nothing came in another order"


def test_a_graph_without_modules_is_not_watched(tmp_path: Path) -> None:
    text = """
studio: 1
nodes:
  count: {type: math.expression, expression: "0 * x"}
  out: {type: flow.output}
edges:
  - count.value ~> count.x: {initial: 0}
  - count.value -> out.value
max_ticks: 40
"""
    result = run(Graph.from_text(text, name="still"), db=tmp_path / "t.db")

    assert (result.ended, result.alarms) == ("max_ticks", [])
    with Trace(tmp_path / "t.db") as trace:
        assert list(trace.readings()) == []
        assert {event.module for event in recorded_run(trace).events} == {"count"}, "a reader looks at all nodes then"
