"""A plan of the engine becomes statements that are read from top to bottom, and mean the same."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.engine.plan import RegionPlan, compile_plan
from studio.export.standalone.outline import Step, Wiring
from studio.export.standalone.planning import may_wait, outline, wires_of
from studio.graph import Graph
from tests.engine.generator import random_graph
from tests.engine.players import REGISTRY
from tests.support.graphs import CRITIC_LOOP
from tests.support.thorough import draws

TWO_CHAINS = """\
studio: 1
name: chains
nodes:
  word: {type: flow.input, value: sea}
  ask: {type: llm.function, instructions: "Describe {word}."}
  short: {type: text.template, template: "{text}!"}
  other: {type: llm.function, instructions: "Praise {word}."}
  long: {type: text.template, template: "{text}?"}
  last: {type: llm.function, instructions: "{a} {b}"}
edges:
  - word.value -> ask.word
  - ask.text -> short.text
  - word.value -> other.word
  - other.text -> long.text
  - short.text -> last.a
  - long.text -> last.b
"""


def planned(graph: Graph) -> list[Wiring]:
    return outline(compile_plan(graph, REGISTRY, ordered_races=True))


def told(steps: list[Step]) -> list[str]:
    """Return statements as words: `a+b` for what waits together, `a?` for the first tick only."""
    return ["+".join(node.name for node in step.nodes) + "?" * step.once for step in steps]


def test_what_fires_once_stands_before_the_loop() -> None:
    (wiring,) = planned(Graph.from_text(CRITIC_LOOP))

    assert wiring.loops
    assert told(wiring.opening) == ["topic"]
    assert told(wiring.ticks) == ["writer", "critic", "route", "done", "result"]


def test_without_feedback_there_is_no_loop() -> None:
    (wiring,) = planned(Graph.from_text(TWO_CHAINS))

    assert not wiring.loops
    assert wiring.ticks == []


def test_calls_that_need_not_wait_for_each_other_come_together_and_what_needs_them_follows() -> None:
    (wiring,) = planned(Graph.from_text(TWO_CHAINS))

    assert told(wiring.opening) == ["word", "ask+other", "short", "long", "last"]


def test_what_fires_once_but_comes_after_a_live_node_is_marked_in_the_loop() -> None:
    graph = Graph("late", max_ticks=2)
    graph.add("math.expression", "count", expression="x + 1")
    graph.add("text.constant", "word", text="sea")
    graph.add("flow.input", "name", value="a")
    graph.connect("count.value", "count.x", feedback={"initial": 0})

    (wiring,) = planned(graph)

    assert told(wiring.opening) == ["name"], "an input cannot fail, so it may come first"
    assert told(wiring.ticks) == ["count", "word?"]


def test_uses_of_one_store_keep_their_order() -> None:
    graph = Graph("stores")
    graph.add_store("list", "log")
    graph.add("llm.function", "ask", instructions="Hello.")
    graph.add("store.append", "one", store="log")
    graph.add("store.items", "all", store="log")
    graph.connect("ask.text", "one.value")

    (wiring,) = planned(graph)

    assert told([*wiring.opening, *wiring.ticks]) == ["ask", "one", "all"]


def test_a_loop_that_only_a_body_asks_for_is_a_loop() -> None:
    graph = Graph("outer", max_ticks=3)
    body = graph.add_graph("organ")
    body.add("math.expression", "count", expression="x + 1")
    body.connect("count.value", "count.x", feedback={"initial": 0})
    graph.add("flow.subgraph", "organ", graph="organ", clock="shared")

    inner, outer = planned(graph)

    assert (inner.plan.graph.name, inner.loops) == ("organ", True)
    assert outer.loops
    assert told(outer.ticks) == ["organ"]


def test_a_graph_that_contains_itself_comes_once() -> None:
    graph = Graph("outer")
    body = graph.add_graph("again")
    body.add("flow.input", "n")
    body.add("flow.switch", "more", cases=[0])
    body.add("flow.subgraph", "inner", graph="again")
    body.connect("n.value", "more.value")
    body.connect("more.else", "inner.n")
    graph.add("flow.subgraph", "start", graph="again")

    assert [wiring.plan.graph.name for wiring in planned(graph)] == ["again", "outer"]


@settings(
    max_examples=draws(20, 50), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 14))
def test_every_node_is_decided_once_after_all_that_it_reads(seed: int, size: int) -> None:
    for wiring in planned(random_graph(seed, size)):
        steps = list(wiring.steps)
        order = [node.index for step in steps for node in step.nodes]
        assert sorted(order) == list(range(len(wiring.plan.nodes)))
        assert faults(wiring.plan, steps) == []


def test_control_a_wrong_order_is_found() -> None:
    (wiring,) = planned(Graph.from_text(TWO_CHAINS))
    steps = list(wiring.steps)

    assert faults(wiring.plan, steps) == []
    assert faults(wiring.plan, [steps[0], *reversed(steps[1:])])
    assert faults(wiring.plan, [*steps[:-2], Step([*steps[-2].nodes, *steps[-1].nodes])])


def faults(plan: RegionPlan, steps: list[Step]) -> list[str]:
    """Return what is wrong with an order of statements."""
    place = {node.index: number for number, step in enumerate(steps) for node in step.nodes}
    found = []
    last_use: dict[str, int] = {}
    for node in plan.nodes:
        for wire in wires_of(node):
            start = plan.registers[wire.feedback].initial_from if wire.feedback >= 0 else (wire.source, wire.port)
            if start is not None and place[start[0]] >= place[node.index]:
                found.append(f"{node.name} is decided before {plan.nodes[start[0]].name}, which it reads")
        for store in node.stores:
            if last_use.get(store, -1) >= place[node.index]:
                found.append(f"{node.name} uses {store} too early")
            last_use[store] = max(place[node.index], last_use.get(store, -1))
    waits = [node for node in plan.nodes if may_wait(node)]
    if [node.index for node in waits] != [
        node.index for step in steps for node in step.nodes if may_wait(node)
    ] and all(node.live == waits[0].live for node in waits):
        found.append("what waits is not in plan order")
    return found
