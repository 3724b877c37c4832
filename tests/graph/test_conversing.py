"""Which input a chat goes to, and which output answers it."""

from __future__ import annotations

from studio.graph import Graph
from studio.graph.conversing import likely_input, likely_output
from studio.support.resources import resource_root


def test_questions_are_asked_where_a_folder_stands_first() -> None:
    graph = Graph.load(resource_root("graphs") / "ask_the_notes.yaml")

    assert [name for name, node in graph.nodes.items() if node.type == "flow.input"] == ["folder", "questions"]
    assert likely_input(graph) == "questions"
    assert likely_output(graph) == "result"
