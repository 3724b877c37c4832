"""Many things that are worked through one by one are new each time; only what comes round again can wander."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio import Graph, Trace, run
from studio.replay.dynamics import verdict_of
from tests.dynamics.generator.wandering import NOUNS

MAPPED = """
studio: 1
name: sorting
nodes:
  letters: {type: flow.input, value: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]}
  each: {type: flow.map, graph: one}
  result: {type: flow.output}
edges:
  - letters.value -> each.items
  - each.text -> result.value
graphs:
  one:
    nodes:
      item: {type: flow.input}
      reader: {type: llm.function, instructions: "Read {letter}", repairs: 0}
      text: {type: flow.output}
    edges:
      - item.value -> reader.letter
      - reader.text -> text.value
"""
ROUND = """
studio: 1
name: musing
nodes:
  reader: {type: llm.function, instructions: "Go on from {last}", repairs: 0}
  result: {type: flow.output}
edges:
  - reader.text ~> reader.last: {initial: ""}
  - reader.text -> result.value
max_ticks: 20
"""
INSIDE = MAPPED.replace("reader.letter\n", "reader.letter\n      - reader.text ~> reader.letter\n").replace(
    "    nodes:\n      item", "    max_ticks: 2\n    nodes:\n      item"
)


def kinds(tmp_path: Path, text: str) -> tuple[set[str], str]:
    """Run a graph whose model says ever new things; return the kinds of alarms, and the verdict on the record."""
    replies = tmp_path / "replies.jsonl"
    said = (f"The {NOUNS[3 * n]} of the {NOUNS[3 * n + 1]} stood behind a {NOUNS[3 * n + 2]}." for n in range(40))
    replies.write_text("".join(json.dumps({"reply": line}) + "\n" for line in said), "utf-8")
    result = run(Graph.from_text(text, name="g", base=tmp_path), model=f"scripted:{replies}", db=tmp_path / "t.db")
    assert result.status == "ok"
    with Trace(tmp_path / "t.db") as trace:
        verdict = verdict_of(trace)
        assert [alarm.kind for alarm in verdict.alarms] == [alarm["kind"] for alarm in result.alarms]
        return {str(alarm["kind"]) for alarm in result.alarms}, verdict.kind


def test_things_that_are_worked_through_one_by_one_do_not_wander(tmp_path: Path) -> None:
    alarms, verdict = kinds(tmp_path, MAPPED)

    assert alarms == set()
    assert verdict != "wander"


@pytest.mark.parametrize("text", [ROUND, INSIDE], ids=["a loop", "a loop inside the map"])
def test_what_comes_round_again_does(tmp_path: Path, text: str) -> None:
    assert kinds(tmp_path, text) == ({"wander"}, "wander")
