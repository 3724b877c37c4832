"""Wires: what is refused and why, quickly; how they are drawn, cut, changed and reordered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.editing import Document
from studio.editing.edits.connecting import (
    connect,
    edges_at,
    make_feedback,
    make_same_tick,
    reorder_edges,
    set_edge,
    unwire,
)
from studio.editing.edits.rules import LONGEST_PATH, Connector, can_connect
from studio.editing.placing.annotations import points
from studio.graph.check import check
from studio.graph.model import Edge, Graph
from studio.graph.reading import parse_edge
from studio.support.errors import GraphError

TEXT = """
studio: 1
nodes:
  topic: {type: flow.input, kind: text}
  number: {type: flow.input, kind: number}
  writer: {type: llm.function, instructions: "Write {topic} {fault}"}
  critic: {type: llm.function, instructions: "Judge {draft}", labels: [good, bad]}
  pic: {type: flow.output, kind: image}
  all: {type: flow.merge, take: all}
  strange: {type: no.such}
  out: {type: flow.output, kind: text}
edges:
  - topic.value -> writer.topic
  # the draft
  - writer.text -> critic.draft
  - critic.label ~> writer.fault: {initial: ""}
  - writer.text -> all.value
layout: {/wires: {writer.text -> critic.draft: [[1, 2]]}}
"""


@pytest.fixture
def doc() -> Document:
    return Document(Graph.from_text(TEXT))


def edge(text: str) -> Edge:
    found = parse_edge(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        "topic.value -> out.value",
        "topic.value -> writer.fault",  # a plain input may have several wires
        "writer.text -> all.value",  # a gathering one even the same twice
        "writer.done -> critic.when",
        "strange.anything -> strange.else",
        "critic.label ~> writer.topic",
        "writer.text ~> critic.draft",
        "critic.error -> out.value",
    ],
)
def test_what_fits_is_accepted_and_check_finds_no_fault_in_it(doc: Document, text: str) -> None:
    if text == "strange.anything -> strange.else":
        text = "strange.anything -> out.value"
    before = {str(found) for found in check(doc.graph) if found.severity == "error"}
    assert can_connect(doc, (), edge(text)) is None

    doc.do("Connect", connect(doc, (), edge(text)))

    assert str(doc.graph.edges[-1]) == text
    assert {str(found) for found in check(doc.graph) if found.severity == "error"} <= before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nobody.x -> out.value", "There is no node `nobody`."),
        ("topic.value -> out.nothing", "`out` has no input `nothing`."),
        ("topic.nothing -> out.value", "`topic` has no output `nothing`."),
        ("topic.value -> writer.text", "An input takes from an output."),
        ("writer.topic -> out.value", "An output goes to an input."),
        ("number.value -> out.value", "`number.value` gives number, but `out.value` takes text."),
        ("topic.value -> pic.value", "gives text, but `pic.value` takes image"),
        ("topic.value -> writer.topic", "The edge `topic.value -> writer.topic` is there already."),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(doc: Document, text: str, said: str) -> None:
    refusal = can_connect(doc, (), edge(text))
    assert refusal is not None
    assert said in refusal.reason
    assert not refusal.offers_feedback
    with pytest.raises(GraphError):
        connect(doc, (), edge(text))


def test_an_edge_that_would_close_a_cycle_is_offered_as_feedback(doc: Document) -> None:
    refusal = can_connect(doc, (), edge("critic.label -> writer.topic"))
    assert refusal is not None
    assert refusal.offers_feedback
    assert refusal.reason == "This would close a cycle within one tick: writer -> critic -> writer."
    itself = can_connect(doc, (), edge("writer.text -> writer.topic"))
    assert itself is not None
    assert itself.offers_feedback
    first = replace(edge("all.value ~> topic.when"), initial_from="critic.label")
    assert "takes its first value" in str(can_connect(doc, (), first))


def test_the_first_value_of_a_feedback_edge_orders_the_tick_too(doc: Document) -> None:
    doc.do(
        "Start",
        set_edge(doc, (), 2, replace(doc.graph.edges[2], has_initial=False, initial=None, initial_from="number.value")),
    )
    refusal = can_connect(doc, (), edge("critic.label -> number.when"))
    assert refusal is not None
    assert "number -> writer -> critic -> number" in refusal.reason


def test_a_long_cycle_is_named_shortly() -> None:
    graph = Graph()
    for number in range(50):
        graph.add("text.template", f"n{number}", template="{a}")
    for number in range(49):
        graph.connect(f"n{number}.text", f"n{number + 1}.a")
    refusal = can_connect(Document(graph), (), Edge("n49", "text", "n0", "a"))
    assert refusal is not None
    assert refusal.reason.endswith("n0 -> n1 -> n2 -> … -> n48 -> n49 -> n0.")


@pytest.mark.parametrize("count", range(2, 10))
@pytest.mark.parametrize("is_output", [True, False])
def test_a_cycle_is_named_the_same_from_either_end(count: int, is_output: bool) -> None:
    graph = Graph()
    for number in range(count):
        graph.add("text.template", f"n{number}", template="{a}")
    for number in range(count - 1):
        graph.connect(f"n{number}.text", f"n{number + 1}.a")
    last = f"n{count - 1}"
    drag = Connector(Document(graph), (), *((last, "text") if is_output else ("n0", "a")), is_output)
    refusal = drag.refusal(*(("n0", "a") if is_output else (last, "text")))
    assert refusal is not None
    way = [*(f"n{number}" for number in range(count)), "n0"]
    shown = way if len(way) <= LONGEST_PATH + 1 else [*way[:3], "…", *way[-3:]]
    assert refusal.reason.endswith(f": {' -> '.join(shown)}.")


@pytest.mark.parametrize(("node", "port", "is_output"), [("writer", "text", True), ("critic", "draft", False)])
def test_while_dragging_every_port_is_judged_as_by_itself(doc: Document, node: str, port: str, is_output: bool) -> None:
    drag = Connector(doc, (), node, port, is_output)
    fitting = drag.fitting()
    assert fitting
    for name in doc.graph.nodes:
        ports = doc.ports((), name)
        for other in (*ports.inputs, "when") if is_output else (*ports.outputs, "done", "error"):
            ends = (node, port, name, other) if is_output else (name, other, node, port)
            alone = can_connect(doc, (), Edge(*ends))
            assert drag.refusal(name, other) == alone
            assert ((name, other) in fitting) == (alone is None or alone.offers_feedback)


def test_a_wire_whose_end_is_dragged_elsewhere_keeps_its_place_and_comment(doc: Document) -> None:
    old = doc.graph.edges[1]
    drag = Connector(doc, (), "writer", "text", True, without=old)
    assert drag.refusal("critic", "draft") is None

    doc.do("Move wire", connect(doc, (), edge("writer.text -> out.value"), without=old))

    assert str(doc.graph.edges[1]) == "writer.text -> out.value"
    assert doc.graph.comments["edges.writer.text -> out.value"] == ["# the draft"]
    assert points(doc.graph) == {"writer.text -> out.value": [(1.0, 2.0)]}
    assert connect(doc, (), doc.graph.edges[1], without=doc.graph.edges[1]) == []


def test_one_wire_may_stand_in_for_all_others(doc: Document) -> None:
    doc.do("Connect", connect(doc, (), edge("number.value -> writer.fault"), replace_others=True))
    assert [str(one) for one in edges_at(doc, (), "writer", "fault", False)] == ["number.value -> writer.fault"]


def test_a_wire_from_error_lets_the_port_speak(doc: Document) -> None:
    doc.do("Connect", connect(doc, (), edge("writer.error -> all.value")))
    assert doc.node((), "writer").on_error == "route"
    doc.undo()
    assert doc.node((), "writer").on_error == "fail"


def test_feedback_and_back_changes_one_edge_in_its_place(doc: Document) -> None:
    text = doc.graph.to_text()
    doc.do("Feedback", make_feedback(doc, (), doc.graph.edges[1], initial=None, hold=True))
    made = doc.graph.edges[1]
    assert (str(made), made.has_initial, made.initial, made.hold) == ("writer.text ~> critic.draft", True, None, True)
    assert doc.graph.comments["edges.writer.text ~> critic.draft"] == ["# the draft"]
    doc.do("Same tick", make_same_tick(doc, (), made))
    assert doc.graph.to_text() == text
    with pytest.raises(GraphError, match="cycle"):
        make_same_tick(doc, (), doc.graph.edges[2])


def test_options_that_no_file_can_say_are_refused(doc: Document) -> None:
    base = doc.graph.edges[2]
    for wrong in (
        replace(base, initial_from="topic.value"),
        replace(base, feedback=False),
        replace(base, initial=float("nan")),
        replace(base, has_initial=False, initial_from="no dot"),
    ):
        with pytest.raises(GraphError):
            set_edge(doc, (), 2, wrong)


@pytest.mark.parametrize(("before", "after"), [(0, False), (False, 0), (1, 1.0), ({"a": 1}, {"a": True})])
def test_a_first_value_of_another_kind_is_another_value(doc: Document, before: object, after: object) -> None:
    doc.do("First", set_edge(doc, (), 2, replace(doc.graph.edges[2], has_initial=True, initial=before)))
    doc.do("Other", set_edge(doc, (), 2, replace(doc.graph.edges[2], initial=after)))
    assert repr(doc.graph.edges[2].initial) == repr(after)


def test_the_order_of_wires_into_a_port_is_changed_without_touching_others(doc: Document) -> None:
    for text in ("topic.value -> all.value", "number.value -> all.value"):
        doc.do("Connect", connect(doc, (), edge(text)))
    others = [str(one) for one in doc.graph.edges if one.target != "all"]

    doc.do("Order", reorder_edges(doc, (), "all", "value", [2, 0, 1]))

    assert [one.source for one in edges_at(doc, (), "all", "value", False)] == ["number", "writer", "topic"]
    assert [str(one) for one in doc.graph.edges if one.target != "all"] == others
    with pytest.raises(GraphError):
        reorder_edges(doc, (), "all", "value", [0, 0, 1])


def test_of_two_equal_wires_one_is_cut_and_their_comment_stays_until_the_last(doc: Document) -> None:
    doc.do("Again", connect(doc, (), edge("writer.text -> all.value")))
    doc.graph.comments["edges.writer.text -> all.value"] = ["# twice"]
    doc.do("Cut", unwire(doc, (), [doc.graph.edges[-1]]))
    assert len(edges_at(doc, (), "all", "value", False)) == 1
    assert "edges.writer.text -> all.value" in doc.graph.comments
    doc.do("Cut", unwire(doc, (), [doc.graph.edges[-1]]))
    assert "edges.writer.text -> all.value" not in doc.graph.comments
    with pytest.raises(GraphError, match="There is no edge"):
        unwire(doc, (), [edge("writer.text -> all.value")])
