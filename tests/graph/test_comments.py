"""Comments survive load and save, beside the item they speak of."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.graph import Graph
from studio.graph.comments import BEHIND, END, FOOTER, HEADER
from tests.graph.strategies import graphs
from tests.support.thorough import draws

GRAPH = """\
# header

studio: 1
nodes:
  # before a
  a: {type: toy.add}  # behind a
  b:  # behind b
    type: toy.text
    template: x  # behind template
edges:
  - a.sum -> b.x  # behind the edge
# footer
"""


def test_comments_are_kept_under_the_path_of_their_item() -> None:
    graph = Graph.from_text(GRAPH)

    assert graph.comments == {
        HEADER: ["# header", ""],
        "nodes.a": ["# before a"],
        "nodes.a" + BEHIND: ["# behind a"],
        "nodes.b" + BEHIND: ["# behind b"],
        "nodes.b.template" + BEHIND: ["# behind template"],
        "edges.a.sum -> b.x" + BEHIND: ["# behind the edge"],
        FOOTER: ["# footer"],
    }


def test_comments_in_dynamics_stay_where_they_stand() -> None:
    text = (
        "studio: 1\nname: g\nnodes:\n  a: {type: t}\n# how patient\ndynamics:  # all of it\n  on_alarm: pause\n"
        '  # not for this one\n  wander: "off"\n  settings:\n    stall_ticks: 20  # slow tools\n'
    )
    graph = Graph.from_text(text)

    assert graph.dynamics == {"on_alarm": "pause", "wander": "off", "settings": {"stall_ticks": 20}}
    assert graph.to_text() == text


def test_comments_of_a_subgraph_belong_to_it() -> None:
    graph = Graph.from_text(
        "nodes: {}\ngraphs:\n  # the body\n  inner:\n    nodes:\n      x: {type: t}  # in it\n    # its end\n"
    )

    assert graph.comments == {"graphs.inner": ["# the body"]}
    assert graph.graphs["inner"].comments == {"nodes.x" + BEHIND: ["# in it"], FOOTER: ["# its end"]}


@pytest.mark.parametrize(
    "line",
    [
        'a: {type: t, p: "x # y"}', "a: {type: t, p: x#y}", "a: {type: t, p: 'x '' # y'}", "a: {type: t, p: http://x/#y}",
        'a: {type: t, "k # l": 1}',
    ],
)  # fmt: skip
def test_a_hash_inside_a_text_is_no_comment(line: str) -> None:
    graph = Graph.from_text(f"nodes:\n  {line}\n")

    assert graph.comments == {}
    assert "#" in str(graph.nodes["a"].params)


def test_a_hash_inside_a_block_is_no_comment_but_one_behind_its_mark_is() -> None:
    graph = Graph.from_text("nodes:\n  a:\n    type: t\n    p: |  # yes\n      # no\n      x # no\n  # end\n")

    assert graph.nodes["a"].params["p"] == "# no\nx # no\n"
    assert graph.comments == {"nodes.a.p" + BEHIND: ["# yes"], "nodes" + END: ["# end"]}


def test_a_comment_whose_item_is_gone_moves_to_the_end() -> None:
    graph = Graph.from_text(GRAPH)
    del graph.nodes["a"]
    graph.edges.clear()

    text = graph.to_text()

    assert text.endswith("# before a\n# behind a\n# behind the edge\n# footer\n")
    assert Graph.from_text(text).to_text() == text


def test_comments_set_from_python_get_their_mark_and_one_line_each() -> None:
    graph = Graph("g", comments={"nodes.a": ["two\nlines"], "nodes.a" + BEHIND: ["one", "two"]})
    graph.add("toy.add", "a")

    text = graph.to_text()

    assert "  # two\n  # lines\n  # one\n  # two\n  a: {type: toy.add}\n" in text
    assert Graph.from_text(text).to_text() == text


def test_comments_around_a_very_long_key_stay() -> None:
    text = Graph("g", layout={"k" * 1000: ["x" * 80, "y" * 80]}, comments={"layout" + END: ["# end"]}).to_text()

    assert "? kkk" in text
    assert Graph.from_text(text).to_text() == text


def paths_of(graph: Graph) -> list[str]:
    """Return paths that comments may be tied to, some of items that a file leaves out."""
    paths = ["studio", "name", "about", "nodes", "edges", "stores", "until", "max_ticks", "limits"]
    paths += ["dynamics", "dynamics.settings", "graphs", "layout"]
    paths += [f"nodes.{name}" for name in graph.nodes] + ["nodes.gone", "nodes.a.type"]
    paths += [f"nodes.{name}.{key}" for name, node in graph.nodes.items() for key in node.params]
    paths += [
        f"nodes.{name}.{key}.{inner}"
        for name, node in graph.nodes.items()
        for key, value in node.params.items()
        for inner in (value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ())
    ]
    paths += [f"edges.{edge}" for edge in graph.edges] + [f"edges.{edge}.initial" for edge in graph.edges]
    return paths + [f"graphs.{name}" for name in graph.graphs] + [f"layout.{name}" for name in graph.layout]


@settings(max_examples=draws(10, 60), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(graphs(), st.data())
def test_no_comment_is_lost_wherever_it_stands(graph: Graph, data: Any) -> None:
    count = 0
    for part in (graph, *graph.graphs.values()):
        for path in data.draw(st.lists(st.sampled_from(paths_of(part)), max_size=6, unique=True)):
            for kind in data.draw(st.lists(st.sampled_from(["", BEHIND, END]), unique=True)):
                part.comments[path + kind] = [f"# comment {count}."]
                count += 1
        part.comments[FOOTER] = [f"# comment {count}."]
        count += 1

    text = graph.to_text()
    read = Graph.from_text(text)

    assert read == graph
    assert read.to_text() == text
    kept = [line for part in (read, *read.graphs.values()) for lines in part.comments.values() for line in lines]
    numbers = re.findall(r"# comment (\d+)\.", "\n".join(kept))
    assert sorted(map(int, numbers)) == list(range(count))
