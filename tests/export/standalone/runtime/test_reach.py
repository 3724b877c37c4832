"""A script carries what its graph has a use for, and not the rest of the runtime."""

from __future__ import annotations

import ast

import pytest

from studio.export.standalone.script import standalone_script
from studio.graph import Graph
from studio.spec.registry import default_registry

TEMPLATE = '{type: text.template, template: "The {name}"}'

BODY = """
graphs:
  body:
    nodes:
      INPUT: {type: flow.input}
      said: {type: text.template, template: "The {INPUT}"}
      result: {type: flow.output}
    edges:
      - INPUT.value -> said.INPUT
      - said.text -> result.value
"""


def graph_with(node: str = TEMPLATE, takes: str = "name", gives: str = "text", more: str = "") -> str:
    """Return a graph of an input, a node and an output."""
    return f"""
name: simple
nodes:
  name: {{type: flow.input, value: tide}}
  said: {node}
  result: {{type: flow.output}}
edges:
  - name.value -> said.{takes}
  - said.{gives} -> result.value
{more}
"""


USES = {
    "Subgraph": graph_with("{type: flow.subgraph, graph: body}", "name", "result", BODY.replace("INPUT", "name")),
    "Organ": graph_with(
        "{type: flow.subgraph, graph: body, clock: shared}", "name", "result", BODY.replace("INPUT", "name")
    ),
    "Map": graph_with("{type: flow.map, graph: body}", "items", "result", BODY.replace("INPUT", "item")),
    "Population": graph_with(
        '{type: flow.map, graph: body, clock: shared, key: ""}', "items", "result", BODY.replace("INPUT", "item")
    ),
    "Policy": graph_with(TEMPLATE.replace('}"}', '}", retries: 1}')),
    "knocked_out": graph_with(TEMPLATE.replace('}"}', '}", knockout: true}')),
    "StoreDecl": graph_with("{type: store.append, store: notes}", "value", "length", "stores: {notes: {type: list}}"),
    "AskingFiring": graph_with('{type: llm.function, instructions: "The {name}"}'),
    "first": graph_with("{type: flow.merge, take: first_arrival}", "value", "value"),
}
"""What of the runtime a graph brings with it, and such a graph."""


def defined(text: str) -> set[str]:
    """Return the functions and classes of the script of a graph."""
    tree = ast.parse(standalone_script(Graph.from_text(text), default_registry()))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


def test_a_simple_script_carries_nothing_that_it_has_no_use_for() -> None:
    assert defined(graph_with()).isdisjoint({*USES, "World", "Models", "Clock", "TerminalHuman"})


@pytest.mark.parametrize("part", USES)
def test_a_graph_that_has_a_use_for_a_part_brings_it_along(part: str) -> None:
    assert part in defined(USES[part])
