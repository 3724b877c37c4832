"""The goal of a run is what its graph is given in words."""

from __future__ import annotations

from studio.engine.aims import MOST_CHARACTERS, goal_of
from studio.graph.model import Graph

TEXT = """
nodes:
  objective: {type: flow.input, value: Grow a balcony.}
  goals: {type: flow.input, value: [Sow, "", 3, Reap]}
  edition: {type: flow.input, value: a, choices: [a, b]}
  rounds: {type: flow.input, value: 3}
  result: {type: flow.output}
edges:
  - objective.value -> result.value
"""


def test_texts_and_lists_of_texts_are_the_goal_and_switches_are_not() -> None:
    graph = Graph.from_text(TEXT, name="g")

    assert goal_of(graph, {}) == "Grow a balcony. Sow Reap"
    assert goal_of(graph, {"objective": "Solve world hunger.", "edition": "b"}) == "Solve world hunger. Sow Reap"
    assert len(goal_of(graph, {"objective": "long " * 10_000})) == MOST_CHARACTERS
