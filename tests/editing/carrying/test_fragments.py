"""A selection leaves as text that a person can read, and arrives anywhere with all it needs."""

from __future__ import annotations

import pytest

from studio.editing import Document
from studio.editing.carrying.fragments import copy, cut, duplicate, paste
from studio.editing.placing.annotations import comments
from studio.graph.check import check
from studio.graph.frames import frames
from studio.graph.model import Graph, NodeInstance
from studio.graph.reading import MAX_NODES
from studio.support.errors import GraphError

TEXT = """
studio: 1
name: whole
nodes:
  topic: {type: flow.input, value: [1]}
  # who writes
  writer: {type: text.template, template: "{x} {y}"}
  pop: {type: queue.pop, store: tasks}
  runs: {type: flow.map, graph: body, sequential: true}
  out: {type: flow.output}
edges:
  - topic.value -> runs.items
  - pop.item -> writer.x
  - writer.text ~> writer.y: {initial_from: topic.value}
  - runs.y -> out.value  # result
stores:
  tasks: {type: queue, items: [1]}
layout:
  topic: [100, 50]
  writer: [300, 50]
  pop: [300, 250]
  runs: [500, 90]
  out: [700, 90]
  /frames: [{title: F, rect: [80, 0, 400, 400], colour: blue}]
  /wires: {pop.item -> writer.x: [[320, 200]]}
graphs:
  body:
    nodes:
      item: {type: flow.input}
      deep: {type: flow.subgraph, graph: deeper}
      y: {type: flow.output}
    edges: [item.value -> deep.z, deep.z2 -> y.value]
  deeper:
    nodes: {z: {type: flow.input}, p: {type: queue.push, store: tasks}, z2: {type: flow.output}}
    edges: [z.value -> p.value, z.value -> z2.value]
"""


@pytest.fixture
def doc() -> Document:
    return Document(Graph.from_text(TEXT))


def errors(doc: Document) -> list[str]:
    return [str(found) for found in check(doc.graph) if found.severity == "error"]


def test_the_text_is_a_small_graph_that_a_person_can_read(doc: Document) -> None:
    text = copy(doc, (), ["writer", "pop"], frame_numbers=[0])
    assert (
        text
        == """studio: 1
name: whole
nodes:
  # who writes
  writer: {type: text.template, template: "{x} {y}"}
  pop: {type: queue.pop, store: tasks}
edges:
  - pop.item -> writer.x
  - writer.text ~> writer.y
stores:
  tasks: {type: queue, items: [1]}
layout:
  writer: [220, 50]
  pop: [220, 250]
  /frames: [{title: F, rect: [0, 0, 400, 400], colour: blue}]
  /wires: {pop.item -> writer.x: [[240, 200]]}
"""
    )


def test_into_an_empty_document_everything_comes_along(doc: Document) -> None:
    there = Document(Graph(name="new"))
    names, ops = paste(there, (), copy(doc, (), list(doc.graph.nodes)), (1000, 0))
    there.do("Paste", ops)
    assert names == list(doc.graph.nodes)
    assert set(there.graph.graphs) == {"body", "deeper"}
    assert list(there.graph.stores) == ["tasks"]
    assert there.graph.layout["topic"] == [1000, 0]
    assert there.graph.comments == doc.graph.comments
    assert errors(there) == errors(doc) == []
    there.undo()
    assert there.graph == Graph(name="new")


def test_into_the_same_document_names_get_numbers_and_bodies_are_used_as_they_are(doc: Document) -> None:
    text = doc.graph.to_text()
    names, ops = paste(doc, (), copy(doc, (), ["topic", "runs", "pop"]), (0, 500))
    doc.do("Paste", ops)
    assert names == ["topic_2", "pop_2", "runs_2"]
    assert set(doc.graph.graphs) == {"body", "deeper"}
    assert list(doc.graph.stores) == ["tasks"]
    assert str(doc.graph.edges[-1]) == "topic_2.value -> runs_2.items"
    assert errors(doc) == []
    doc.undo()
    assert doc.graph.to_text() == text


def test_what_means_something_else_there_gets_another_name(doc: Document) -> None:
    text = copy(doc, (), ["runs", "pop"])
    there = Document(
        Graph.from_text(TEXT.replace("items: [1]", "items: [2]").replace("z.value -> z2.value", "p.count -> z2.value"))
    )
    there.do("Paste", paste(there, (), text, (0, 0))[1])
    assert set(there.graph.graphs) == {"body", "deeper", "body_2", "deeper_2"}, "body says the same, deeper does not"
    assert list(there.graph.stores) == ["tasks", "tasks_2"]
    assert there.node((), "pop_2").params["store"] == "tasks_2"
    assert there.node((), "runs_2").params["graph"] == "body_2"
    assert there.node(("body_2",), "deep").params["graph"] == "deeper_2"
    assert there.node(("deeper_2",), "p").params["store"] == "tasks_2"


def test_a_body_with_a_value_of_another_kind_is_another_body() -> None:
    one = Document(Graph(graphs={"part": Graph(name="part")}))
    one.graph.graphs["part"].add("flow.input", "x", value=1)
    one.graph.add("flow.subgraph", "runs", graph="part")
    other = Document(Graph.from_text(one.graph.to_text().replace("value: 1", "value: true")))

    one.do("Paste", paste(one, (), copy(other, (), ["runs"]), (0, 0))[1])

    assert set(one.graph.graphs) == {"part", "part_2"}
    assert one.node((), "runs_2").params["graph"] == "part_2"


def test_into_a_subgraph_bodies_of_the_graphs_around_it_are_found(doc: Document) -> None:
    doc.do("Paste", paste(doc, ("body",), copy(doc, (), ["pop"]), (0, 0))[1])
    assert doc.at(("body",)).stores == {}
    assert errors(doc) == []


def test_out_of_a_subgraph_names_mean_what_they_meant_there() -> None:
    text = """
studio: 1
nodes: {}
graphs:
  part: {nodes: {outer: {type: flow.output}}}
  inner:
    nodes: {a: {type: flow.subgraph, graph: uses}, b: {type: flow.subgraph, graph: part}}
    graphs: {part: {nodes: {mine: {type: flow.output}}}}
  uses: {nodes: {it: {type: flow.subgraph, graph: part}}}
"""
    doc = Document(Graph.from_text(text))
    there = Document(Graph())
    there.do("Paste", paste(there, (), copy(doc, ("inner",), ["a", "b"]), (0, 0))[1])
    assert list(there.ports((), "b").outputs) == ["mine"]
    assert list(there.ports((there.node((), "a").params["graph"],), "it").outputs) == ["outer"]


def test_a_whole_graph_file_can_be_pasted_and_is_laid_out_if_it_says_nothing(doc: Document) -> None:
    there = Document(Graph())
    names, ops = paste(there, (), TEXT.partition("layout:")[0], (40, 60))
    there.do("Paste", ops)
    places = [there.graph.layout[name] for name in names]
    assert len({tuple(place) for place in places}) == 5
    assert (min(x for x, _ in places), min(y for _, y in places)) == (40, 60)
    there.do("Paste", paste(there, (), TEXT, (0, 0))[1])
    assert len(frames(there.graph)) == 1
    assert comments(there.graph) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "studio: 1\n",
        "nodes: {a: 3}",
        "studio: 1\nnodes: &x {}\n",
        "a: [" * 300,
        "\x00",
        "studio: 9\nnodes: {}",
    ],
)
def test_text_that_is_no_graph_is_refused_with_a_sentence(doc: Document, text: str) -> None:
    with pytest.raises(GraphError) as refused:
        paste(doc, (), text, (0, 0))
    assert "pasted text" in str(refused.value)


def test_wires_to_nodes_that_did_not_come_do_not_catch_others(doc: Document) -> None:
    doc.do(
        "Paste",
        paste(doc, (), "studio: 1\nnodes: {x: {type: no.such}}\nedges: [x.a -> out.value, topic.v -> x.b]\n", (0, 0))[
            1
        ],
    )
    assert len(doc.graph.edges) == 4


def test_a_duplicate_stands_beside_with_its_inner_wires_and_outer_ones_if_asked(doc: Document) -> None:
    names, ops = duplicate(doc, (), ["writer", "pop"])
    doc.do("Duplicate", ops)
    assert names == ["writer_2", "pop_2"]
    assert [str(edge) for edge in doc.graph.edges[4:]] == ["pop_2.item -> writer_2.x", "writer_2.text ~> writer_2.y"]
    assert doc.graph.edges[5].initial_from == ""
    assert doc.graph.layout["writer_2"] == [340, 90]
    assert doc.graph.layout["/wires"]["pop_2.item -> writer_2.x"] == [[360, 240]]
    doc.undo()
    doc.do("Duplicate", duplicate(doc, (), ["writer"], keep_inputs=True)[1])
    assert [str(edge) for edge in doc.graph.edges[4:]] == ["pop.item -> writer_2.x", "writer_2.text ~> writer_2.y"]
    assert doc.graph.edges[5].initial_from == "topic.value"


def test_what_is_cut_out_comes_back_as_it_was(doc: Document) -> None:
    inner = {name: doc.node((), name) for name in ("writer", "pop")}
    text, ops = cut(doc, (), ["writer", "pop"])
    doc.do("Cut", ops)
    assert "writer" not in doc.graph.nodes
    doc.do("Paste", paste(doc, (), text, (300, 50))[1])
    assert {name: doc.node((), name) for name in ("writer", "pop")} == inner
    assert doc.graph.layout["pop"] == [300, 250]
    with pytest.raises(GraphError, match="Nothing is selected"):
        copy(doc, (), [])


def test_no_more_is_pasted_than_a_file_may_hold(doc: Document) -> None:
    text = copy(doc, (), ["topic"])
    for number in range(MAX_NODES - len(doc.graph.nodes) - 7):
        doc.graph.nodes[f"n{number}"] = NodeInstance(f"n{number}", "text.join")
    paste(doc, (), text, (0, 0))
    doc.graph.nodes["last"] = NodeInstance("last", "text.join")
    with pytest.raises(GraphError, match="at most 10,000 nodes"):
        paste(doc, (), text, (0, 0))
    with pytest.raises(GraphError, match="at most 10,000 nodes"):
        duplicate(doc, (), ["topic"])
