"""Lint: each rule names the graph that deserves it and leaves alone its neighbour that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.graph import Graph
from studio.graph.diagnostics import HELP, Diagnostic
from studio.lint import constraints, lint
from tests.trust.test_labels import meeting
from tests.trust.toys import toy_registry

LABELS = "labels: [good, vague, wrong]"


def findings(text: str) -> list[Diagnostic]:
    return lint(Graph.from_text(text, name="g.yaml"))


def codes(text: str) -> list[str]:
    return [item.code for item in findings(text)]


def one(text: str, code: str) -> Diagnostic:
    found = [item for item in findings(text) if item.code == code]
    assert len(found) == 1, [str(item) for item in findings(text)]
    assert found[0].severity == "warning"
    return found[0]


CRITIC = f"""
nodes:
  topic: {{type: flow.input, value: tide pools}}
  writer: {{type: text.template, template: "On {{topic}}. {{fault}}"}}
  critic: {{type: llm.function, instructions: "Judge: {{draft}}", {LABELS}, min_confidence: 0.5, examples: [
    {{draft: a, output: good}}, {{draft: b, output: vague}}, {{draft: c, output: wrong}}]}}
  route: {{type: flow.switch, cases: [good]}}
  end: {{type: flow.stop}}
  result: {{type: flow.output}}
edges:
  - topic.value -> writer.topic
  - writer.text -> critic.draft
  - critic.label -> route.value
  - FEEDBACK
  - route.good -> end.when
  - writer.text -> result.value
max_ticks: 6
"""


# -- never starts (conformance 2) ----------------------------------------------------------------


def test_feedback_without_a_first_value_into_what_it_needs_never_starts() -> None:
    text = CRITIC.replace("FEEDBACK", "route.else ~> writer.fault")

    found = one(text, "never_starts")

    assert (found.node, found.place.line) == ("writer", 14)
    assert "`writer.fault` is only fed back to" in found.message
    assert "route.else ~> writer.fault: {initial: …}" in found.hint


def test_what_waits_for_a_node_that_never_starts_is_named_with_its_reason() -> None:
    found = findings(CRITIC.replace("FEEDBACK", "route.else ~> writer.fault"))

    unreachable = {item.node: item.message for item in found if item.code == "unreachable"}
    assert list(unreachable) == ["critic", "route", "end", "result"]
    assert unreachable["critic"] == "`critic` never fires, because `writer` never does."


@pytest.mark.parametrize(
    "edge",
    [
        'critic.label ~> writer.fault: {initial: ""}',
        "critic.label ~> writer.fault: {initial: null, hold: true}",
        "critic.label ~> writer.fault: {initial_from: topic.value}",
        "topic.value ~> writer.fault",
    ],
)
def test_a_first_value_or_a_source_that_does_not_wait_lets_it_start(edge: str) -> None:
    assert not {"never_starts", "unreachable"} & set(codes(CRITIC.replace("FEEDBACK", edge)))


def test_a_node_switched_off_for_the_moment_makes_nothing_unreachable() -> None:
    text = CRITIC.replace("FEEDBACK", 'critic.label ~> writer.fault: {initial: ""}').replace(
        '{fault}"}', '{fault}", knockout: true}'
    )

    assert not {"never_starts", "unreachable"} & set(codes(text))


# -- endings (conformance 3, 4, 5, 10) -------------------------------------------------------------

QUEUE = """
nodes:
  pop: {type: queue.pop, store: todo}
  work: {type: text.template, template: "Did {task}"}
  put: {type: queue.push, store: todo}
  end: {type: flow.stop}
edges:
  - pop.item -> work.task
  - work.text -> put.value
  - pop.empty -> end.when
stores: {todo: {type: queue, items: [a]}}
"""


def test_a_loop_through_a_store_without_feedback_ends_after_one_tick() -> None:
    found = one(QUEUE, "one_tick")

    assert found.node == "pop"
    assert "`put.done ~> pop.when: {initial: true}`" in found.hint


def test_a_loop_through_a_store_goes_on_until_a_stop_or_by_an_arrow() -> None:
    arrow = QUEUE.replace("stores:", "  - put.done ~> pop.when: {initial: true}\nstores:")

    assert "one_tick" not in codes(QUEUE + "until: stop\n")
    assert "one_tick" not in codes(arrow)


def test_a_node_that_feeds_itself_on_a_plain_edge_never_goes_quiet() -> None:
    text = """
nodes:
  history: {type: list.append}
  new: {type: flow.input, value: x}
  judge: {type: flow.switch, cases: [go]}
  out: {type: flow.output}
edges:
  - new.value -> history.value
  - history.items ~> history.items: {initial: []HOLD}
  - new.value -> judge.value
  - judge.go ~> out.value
"""
    found = one(text.replace("HOLD", ""), "never_quiet")

    assert found.place.line == 9
    assert "{hold: true}" in found.hint
    assert "never_quiet" not in codes(text.replace("HOLD", ", hold: true"))


def test_a_counter_with_a_stop_and_a_world_with_a_bound_are_meant_to_go_on() -> None:
    counter = (
        "nodes:\n  plus: {type: math.expression, expression: x + 1}\n"
        "  three: {type: logic.expression, expression: x >= 3}\n"
        "  end: {type: flow.stop}\n  out: {type: flow.output}\nedges:\n  - plus.value ~> plus.x: {initial: 0}\n"
        "  - plus.value -> three.x\n  - three.value -> end.when\n  - plus.value -> out.value\n"
    )
    world = (
        "nodes:\n  cell: {type: math.expression, expression: 1 - x}\n  out: {type: flow.output}\nedges:\n"
        "  - cell.value ~> cell.x: {initial: 0}\n  - cell.value -> out.value\nmax_ticks: 16\n"
    )

    assert codes(counter) == []
    assert codes(world) == []
    assert codes(world.replace("max_ticks: 16\n", "")) == ["never_quiet"]


def test_waiting_for_a_stop_that_is_not_there_is_named() -> None:
    text = "nodes:\n  n: {type: clock.now}\n  out: {type: flow.output}\nedges: [n.PORT -> out.value]\nuntil: stop\n"
    text = text.replace("PORT", "done")

    assert one(text, "no_stop").place.line == 1
    assert "no_stop" not in codes(text + "max_ticks: 5\n")


# -- wiring --------------------------------------------------------------------------------------


def test_a_join_of_a_steady_and_a_live_wire_is_named() -> None:
    text = """
nodes:
  edit: {type: text.constant, text: first}
  now: {type: clock.now}
  apply: {type: text.template, template: "{patch}"}
  out: {type: flow.output}
edges:
  - edit.text -> apply.patch
  - now.done -> apply.patch
  - apply.text -> out.value
"""
    found = [item for item in findings(text) if item.code in ("steady_join", "edge_type")]

    assert [item.code for item in found] == ["steady_join"]
    assert "takes `edit` again at every tick in which `now` gives nothing" in found[0].message
    assert "initial_from: edit.text" in found[0].hint


def test_two_uses_of_a_store_in_the_order_of_the_file_only_are_named() -> None:
    text = """
nodes:
  a: {type: text.constant, text: x}
  one: {type: store.append, store: log}
  two: {type: store.append, store: log}
edges:
  - a.text -> one.value
  - a.text -> two.value
stores: {log: {type: list}}
"""
    found = one(text, "store_order")

    assert "`one` uses the store `log` before `two`" in found.message
    assert "store_order" not in codes(text.replace("stores:", "  - one.done -> two.when\nstores:"))
    assert "store_order" not in codes(
        text.replace("type: store.append", "type: store.items")
        .replace("-> one.value", "-> one.when")
        .replace("-> two.value", "-> two.when")
    )


def test_a_node_that_nobody_listens_to_is_named() -> None:
    text = "nodes:\n  a: {type: text.constant, text: x}\n  b: {type: flow.input, value: 1}\n"

    assert [(item.code, item.node) for item in findings(text)] == [("output_unused", "a"), ("output_unused", "b")]


def test_a_node_that_feedback_begins_with_is_listened_to() -> None:
    text = """nodes:
  start: {type: flow.input, value: 0}
  count: {type: math.expression, expression: before + 1}
  result: {type: flow.output}
edges:
  - count.value ~> count.before: {initial_from: start.value}
  - count.value -> result.value
max_ticks: 3
"""

    assert "output_unused" not in codes(text)
    assert "output_unused" in codes(text.replace("initial_from: start.value", "initial: 0"))


# -- functions -----------------------------------------------------------------------------------

FREE = """
nodes:
  text: {type: flow.input, value: x}
  judge: {type: llm.function, instructions: "Is it good? {text}"EXTRA}
  trim: {type: text.template, template: "{answer}"}
  route: {type: flow.switch, cases: [good]}
  out: {type: flow.output}
edges:
  - text.value -> judge.text
  - judge.PORT -> trim.answer
  - trim.text -> route.value
  - route.good -> out.value
"""


def test_free_text_that_steers_is_named_through_nodes_that_only_reshape_it() -> None:
    found = one(FREE.replace("EXTRA", "").replace("PORT", "text"), "free_text_steers")

    assert "`judge` decides at `route.value`" in found.message
    assert "labels" in found.hint


def test_labels_steer_well() -> None:
    assert "free_text_steers" not in codes(FREE.replace("EXTRA", ", labels: [good, bad]").replace("PORT", "label"))


def test_a_loosely_held_function_is_named_with_what_is_missing() -> None:
    found = one(FREE.replace("EXTRA", "").replace("PORT", "text"), "loose_function")

    assert found.node == "judge"
    assert "free text" in found.message


def test_every_function_has_a_score() -> None:
    graph = Graph.from_text(FREE.replace("EXTRA", ", labels: [good, bad]").replace("PORT", "label"))

    held = constraints(graph)

    assert list(held) == ["judge"]
    assert 0.5 < held["judge"].score <= 1
    assert held["judge"].missing


def test_a_model_between_a_stranger_and_a_way_out_is_named_with_what_is_private() -> None:
    found = lint(meeting(untrusted=True, private=True, outbound=True), toy_registry())

    assert [(item.node, item.other) for item in found if item.code == "may_leak"] == [("model", "end")]


# -- as a whole ----------------------------------------------------------------------------------


def test_a_graph_with_errors_gets_no_design_findings_but_its_subgraphs_do() -> None:
    text = (
        "nodes:\n  a: {type: text.constant}\n  s: {type: flow.subgraph, graph: inner}\n"
        "graphs:\n  inner:\n    nodes: {b: {type: text.constant, text: x}}\n"
    )

    assert [(item.code, item.graph, item.node) for item in findings(text)] == [
        ("missing_param", "", "a"), ("output_unused", "inner", "b"),
    ]  # fmt: skip


def test_a_graph_that_contains_itself_is_looked_at_once() -> None:
    text = (
        "nodes:\n  s: {type: flow.subgraph, graph: inner}\n"
        "graphs:\n  inner:\n    nodes:\n      t: {type: flow.subgraph, graph: inner}\n"
        "      b: {type: text.constant, text: x}\n"
    )

    assert codes(text) == ["output_unused"]


def test_the_sound_critic_loop_has_no_findings() -> None:
    assert codes(CRITIC.replace("FEEDBACK", 'critic.label ~> writer.fault: {initial: ""}')) == []


def test_alarms_are_asked_for_in_the_top_graph() -> None:
    text = """
nodes:
  first: {type: text.constant, text: go}
  sub: {type: flow.subgraph, graph: part}
  out: {type: flow.output}
edges:
  - first.text -> sub.begin
  - sub.told -> out.value
graphs:
  part:
    nodes:
      begin: {type: flow.input, value: ""}
      noticed: {type: monitor.alarms}
      told: {type: flow.output}
    edges:
      - begin.value -> noticed.when
      - noticed.message -> told.value
"""
    found = one(text, "alarms_inside")

    assert "`noticed`" in found.message
    assert "alarms_inside" not in codes(text.replace("graph: part}", "graph: part, clock: shared}"))


def test_every_rule_has_a_code_with_help_and_a_test() -> None:
    folder = Path(__file__).parent.parent.parent / "studio" / "lint"
    source = "".join(path.read_text() for path in folder.glob("*.py"))
    used = {code for code in HELP if f'"{code}"' in source}
    tests = Path(__file__).read_text()

    assert used - {"unknown_type"} == {
        "never_starts", "unreachable", "steady_join", "store_order", "one_tick", "never_quiet", "no_stop",
        "output_unused", "loose_function", "free_text_steers", "may_leak", "alarms_inside",
    }  # fmt: skip
    assert all(f'"{code}"' in tests for code in used - {"unknown_type"})


@pytest.mark.parametrize(
    "broken",
    ["zz.value -> b.value", "a.value -> zz.value", "a.value ~> b.value: {initial_from: zz.value}"],
    ids=["source", "target", "initial_from"],
)
@pytest.mark.parametrize("place", ["top", "body"])
def test_edges_that_name_no_node_are_findings_and_not_faults(broken: str, place: str) -> None:
    inner = "nodes: {a: {type: flow.input, value: 3}, b: {type: flow.output}}\nedges:\n  - " + broken + "\n"
    text = inner
    if place == "body":
        indented = "".join(f"    {line}\n" for line in inner.splitlines())
        text = f"nodes: {{run: {{type: flow.subgraph, graph: part}}}}\ngraphs:\n  part:\n{indented}"

    assert {"edge_node", "initial_from"} & set(codes(text))
