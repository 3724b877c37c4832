"""Ports of nodes: declared, made from params, and those of bodies."""

from __future__ import annotations

from studio.graph import Graph
from studio.graph.ports import NodePorts, node_ports, ports_once
from studio.graph.scope import Scope
from tests.graph.toys import toy_registry

TEXT = """
nodes:
  add: {type: toy.add}
  text: {type: toy.text, template: who what}
  half: {type: toy.text}
  sub: {type: flow.subgraph, graph: body}
  map: {type: flow.map, graph: body, each: [mail]}
  unknown: {type: toy.ad}
graphs:
  body:
    nodes:
      item: {type: flow.input}
      mail: {type: flow.input, kind: text}
      size: {type: flow.input, kind: integer, value: 3, title: How large}
      result: {type: flow.output, kind: text}
"""


def ports(name: str) -> NodePorts:
    graph = Graph.from_text(TEXT)
    return node_ports(Scope(graph), graph.nodes[name], toy_registry())


def test_ports_follow_from_the_type_and_from_params() -> None:
    assert list(ports("add").inputs) == ["a", "b"]
    assert list(ports("text").inputs) == ["who", "what"]
    assert ports("text").outputs["text"].type == "text"


def test_params_come_with_their_defaults() -> None:
    params = ports("add").params

    assert params is not None
    assert params.as_dict() == {"bias": 0.0, "mode": "fast"}


def test_a_half_finished_node_keeps_its_fixed_ports_and_says_what_is_missing() -> None:
    half = ports("half")

    assert half.params is None
    assert list(half.outputs) == ["text"]
    assert half.problems == ["The param `template` must be given. What to say."]


def test_an_unknown_type_has_no_ports_and_a_suggestion() -> None:
    assert ports("unknown").cls is None
    assert ports("unknown").problems == ["The type `toy.ad` is not known. Did you mean `toy.add`?"]


def test_a_subgraph_has_the_inputs_and_outputs_of_its_body() -> None:
    sub = ports("sub")

    assert {name: (spec.type, spec.required) for name, spec in sub.inputs.items()} == {
        "item": ("any", True), "mail": ("text", True), "size": ("integer", False),
    }  # fmt: skip
    assert sub.inputs["size"].default == 3
    assert sub.inputs["size"].help == "How large"
    assert {name: spec.type for name, spec in sub.outputs.items()} == {"result": "text"}


def test_a_map_takes_items_gives_lists_and_supplies_item_itself() -> None:
    map_ = ports("map")

    assert {name: spec.type for name, spec in map_.inputs.items()} == {
        "items": "list", "mail": "any", "size": "integer",
    }  # fmt: skip
    assert {name: spec.type for name, spec in map_.outputs.items()} == {"result": "list"}


def test_who_goes_through_a_document_several_times_finds_out_the_ports_of_each_node_once() -> None:
    graph = Graph.from_text(TEXT)
    scope, registry, once = Scope(graph), toy_registry(), ports_once()

    first = {name: once(scope, node, registry) for name, node in graph.nodes.items()}

    assert first == {name: node_ports(scope, node, registry) for name, node in graph.nodes.items()}
    assert all(once(Scope(graph), node, registry) is first[name] for name, node in graph.nodes.items())
    body = scope.find_graph("body")
    assert list(once(body, body.graph.nodes["mail"], registry).outputs) == ["value"], "of another graph, other nodes"
    assert ports_once()(scope, graph.nodes["add"], registry) is not first["add"], "another time they may be others"
