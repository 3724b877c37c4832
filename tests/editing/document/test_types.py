"""A document takes other node types: nodes get other ports, the graph and its history stay."""

from __future__ import annotations

import pytest

from studio.editing import TOP, Document, SetKey
from studio.graph.model import Graph
from studio.graph.ports import NodePorts
from studio.spec import Field, Fields, Node, RunContext, make_fields, node, port
from studio.spec.registry import Registry, default_registry


def shout(output: str) -> type[Node]:
    """A node type `my.shout` with an output of this name."""

    @node("my.shout", category="Mine")
    class Shout(Node):
        """Say it loud."""

        class In(Fields):
            text: str = port()

        @classmethod
        def outputs(cls, params: object) -> type[Fields]:
            return make_fields("Out", {output: Field(output, "port", "text")})

        def run(self, ctx: RunContext, params: Fields, inputs: In) -> Fields:
            return inputs

    return Shout


@pytest.fixture
def document() -> Document:
    return Document(
        Graph.from_text(
            "studio: 1\nname: g\nnodes:\n  word: {type: flow.input}\n  shout: {type: my.shout}\n"
            "  inner: {type: flow.subgraph, graph: body}\n  out: {type: flow.output}\n"
            "edges:\n  - shout.loud -> out.value\n"
            "graphs:\n  body:\n    nodes:\n      deep: {type: my.shout}\n"
        )
    )


def outputs(ports: NodePorts) -> list[str]:
    return list(ports.outputs)


def test_only_nodes_whose_type_is_another_one_are_asked_anew(document: Document) -> None:
    told: list[tuple[tuple[str, ...], frozenset[str]]] = []
    order: list[str] = []
    document.ports_changed.connect(lambda at, names: told.append((at, names)))
    document.types_changed.connect(lambda: order.append("types"))
    document.settled.connect(lambda: order.append("settled"))
    word = document.ports(TOP, "word")
    assert outputs(document.ports(TOP, "shout")) == []

    document.use_registry(Registry([shout("loud")], beneath=default_registry()))

    assert outputs(document.ports(TOP, "shout")) == outputs(document.ports(("body",), "deep")) == ["loud"]
    assert document.ports(TOP, "word") is word
    assert dict(told) == {TOP: frozenset({"shout", "inner"}), ("body",): frozenset({"deep"})}
    assert order == ["types", "settled"]


def test_the_graph_and_its_history_stay(document: Document) -> None:
    document.do("Say more", [SetKey(TOP, "about", "more")])
    before = document.graph.to_text()
    document.use_registry(Registry([shout("loud")], beneath=default_registry()))
    revision = document.revision

    document.use_registry(Registry([shout("louder")], beneath=default_registry()))

    assert document.graph.to_text() == before
    assert document.revision > revision, "what was found out about it before is out of date"
    assert outputs(document.ports(TOP, "shout")) == ["louder"]
    assert document.undo() == "Say more"


def test_the_same_types_change_nothing(document: Document) -> None:
    revision = document.revision
    document.use_registry(document.registry)

    assert document.revision == revision
