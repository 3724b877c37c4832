"""Subgraphs as a whole: who runs them, and what follows when they are renamed, replaced or saved elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.editing import Document, InsertEdge, PutGraph
from studio.editing.edits.bodies import add_graph, delete_graph, rename_graph, users
from studio.graph.check import check
from studio.graph.model import Edge, Graph
from studio.graph.reading import MAX_GRAPH_DEPTH
from studio.support.errors import GraphError
from tests.engine.players import run_logged

TEXT = """
studio: 1
name: top
nodes:
  one: {type: flow.subgraph, graph: part}
  many: {type: flow.map, graph: part}
edges:
  - one.y -> many.items
graphs:
  # what it does
  part:
    nodes:
      x: {type: flow.input, value: 1}
      again: {type: flow.subgraph, graph: part}
      y: {type: flow.output}
    edges:
      - x.value -> y.value
  shadow:
    nodes:
      mine: {type: flow.subgraph, graph: part}
    graphs:
      part:
        nodes: {z: {type: flow.output}}
"""


@pytest.fixture
def doc() -> Document:
    return Document(Graph.from_text(TEXT))


def test_users_are_found_at_any_depth_and_shadowed_names_are_others(doc: Document) -> None:
    assert users(doc, ("part",)) == [((), "one"), ((), "many"), (("part",), "again")]
    assert users(doc, ("shadow", "part")) == [(("shadow",), "mine")]
    assert users(doc, ()) == []


def test_renaming_a_subgraph_takes_its_users_and_its_comment_along(doc: Document) -> None:
    before = doc.graph.to_text()

    doc.do("Rename", rename_graph(doc, (), "part", "piece"))

    assert doc.node((), "many").params["graph"] == "piece"
    assert doc.node(("piece",), "again").params["graph"] == "piece"
    assert doc.node(("shadow",), "mine").params["graph"] == "part"
    assert doc.graph.comments["graphs.piece"] == ["# what it does"]
    assert list(doc.ports((), "one").outputs) == ["y"]
    doc.undo()
    assert doc.graph.to_text() == before


@pytest.mark.parametrize("new", ["shadow", "1st", "part"])
def test_a_name_that_means_something_is_refused(doc: Document, new: str) -> None:
    if new == "part":
        assert rename_graph(doc, (), "part", new) == []
        return
    with pytest.raises(GraphError):
        rename_graph(doc, (), "part", new)


def test_a_subgraph_in_use_is_not_deleted(doc: Document) -> None:
    with pytest.raises(GraphError, match="`one` runs the subgraph `part`"):
        delete_graph(doc, (), "part")
    doc.do("Delete", delete_graph(doc, (), "shadow"))
    assert list(doc.graph.graphs) == ["part"]


def test_another_graph_in_the_place_of_one_has_other_ports(doc: Document) -> None:
    assert list(doc.ports(("part",), "x").outputs) == ["value"]
    assert list(doc.ports((), "one").inputs) == ["x"]
    other = Graph.from_text("studio: 1\nnodes:\n  x: {type: flow.switch, cases: [a]}\n  w: {type: flow.input}\n")

    doc.do("Replace", [PutGraph((), "part", other)])

    assert list(doc.ports(("part",), "x").outputs) == ["a", "else"]
    assert list(doc.ports((), "one").inputs) == ["w"]


def test_nesting_deeper_than_a_file_may_is_refused() -> None:
    doc = Document(Graph(name="top"))
    at: tuple[str, ...] = ()
    for _ in range(MAX_GRAPH_DEPTH):
        doc.do("Add", add_graph(doc, at, f"g{len(at)}"))
        at = (*at, f"g{len(at)}")
    with pytest.raises(GraphError, match="nested at most"):
        add_graph(doc, at, "deeper")
    assert Graph.from_text(doc.graph.to_text()) == doc.graph


def test_bodies_named_by_file_are_found_beside_the_new_file_from_subgraphs_too(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    (new / "body.yaml").write_text("studio: 1\nname: body\nnodes:\n  q: {type: flow.input}\n")
    inner = "graphs: {part: {nodes: {it: {type: flow.subgraph, graph: ./body.yaml}}}}\n"
    (old / "top.yaml").write_text(f"studio: 1\nname: top\n{inner}")
    doc = Document.open(old / "top.yaml")
    assert [found.code for found in check(doc.graph) if found.severity == "error"] == ["body_missing"]

    doc.save(new / "top.yaml")

    assert list(doc.ports(("part",), "it").inputs) == ["q"]


def test_a_graph_that_ran_can_be_changed_and_run_again() -> None:
    doc = Document(Graph.from_text("studio: 1\nnodes:\n  a: {type: flow.input, value: 1}\n  b: {type: flow.output}\n"))
    assert run_logged(doc.graph, registry=doc.registry)[0].outputs == {}

    doc.do("Connect", [InsertEdge((), 0, Edge("a", "value", "b", "value"))])

    assert run_logged(doc.graph, registry=doc.registry)[0].outputs == {"b": 1}
