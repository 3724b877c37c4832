"""Graphs written in Python are refused at the line that is wrong, as a file would be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.graph import Graph
from studio.support.errors import GraphError


def pair() -> Graph:
    graph = Graph("g")
    graph.add("toy.add", "a")
    graph.add("toy.add", "b")
    return graph


def test_a_graph_in_python_and_its_file_are_equal() -> None:
    graph = Graph("loop", about="Counts.", max_ticks=3, dynamics={"on_alarm": "pause", "settings": {"stall_ticks": 20}})
    graph.add("flow.input", "start", value=1)
    graph.add("toy.add", "plus", bias=0.5, on_error="default", default={"sum": 0}, retries=1, limits={"calls": 2})
    graph.add_store("queue", "todo", scope="run", items=[1])
    graph.connect("start.value", "plus.a")
    graph.connect("plus.sum", "plus.b", feedback={"initial": 0, "hold": True})
    graph.add_graph("inner").add("toy.add", "x")

    read = Graph.from_text(graph.to_text())

    assert read == graph
    assert read != Graph.from_text(graph.to_text().replace("on_alarm: pause", "on_alarm: stop"))
    assert str(read.edges[1]) == "plus.sum ~> plus.b"


@pytest.mark.parametrize(
    ("name", "keys", "words"),
    [
        ("a", {}, "taken"), ("a b", {}, "cannot name a node"), ("a.b", {}, "cannot name a node"),
        ("c", {"fires": "twice"}, "`once` or `every_tick`"), ("c", {"retries": -1}, "whole number"),
        ("c", {"timeout_s": 0}, "above 0"), ("c", {"knockout": "maybe"}, "`knockout`"), ("c", {"title": 3}, "text"),
        ("c", {"default": 3}, "dict of ports"), ("c", {"limits": [1]}, "dict of limits"),
        ("c", {"limits": {"calls": "2"}}, "to numbers"), ("c", {"limits": {"calls": -1}}, "0 or more"),
    ],
)  # fmt: skip
def test_a_wrong_node_is_refused_when_it_is_added(name: str, keys: dict[str, Any], words: str) -> None:
    graph = pair()

    with pytest.raises(GraphError, match=words):
        graph.add("toy.add", name, **keys)
    assert list(graph.nodes) == ["a", "b"]


def test_a_reserved_port_name_is_refused_when_the_node_is_added() -> None:
    with pytest.raises(GraphError, match="case `done` would make a port"):
        pair().add("flow.switch", "s", cases=["done"])


@pytest.mark.parametrize(
    ("source", "target", "feedback", "words"),
    [
        ("a", "b.a", False, "`node.port`"), ("a.x.y", "b.a", False, "`node.port`"),
        ("aa.sum", "b.a", False, "no node `aa`"),
        ("a.sum", "c.a", False, "no node `c`"), ("a.sum", "a.a", False, "cycle"), ("b.sum", "a.a", False, "cycle"),
        ("b.sum", "a.a", {"holds": True}, "Did you mean `hold`"), ("b.sum", "a.a", {"hold": 1}, "True or False"),
        ("b.sum", "a.a", {"initial": 1, "initial_from": "b.sum"}, "either"),
        ("b.sum", "a.a", {"initial_from": "x.sum"}, "no node `x`"),
    ],
)  # fmt: skip
def test_a_wrong_edge_is_refused_when_it_is_drawn(source: str, target: str, feedback: Any, words: str) -> None:
    graph = pair()
    graph.connect("a.sum", "b.a")

    with pytest.raises(GraphError, match=words):
        graph.connect(source, target, feedback=feedback)
    assert len(graph.edges) == 1


def test_names_of_stores_and_subgraphs_are_checked() -> None:
    graph = pair()
    graph.add_store("list", "s")
    graph.add_graph("g")

    for act in (lambda: graph.add_store("list", "s"), lambda: graph.add_graph("g")):
        with pytest.raises(GraphError, match="already"):
            act()
    for act in (lambda: graph.add_store("list", "s s"), lambda: graph.add_graph("1")):
        with pytest.raises(GraphError, match="cannot name"):
            act()


def test_a_subgraph_may_be_made_before_it_is_added() -> None:
    body = Graph("body")
    body.add_graph("deeper")
    graph = Graph("x", base=Path("folder"))

    assert graph.add_graph("part", body) is body
    assert graph.graphs["part"].name == "body"
    assert body.base == body.graphs["deeper"].base == Path("folder")
    assert graph.add_graph("./file.yaml", Graph("file")).name == "file"
    assert Graph.from_text(graph.to_text(), base=graph.base) == graph


def test_a_subgraph_that_has_a_folder_keeps_it() -> None:
    body = Graph("body", base=Path("its own"))

    Graph("x", base=Path("folder")).add_graph("part", body)

    assert body.base == Path("its own")


def test_params_may_be_called_as_the_words_of_python() -> None:
    graph = Graph("x")
    graph.add("t", "a", name="n", self=1, **{"odd name": 2, "class": 3})
    graph.add_store("list", "s", name="n", scope="run", **{"odd name": 2})

    assert graph.nodes["a"].params == {"name": "n", "self": 1, "odd name": 2, "class": 3}
    assert (graph.stores["s"].scope, graph.stores["s"].params) == ("run", {"name": "n", "odd name": 2})


def test_what_no_file_can_say_is_refused() -> None:
    graph = Graph("x")
    graph.add_graph("./file.yaml")

    for act in (
        lambda: graph.add("t", "a", **{"type": "b"}),
        lambda: graph.add_store("list", "s", **{"type": "b"}),
        lambda: graph.add_store("list", "s", scope="world"),
        lambda: graph.add_graph("./file.yaml"),
        lambda: graph.add_graph("b", Graph("b"), about="late"),
    ):
        with pytest.raises(GraphError):
            act()
    assert not graph.nodes
    assert not graph.stores


def test_a_circle_is_found_however_its_wires_were_drawn() -> None:
    graph = Graph("x")
    for name in "abc":
        graph.add("text.template", name, template="{x}")
    graph.connect("b.text", "c.x")
    graph.connect("a.text", "b.x")

    with pytest.raises(GraphError, match="would close a cycle"):
        graph.connect("c.text", "a.x")
    with pytest.raises(GraphError, match="would close a cycle"):
        graph.connect("a.text", "a.x")
    graph.connect("a.text", "c.x")
