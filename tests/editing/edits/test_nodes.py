"""Nodes: added, deleted, renamed, changed; whatever names them follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from studio.editing import Document
from studio.editing.edits.nodes import (
    add_node,
    change_type,
    delete,
    insert_on_edge,
    knock_out,
    move_in_order,
    set_graph_key,
    set_key,
    set_param,
)
from studio.editing.edits.renaming import rename_node, rename_port
from studio.editing.edits.stores import add_store, rename_store, store_users
from studio.editing.placing.annotations import Comment, add_comment, add_frame
from studio.graph.check import check
from studio.graph.frames import Frame, Rect
from studio.graph.layout import Box
from studio.graph.model import Graph, StoreDecl
from studio.spec.fields import MISSING
from studio.support.errors import GraphError

TEXT = """
studio: 1
nodes:
  topic: {type: flow.input}
  # the writer
  writer:  # mine
    type: llm.function
    instructions: "Write {topic} {{topic}} {fault}"  # careful
    checks: [{name: long, expression: "len(topic) > 1 and 'topic'"}]
  critic: {type: llm.function, instructions: "Judge {draft}", labels: [good, bad]}
  out: {type: flow.output}
edges:
  - topic.value -> writer.topic  # wire
  - writer.text -> critic.draft
  - critic.label ~> writer.fault: {initial_from: topic.value}
  - writer.text -> out.value
layout: {topic: [0, 0], writer: [200, 0], /wires: {writer.text -> critic.draft: [[1, 2]]}}
"""

BODY = """
studio: 1
nodes:
  list: {type: flow.input, value: [1]}
  each: {type: flow.map, graph: body, each: [x], on_error: default, default: {y: []}}
  out: {type: flow.output}
edges:
  - list.value -> each.items
  - list.value -> each.x
  - each.y -> out.value
  - each.y ~> out.value: {initial_from: each.y}
graphs:
  body:
    nodes:
      x: {type: flow.input}
      y: {type: flow.output}
    edges: [x.value -> y.value]
"""


@pytest.fixture
def doc() -> Document:
    return Document(Graph.from_text(TEXT))


def errors(doc: Document) -> list[str]:
    return [found.code for found in check(doc.graph) if found.severity == "error"]


def test_every_type_begins_with_what_it_must_be_given_if_there_is_something_sensible() -> None:
    doc = Document(Graph())
    for cls in doc.registry.all_types():
        name, ops = add_node(doc, (), cls.spec.type, (10, 20))
        doc.do("Add", ops)
        assert doc.graph.layout[name] == [10, 20]
    assert doc.node((), "constant").params == {"text": ""}
    assert "graph" not in doc.node((), "subgraph").params
    assert Graph.from_text(doc.graph.to_text()) == doc.graph


def test_a_new_node_is_called_as_wanted_or_nearly(doc: Document) -> None:
    assert add_node(doc, (), "text.join", (0, 0), name="writer")[0] == "writer_2"
    assert add_node(doc, (), "text.join", (0, 0), name="my judge")[0] == "my_judge"
    assert add_node(doc, (), "text.join", (0, 0), {"separator": "-"}, title="T")[1][0].node.title == "T"  # type: ignore[union-attr]
    with pytest.raises(GraphError, match="reserved"):
        add_node(doc, (), "text.template", (0, 0), {"template": "{when}"})


def test_with_boxes_nodes_that_stand_nowhere_stay_where_they_are_seen(doc: Document) -> None:
    boxes = {name: Box(100, 50) for name in doc.graph.nodes}
    doc.do("Add", add_node(doc, (), "text.join", (0, 0), boxes=boxes)[1])
    assert {"critic", "out"} <= doc.graph.layout.keys()


def test_deleting_takes_edges_places_points_comments_and_first_values_along(doc: Document) -> None:
    text = doc.graph.to_text()
    doc.do("Delete", delete(doc, (), ["topic"]))
    assert str(doc.graph.edges[0]) == "writer.text -> critic.draft"
    assert doc.graph.edges[1].initial_from == ""
    doc.do("Delete", delete(doc, (), ["writer"]))
    assert doc.graph.edges == []
    assert doc.graph.layout == {}
    assert doc.graph.comments == {}
    doc.undo()
    doc.undo()
    assert doc.graph.to_text() == text
    with pytest.raises(GraphError, match="no node"):
        delete(doc, (), ["nobody"])


def test_a_renamed_node_keeps_everything(doc: Document) -> None:
    expected = TEXT.replace("writer", "author")
    doc.do("Rename", rename_node(doc, (), "writer", "author"))
    assert doc.graph.to_text() == Graph.from_text(expected.replace("# the author", "# the writer")).to_text()
    doc.do("Rename", rename_node(doc, (), "topic", "subject"))
    assert doc.graph.edges[2].initial_from == "subject.value"
    assert errors(doc) == []
    for wrong in ("critic", "no way", ""):
        with pytest.raises(GraphError):
            rename_node(doc, (), "author", wrong)


def test_a_renamed_input_or_output_of_a_body_takes_its_ports_along() -> None:
    doc = Document(Graph.from_text(BODY))
    assert errors(doc) == []
    doc.do("Rename", rename_node(doc, ("body",), "x", "entry"))
    doc.do("Rename", rename_node(doc, ("body",), "y", "answer"))
    assert errors(doc) == []
    assert [str(edge) for edge in doc.graph.edges][1:3] == ["list.value -> each.entry", "each.answer -> out.value"]
    assert doc.graph.edges[3].initial_from == "each.answer"
    assert doc.node((), "each").params["each"] == ["entry"]
    assert doc.node((), "each").default == {"answer": []}
    with pytest.raises(GraphError, match="reserved"):
        rename_node(doc, ("body",), "answer", "done")


def test_an_input_of_a_body_is_not_called_like_a_port_that_the_map_has_itself() -> None:
    doc = Document(Graph.from_text(BODY))
    (runner, *_) = [name for name, node in doc.graph.nodes.items() if node.type == "flow.map"]
    with pytest.raises(GraphError, match=f"`{runner}`.*has a port `items` of its own"):
        rename_node(doc, ("body",), "x", "items")


def schema(name: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"}}, "required": [name]}


@pytest.mark.parametrize(
    ("type_name", "params", "old", "new", "after"),
    [
        ("text.template", {"template": "{a} {{a}} {b}"}, "a", "c", {"template": "{c} {{a}} {b}"}),
        (
            "llm.function", {"instructions": "{a}", "optional": {"a": 1}}, "a", "b",
            {"instructions": "{b}", "optional": {"b": 1}},
        ),
        (
            "llm.function", {"instructions": "x", "output": "text"}, "text", "said",
            {"instructions": "x", "output": "said"},
        ),
        (
            "llm.function", {"instructions": "x", "schema": schema("n")}, "n", "m",
            {"instructions": "x", "schema": schema("m")},
        ),
        ("flow.switch", {"cases": ["good", 3]}, "3", "three", {"cases": {"good": "good", "three": 3}}),
        ("flow.switch", {"cases": {"mend": ["a", "b"]}}, "mend", "fix", {"cases": {"fix": ["a", "b"]}}),
        ("math.expression", {"expression": "x + y * x"}, "x", "z", {"expression": "z + y * z"}),
        ("flow.gate", {"condition": "a > 1 or 'a' == value"}, "a", "b", {"condition": "b > 1 or 'a' == value"}),
        ("json.build", {"names": ["a", "b"]}, "b", "c", {"names": ["a", "c"]}),
        ("json.build", {"template": {"x": ["{a} b"]}}, "a", "c", {"template": {"x": ["{c} b"]}}),
    ],
)  # fmt: skip
def test_a_port_that_follows_from_params_is_renamed_in_them(
    type_name: str, params: dict[str, Any], old: str, new: str, after: dict[str, Any]
) -> None:
    doc = Document(Graph())
    doc.graph.add(type_name, "n", **params)
    doc.do("Rename", rename_port(doc, (), "n", old, new))
    assert doc.node((), "n").params == after


def test_wires_follow_a_renamed_port_and_checks_too(doc: Document) -> None:
    doc.do("Rename", rename_port(doc, (), "writer", "topic", "theme"))
    assert str(doc.graph.edges[0]) == "topic.value -> writer.theme"
    assert doc.node((), "writer").params["instructions"] == "Write {theme} {{topic}} {fault}"
    assert doc.node((), "writer").params["checks"][0]["expression"] == "len(theme) > 1 and 'topic'"
    assert doc.graph.comments["edges.topic.value -> writer.theme #"] == ["# wire"]
    for old, new in (("fault", "theme"), ("fault", "done"), ("fault", "a b"), ("nothing", "x")):
        with pytest.raises(GraphError):
            rename_port(doc, (), "writer", old, new)
    with pytest.raises(GraphError, match="keeps its name"):
        rename_port(doc, (), "out", "value", "x")


def test_a_port_of_a_region_node_is_renamed_in_its_body() -> None:
    doc = Document(Graph.from_text(BODY))
    doc.do("Rename", rename_port(doc, (), "each", "x", "entry"))
    assert "entry" in doc.at(("body",)).nodes
    assert errors(doc) == []


def test_params_are_set_as_given_but_never_such_that_the_file_cannot_be_read(doc: Document) -> None:
    doc.do("Set", set_param(doc, (), "writer", "instructions", "Half {"))
    assert [str(edge) for edge in doc.graph.edges if edge.target == "writer"] == [
        "topic.value -> writer.topic",
        "critic.label ~> writer.fault",
    ], "wires to ports that are gone stay, and are wires again when the port comes back"
    doc.do("Set", set_param(doc, (), "critic", "labels", ("a", ("b",))))
    assert doc.node((), "critic").params["labels"] == ["a", ["b"]]
    doc.do("Unset", set_param(doc, (), "writer", "instructions", MISSING))
    assert not [key for key in doc.graph.comments if "instructions" in key]
    for key, value in (("instructions", "{done}"), ("title", "x"), ("instructions", float("nan")), ("x", "\ud800")):
        with pytest.raises(GraphError):
            set_param(doc, (), "writer", key, value)
    assert Graph.from_text(doc.graph.to_text()) == doc.graph


HALF = "\ud800"
"""Half a character: no file can hold it."""


def test_nothing_is_put_into_a_document_that_its_file_cannot_hold(doc: Document) -> None:
    edits: list[Callable[[], object]] = [
        lambda: add_node(doc, (), HALF, (0, 0)),
        lambda: add_node(doc, (), "flow.input", (0, 0), title=HALF),
        lambda: add_node(doc, (), "flow.input", (0, 0), {"value": float("nan")}),
        lambda: set_key(doc, (), "writer", "title", HALF),
        lambda: set_key(doc, (), "writer", "default", {"text": [HALF]}),
        lambda: change_type(doc, (), "writer", HALF),
        lambda: add_store(doc, (), StoreDecl("s", "kv", params={"x": float("inf")})),
        lambda: add_store(doc, (), StoreDecl("s", HALF)),
        lambda: add_frame(doc, (), Frame(Rect(0, 0, 9, 9), HALF)),
        lambda: add_frame(doc, (), Frame(Rect(0, 0, 9, 9), "", HALF)),
        lambda: add_comment(doc, (), Comment(Rect(0, 0, 9, 9), HALF)),
    ]
    for edit in edits:
        with pytest.raises(GraphError, match="cannot be stored"):
            edit()


VALUES: list[Any] = [1, True, 1.0, [0], [False], {"a": 1, "b": 2}, {"b": 2, "a": 1}]


def test_a_value_of_another_kind_is_another_value(doc: Document) -> None:
    for value in VALUES:
        doc.do("Set", set_param(doc, (), "topic", "value", value))
        assert repr(doc.node((), "topic").params["value"]) == repr(value)
        assert set_param(doc, (), "topic", "value", value) == []
        doc.do("Set", set_key(doc, (), "writer", "default", {"text": value}))
        assert repr(doc.node((), "writer").default) == repr({"text": value})


def test_node_keys_take_what_a_file_could_say(doc: Document) -> None:
    for key, value in (
        ("title", "T"), ("fires", "once"), ("on_error", "skip"), ("retries", 2), ("timeout_s", 1.5),
        ("limits", {"calls": 1}),
    ):  # fmt: skip
        doc.do("Set", set_key(doc, (), "writer", key, value))
        assert getattr(doc.node((), "writer"), key) == value
        doc.do("Unset", set_key(doc, (), "writer", key, MISSING))
        assert set_key(doc, (), "writer", key, MISSING) == []
    for key, value in (
        ("fires", "never"),
        ("retries", -1),
        ("limits", {"odd": 1}),
        ("timeout_s", 0),
        ("colour", "red"),
    ):
        with pytest.raises(GraphError):
            set_key(doc, (), "writer", key, value)


def test_another_type_keeps_what_fits(doc: Document) -> None:
    doc.do("Type", change_type(doc, (), "critic", "text.template"))
    assert doc.node((), "critic").params == {"template": ""}
    assert [str(edge) for edge in doc.graph.edges] == ["topic.value -> writer.topic", "writer.text -> out.value"]
    doc.undo()
    doc.do("Type", change_type(doc, (), "critic", "no.such"))
    assert len(doc.graph.edges) == 4
    assert doc.node((), "critic").params["labels"] == ["good", "bad"]


def test_a_node_is_put_onto_a_wire_where_its_types_fit(doc: Document) -> None:
    name, ops = add_node(doc, (), "text.template", (0, 0), {"template": "{a} {b}"})
    doc.do("Add", ops)
    doc.do("Insert", insert_on_edge(doc, (), doc.graph.edges[2], name))
    assert [str(edge) for edge in doc.graph.edges][2:4] == [
        "critic.label -> template.a",
        "template.text ~> writer.fault",
    ]
    assert doc.graph.edges[3].initial_from == "topic.value"
    stop, ops = add_node(doc, (), "flow.stop", (0, 0))
    doc.do("Add", ops)
    with pytest.raises(GraphError, match="does not fit"):
        insert_on_edge(doc, (), doc.graph.edges[0], stop)


def test_knocking_out_toggles_all_together(doc: Document) -> None:
    doc.do("Off", knock_out(doc, (), ["writer"]))
    doc.do("On", knock_out(doc, (), ["writer", "critic"]))
    assert not doc.node((), "writer").knockout
    doc.do("Pass", knock_out(doc, (), ["writer", "critic"], "pass"))
    assert doc.node((), "critic").knockout == "pass"


def test_a_node_moves_in_the_file_and_back(doc: Document) -> None:
    text = doc.graph.to_text()
    doc.do("Order", move_in_order(doc, (), "out", 0))
    assert next(iter(doc.graph.nodes)) == "out"
    doc.undo()
    assert doc.graph.to_text() == text
    assert move_in_order(doc, (), "out", 99) == []


def test_keys_of_the_graph_are_checked(doc: Document) -> None:
    doc.do("Set", set_graph_key(doc, (), "max_ticks", 3))
    doc.do("Set", set_graph_key(doc, (), "limits", {"calls": 2}))
    assert (doc.graph.max_ticks, doc.graph.limits) == (3, {"calls": 2})
    doc.do("Set", set_graph_key(doc, (), "max_ticks", MISSING))
    assert doc.graph.max_ticks is None
    for key, value in (("max_ticks", 0), ("until", "later"), ("limits", {"odd": 1}), ("name", 1), ("name", MISSING)):
        with pytest.raises(GraphError):
            set_graph_key(doc, (), key, value)  # type: ignore[arg-type]


def test_what_is_done_about_alarms_is_set_and_taken_back(doc: Document) -> None:
    text = doc.graph.to_text()
    doc.do("Set", set_graph_key(doc, (), "dynamics", {"on_alarm": "pause", "wander": "off"}))
    assert '\ndynamics: {on_alarm: pause, wander: "off"}\n' in doc.graph.to_text()
    assert set_graph_key(doc, (), "dynamics", {"on_alarm": "pause", "wander": "off"}) == []
    for wrong, why in (
        ("pause", "`dynamics` must be a mapping"),
        ({"on_alarm": "halt"}, "cannot be 'halt'"),
        ({"circles": "stop"}, "no key `circles`"),
        ({"settings": {"stall_ticks": float("nan")}}, "should be a whole number from 1"),
    ):
        with pytest.raises(GraphError, match=why):
            set_graph_key(doc, (), "dynamics", wrong)
    doc.undo()
    assert doc.graph.to_text() == text
    doc.redo()
    doc.do("Set", set_graph_key(doc, (), "dynamics", MISSING))
    assert doc.graph.to_text() == text


def test_a_renamed_store_takes_its_users_along_and_leaves_other_stores_of_that_name() -> None:
    text = """
studio: 1
nodes:
  a: {type: queue.pop, store: tasks}
  b: {type: queue.pop, store: other}
stores:
  tasks: {type: queue}  # to do
  other: {type: queue}
graphs:
  inner: {nodes: {c: {type: queue.pop, store: tasks}}}
  shadow: {nodes: {d: {type: queue.pop, store: tasks}}, stores: {tasks: {type: queue}}}
"""
    doc = Document(Graph.from_text(text))
    assert store_users(doc, (), "tasks") == [((), "a"), (("inner",), "c")]
    before = doc.graph.to_text()
    doc.do("Rename", rename_store(doc, (), "tasks", "jobs"))
    assert list(doc.graph.stores) == ["jobs", "other"]
    assert [doc.node(at, name).params["store"] for at, name in (((), "a"), (("inner",), "c"), (("shadow",), "d"))] == [
        "jobs", "jobs", "tasks",
    ]  # fmt: skip
    assert doc.graph.comments == {"stores.jobs #": ["# to do"]}
    assert errors(doc) == []
    doc.undo()
    assert doc.graph.to_text() == before
    with pytest.raises(GraphError):
        rename_store(doc, (), "tasks", "other")
