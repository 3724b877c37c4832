"""Everything known of a graph at once: the same as each question alone, and given up when an edit overtakes it."""

from __future__ import annotations

import pytest

from studio.engine.plan import compile_plan
from studio.graph.model import Graph
from studio.graph.order import ordered_after
from studio.lint import constraints, lint
from studio.lint.live import examine
from studio.spec.registry import default_registry
from studio.support.resources import bundled_graphs
from tests.support.everyday import for_examples
from tests.support.graphs import CRITIC_LOOP


def free(name: str) -> str:
    return "embedded/smollm2-135m"


@for_examples("path")
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


STORES = """\
stores: {notes: {type: list}, marks: {type: list}, alone: {type: list}}
nodes:
  topic: {type: flow.input, value: tide pools}
  last: {type: store.items, store: notes}
  first: {type: store.append, store: notes}
  mark: {type: store.append, store: marks}
  inner: {type: flow.subgraph, graph: body}
  lonely: {type: store.append, store: alone}
edges:
  - topic.value -> first.value
  - topic.value -> mark.value
  - topic.value -> lonely.value
  - topic.value -> inner.topic
  - first.done -> last.when
graphs:
  body:
    stores: {own: {type: list}}
    nodes:
      topic: {type: flow.input}
      keep: {type: store.append, store: own}
      note: {type: store.append, store: notes}
      mark: {type: store.append, store: marks}
      read: {type: store.items, store: own}
    edges:
      - topic.value -> keep.value
      - topic.value -> note.value
      - topic.value -> mark.value
"""


def _steps(text: str) -> dict[str, list[tuple[str, str, str]]]:
    found = examine(Graph.from_text(text), resolve=free)
    assert found is not None
    return {path: list(steps) for path, steps in found.store_order.items()}


def test_the_order_of_stores_is_told_for_each_graph_and_a_region_node_is_one_use_of_what_its_body_uses() -> None:
    assert _steps(STORES) == {
        "": [("notes", "first", "last"), ("notes", "last", "inner"), ("marks", "mark", "inner")],
        "body": [("own", "keep", "read")],
    }


def test_another_order_of_the_plan_is_another_order_of_stores() -> None:
    turned = STORES.replace("  - first.done -> last.when\n", "  - last.done -> first.when\n")

    assert _steps(turned)[""] != _steps(STORES)[""]
    assert ("notes", "last", "first") in _steps(turned)[""]


@pytest.mark.parametrize("text", [STORES, *(path.read_text() for path in bundled_graphs() if path.stem == "soar")])
def test_what_is_told_is_what_the_plan_waits_for_beside_its_wires(text: str) -> None:
    graph = Graph.from_text(text)
    plan = compile_plan(graph, default_registry(), ordered_races=True)
    waits = {(node.name, plan.nodes[later].name) for node in plan.nodes for later in node.successors_first}
    wired = {(ordered_after(edge), edge.target) for edge in graph.edges if ordered_after(edge)}

    told = {(earlier, later) for _, earlier, later in _steps(text)[""]}

    assert told - wired == waits - wired
    assert told - wired, "some order comes from stores alone"
