"""From a node path to the node: items of maps in it, left out, or called like a node."""

from __future__ import annotations

import pytest

from studio.graph import Graph
from studio.graph.paths import node_at, split_port
from studio.graph.scope import Scope
from studio.spec.registry import default_registry

TEXT = """\
studio: 1
name: mails
nodes:
  mails: {type: flow.map, graph: one, key: id}
graphs:
  one:
    nodes:
      item: {type: flow.input}
      label: {type: text.template, template: outer}
      deep: {type: flow.subgraph, graph: deep}
  deep:
    nodes:
      label: {type: text.template, template: inner}
"""


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("mails/3/label", "outer"),
        ("mails/3/deep/label", "inner"),
        ("mails/label/label", "outer"),  # the item is called like a node
        ("mails/label/deep/label", "inner"),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_a_path_of_a_run_names_the_item_whatever_it_is_called(path: str, template: str, whole: bool) -> None:
    found = node_at(Scope(Graph.from_text(TEXT)), path, default_registry(), whole=whole)

    assert found is not None
    assert found[1].params["template"] == template


def test_items_may_be_left_out_where_a_path_is_not_said_to_be_whole() -> None:
    top, registry = Scope(Graph.from_text(TEXT)), default_registry()

    for path, template in (("mails/label", "outer"), ("mails/deep/label", "inner")):
        found = node_at(top, path, registry)
        assert found is not None
        assert found[1].params["template"] == template
    found = node_at(top, "mails/deep/label", registry, whole=True)
    assert found is not None
    assert found[1].params["template"] == "outer", "`deep` is an item here"
    assert node_at(top, "mails/label", registry, whole=True) is None


@pytest.mark.parametrize("path", ["", "gone", "mails/3", "mails/3/gone", "mails/3/label/x", "mails/3/deep/gone"])
def test_a_path_that_leads_nowhere_gives_nothing(path: str) -> None:
    assert node_at(Scope(Graph.from_text(TEXT)), path, default_registry()) is None


@pytest.mark.parametrize(
    ("text", "node", "port"),
    [
        ("writer.text", "writer", "text"),
        ("writer", "writer", ""),
        ("work/3/refine.text", "work/3/refine", "text"),
        ("work/a.b/refine.text", "work/a.b/refine", "text"),
        ("work/a.b/refine", "work/a.b/refine", ""),
        (".text", "", "text"),
        ("", "", ""),
    ],
)
def test_the_port_stands_behind_the_dot_of_the_last_name(text: str, node: str, port: str) -> None:
    assert split_port(text) == (node, port)
