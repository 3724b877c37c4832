"""A region that is tried again: what each attempt said counts in the order in which it was said, live and later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, run
from studio.dynamics.analysis import analyse
from studio.replay.dynamics import recorded_run

RETRIED = """
studio: 1
name: retried
nodes:
  goal: {type: flow.input, value: Repair the leaking roof of the old barn.}
  again: {type: flow.subgraph, graph: REGION, retries: 2}
  last: {type: llm.function, instructions: "Sum up {text}", repairs: 0}
  result: {type: flow.output}
edges:
  - goal.value -> again.goal
  - again.text -> last.text
  - last.text -> result.value
graphs:
  around:
    nodes:
      goal: {type: flow.input}
      inner: {type: flow.subgraph, graph: work}
      text: {type: flow.output}
    edges:
      - goal.value -> inner.goal
      - inner.text -> text.value
  work:
    nodes:
      goal: {type: flow.input}
      planner: {type: llm.function, instructions: "Next step towards {goal} after {last}", repairs: 0}
      critic: {type: llm.function, instructions: "Is it good? {step}", repairs: 0}
      text: {type: flow.output}
    edges:
      - goal.value -> planner.goal
      - planner.text -> critic.step
      - critic.text ~> planner.last: {initial: ""}
      - planner.text -> text.value
    max_ticks: 3
"""
STEPS = ("Climb the ladder and look at the broken shingles on the north side.", "Look closer: which shingles broke?")
FAILED = {"error": "server"}


def attempts(*lengths: int) -> list[Any]:
    """The replies of attempts that fail after so many calls, and of one that does not."""
    lines: list[Any] = []
    for length in lengths:
        lines += [{"reply": STEPS[number % 2]} for number in range(length)] + [FAILED]
    return lines + [{"reply": STEPS[number % 2]} for number in range(6)] + [{"reply": "The barn was looked at."}]


@pytest.mark.parametrize("region", ["work", "around"])
@pytest.mark.parametrize("lengths", [(3, 4), (4, 2), (2,), (1, 5)], ids=str)
def test_attempts_follow_each_other(tmp_path: Path, region: str, lengths: tuple[int, ...]) -> None:
    replies = tmp_path / "replies.jsonl"
    replies.write_text("".join(json.dumps(line) + "\n" for line in attempts(*lengths)), "utf-8")
    graph = Graph.from_text(RETRIED.replace("REGION", region), name="retried", base=tmp_path)

    result = run(graph, model=f"scripted:{replies}", db=tmp_path / "t.db")

    assert result.status == "ok", result.error
    with Trace(tmp_path / "t.db") as trace:
        stored, raw = recorded_run(trace), recorded_run(trace, texts=True)
        told = [(event.t, event.module, event.firing) for event in stored.events]
        assert told == [(event.t, event.module, event.firing) for event in raw.events]
        assert [firing for _, _, firing in told] == sorted(firing for _, _, firing in told), "as they were said"
        if region == "work":
            said = {firing for _, _, firing in told}
            mixed = [firing.id for firing in trace.outline() if firing.id in said]
            assert mixed != sorted(mixed), "the outline itself mixes them"
        for seen in (stored, raw):
            assert [alarm.as_json() for alarm in analyse(seen).alarms] == result.alarms
    assert result.alarms, "three attempts at one thing are a circle"
