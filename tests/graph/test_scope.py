"""Where names are looked up, which files may be read, and that a bundle needs none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.graph import Graph
from studio.graph.check import check
from studio.graph.scope import Scope, bundle, project_folder
from studio.support.errors import GraphError
from tests.graph.toys import toy_registry

NESTED = """
nodes: {}
stores: {q: {type: queue}}
graphs:
  outer:
    stores: {own: {type: list}}
    graphs:
      inner: {nodes: {x: {type: toy.add}}}
  other: {nodes: {}}
"""


def test_a_name_is_looked_up_in_the_graph_and_then_in_those_around_it() -> None:
    top = Scope(Graph.from_text(NESTED))
    outer = top.find_graph("outer")
    inner = outer.find_graph("inner")

    assert inner.find_graph("other").graph is top.graph.graphs["other"]
    assert inner.find_graph("outer") is outer
    assert inner.find_graph("inner") is inner
    with pytest.raises(GraphError, match="Did you mean `outer`"):
        top.find_graph("outerr")
    with pytest.raises(GraphError, match="There is no graph `inner`"):
        top.find_graph("inner")


def test_stores_are_those_of_the_graph_and_of_those_around_it() -> None:
    top = Scope(Graph.from_text(NESTED))
    outer = top.find_graph("outer")

    found = outer.find_store("q")
    assert found is not None
    assert found[0] is top
    assert top.find_store("own") is None
    assert outer.store_names() == ["own", "q"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose top graph runs bodies in two folders, one of which names the other."""
    (tmp_path / "studio.toml").write_text("")
    (tmp_path / "flows" / "parts").mkdir(parents=True)
    (tmp_path / "flows" / "top.yaml").write_text(
        "studio: 1\nname: top\nnodes:\n  a: {type: flow.subgraph, graph: ./parts/a.yaml}\n"
        "  s: {type: flow.subgraph, graph: ../shared.yaml}\nstores: {q: {type: queue}}\n"
    )
    (tmp_path / "flows" / "parts" / "a.yaml").write_text(
        "studio: 1\nname: a\nnodes:\n  b: {type: flow.subgraph, graph: ./b.yaml}\n"
        "  self: {type: flow.subgraph, graph: ./a.yaml}\n  shared: {type: flow.subgraph, graph: ../../shared.yaml}\n"
    )
    (tmp_path / "flows" / "parts" / "b.yaml").write_text(
        "studio: 1\nname: b\nnodes: {p: {type: queue.pop, store: q}}\n"
    )
    (tmp_path / "shared.yaml").write_text("studio: 1\nname: shared\nnodes: {x: {type: toy.gather}}\n")
    return tmp_path


def test_a_body_in_a_file_is_found_beside_the_graph_that_names_it(project: Path) -> None:
    top = Scope(Graph.load(project / "flows" / "top.yaml"))
    a = top.find_graph("./parts/a.yaml")

    assert a.graph.name == "a"
    assert a.find_graph("./b.yaml").graph.name == "b"
    assert a.find_graph("./a.yaml") is a
    assert a.find_graph("../../shared.yaml") is top.find_graph("../shared.yaml")


def test_a_body_outside_the_project_is_refused(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.yaml"
    outside.write_text("studio: 1\nnodes: {}\n")
    (project / "flows" / "link.yaml").symlink_to(outside)
    top = Scope(Graph.load(project / "flows" / "top.yaml"))

    for reference in (f"../../{outside.parent.name}/x.yaml", "./link.yaml", "../../../../../etc/passwd.yaml"):
        with pytest.raises(GraphError, match="outside the project folder"):
            top.find_graph(reference)
    with pytest.raises(GraphError, match="There is no file"):
        top.find_graph("./none.yaml")


def test_the_project_is_the_nearest_folder_with_its_settings(project: Path, tmp_path: Path) -> None:
    assert project_folder(project / "flows" / "parts") == project.resolve()


def test_a_bundle_needs_no_file_and_means_the_same(project: Path) -> None:
    graph = Graph.load(project / "flows" / "top.yaml")
    before = graph.to_text()

    text = bundle(graph).to_text()
    read = Scope(Graph.from_text(text))
    a = read.find_graph("./parts/a.yaml")

    assert graph.to_text() == before
    assert list(read.graph.graphs) == ["./parts/a.yaml", "./parts/b.yaml", "../shared.yaml"]
    assert a.graph.name == "a"
    assert a.graph.nodes["b"].params["graph"] == "./parts/b.yaml"
    assert a.find_graph("./parts/b.yaml").find_store("q") is not None
    assert [item.code for item in check(read.graph, toy_registry())] == [
        item.code for item in check(graph, toy_registry())
    ]
    assert bundle(read.graph) == read.graph
