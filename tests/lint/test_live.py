"""Everything known of a graph at once: the same as each question alone, and given up when an edit overtakes it."""

from __future__ import annotations

import pytest

from studio.graph.model import Graph
from studio.lint import constraints, lint
from studio.lint.live import examine
from studio.support.resources import bundled_graphs
from tests.support.graphs import CRITIC_LOOP


def free(name: str) -> str:
    return "embedded/smollm2-135m"


@pytest.mark.parametrize("path", bundled_graphs(), ids=lambda path: path.stem)
def test_findings_and_scores_are_those_of_lint(path: object) -> None:
    graph = Graph.load(str(path))
    found = examine(graph, resolve=free)
    assert found is not None
    assert list(found.findings) == lint(graph)
    assert found.constraints == constraints(graph)
    assert found.bound is not None
    assert found.bound.usd == 0


def test_badges_say_what_fires_once() -> None:
    found = examine(Graph.from_text(CRITIC_LOOP), resolve=free)
    assert found is not None
    assert found.badges == {
        "topic": "steady", "writer": "live", "critic": "live", "route": "live", "done": "live", "result": "live",
    }  # fmt: skip


def test_nodes_of_bodies_are_told_with_their_graph() -> None:
    found = examine(
        Graph.from_text(
            "nodes: {a: {type: flow.subgraph, graph: g}}\n"
            "graphs: {g: {nodes: {f: {type: llm.function, instructions: Hi}, c: {type: clock.now}}}}"
        ),
        resolve=free,
    )
    assert found is not None
    assert found.badges == {"a": "live", "g/f": "steady", "g/c": "live"}
    assert list(found.constraints) == ["g/f"]


def test_a_graph_with_errors_has_findings_and_scores_but_no_bound() -> None:
    found = examine(Graph.from_text(CRITIC_LOOP + "graphs: {x: {nodes: {a: {type: no.such}}}}\n"), resolve=free)
    assert found is not None
    assert found.bound is not None
    assert not any(name.startswith("x/") for name in found.badges)
    broken = examine(Graph.from_text(CRITIC_LOOP.replace("critic.label -> route", "critic.lable -> route")))
    assert broken is not None
    assert broken.bound is None
    assert broken.badges == {}
    assert "critic" in broken.constraints


def test_a_check_that_nobody_waits_for_is_given_up() -> None:
    asked: list[int] = []

    def wanted() -> bool:
        asked.append(1)
        return len(asked) < 4

    assert examine(Graph.from_text(CRITIC_LOOP), wanted=wanted, resolve=free) is None
    assert len(asked) == 4, "it asks between the rules, and stops at once"
