"""Export, open, save: the same canonical file, whatever names, texts and comments a graph holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from studio.export.notebook import notebook
from studio.export.script import write_script
from studio.graph import Graph
from studio.graph.comments import BEHIND, END, FOOTER, HEADER
from studio.importers.script import read_script_text
from studio.importers.script.notebook import read_notebook_text
from studio.spec.registry import default_registry
from studio.support.resources import bundled_graphs
from tests.graph.strategies import graphs
from tests.graph.test_comments import paths_of
from tests.support.everyday import is_everyday
from tests.support.thorough import draws, thorough_but

Again: TypeAlias = Callable[[Graph], Graph]

GOLDEN = sorted(Path("tests/golden/graphs").glob("*.yaml"))
WHOLE = thorough_but(lambda path: is_everyday(path) or path in GOLDEN, [*bundled_graphs(), *GOLDEN])
HOSTILE = [
    '"""', "'''", "\\", "\\\\\\", "\\N{BULLET}", "{x}", "{{", "%s %(prog)s", "\n", "\r\n", "\0", "\u202eevil", "\ufeff",
    "# noqa", "# type: ignore", "fmt: off", '""" + __import__("os").system("true") + """', "a\n" * 5, "x\\\n" * 4,
    "\t", "\x0c", "\u2028", "\U000e0041", 'ends with "', "ends with \\", "a\n\n\n  b   \n\\n", "é" * 300, "線" * 120,
]  # fmt: skip
COMMENTS = [
    "# plain", "#", "#no space", "#!shebang", "# two  spaces", "# trailing \\", "# noqa", "# type: ignore",
    "# fmt: off",
    "# " + "long " * 60, "# tab\there", "# \u202eevil", "# 線" * 40, '# """', "# - x", "#  indented", "#: x", "",
]  # fmt: skip


TRIED = settings(
    max_examples=draws(5, 15),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.generate),  # a failing graph is shown as it is: each try lays out a whole script
)


def from_script(graph: Graph) -> Graph:
    """Return the graph as it comes back from its script."""
    source = write_script(graph, default_registry())
    return read_script_text(source, file="x.py").graph


def from_notebook(graph: Graph) -> Graph:
    """Return the graph as it comes back from its notebook."""
    made = notebook(graph, default_registry())
    return read_notebook_text(made.encode(), file="x.ipynb").graph


both = pytest.mark.parametrize("again", [from_script, from_notebook])


@both
@pytest.mark.parametrize("path", WHOLE, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_graph_comes_back_as_the_same_file(path: Path, again: Again) -> None:
    graph = Graph.load(path)

    read = again(graph)

    assert read.to_text() == graph.to_text()
    assert read == graph
    assert read.comments == Graph.from_text(graph.to_text()).comments


@both
@TRIED
@given(graph=graphs())
def test_random_graphs_come_back_as_the_same_file(again: Again, graph: Graph) -> None:
    assert again(graph).to_text() == graph.to_text()


@both
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_comes_back_wherever_it_stands(text: str, again: Again) -> None:
    graph = Graph(text, about=text, limits={text: 1}, layout={text: [text]}, extra={f"x{text}": text})
    graph.add("flow.input", "given", value=text, help=text, title=text)
    graph.add(text, "main", **{text: text, "deep": {text: [text]}, "class": text, "self": text, "name": text})
    graph.add("t", "Graph", on_error="default", default={text: text})
    graph.connect("given.value", "main.x", feedback={"initial": text})
    graph.add_store(text, "play", **{text: text})
    graph.add_graph("run_parser", Graph(text, about=text)).add("t", "HERE", text=text)

    assert again(graph).to_text() == graph.to_text()


@both
@TRIED
@given(graph=graphs(), data=st.data())
def test_comments_come_back_wherever_they_stand(again: Again, graph: Graph, data: Any) -> None:
    lines = st.lists(st.sampled_from(COMMENTS), min_size=1, max_size=3)
    for part in (graph, *graph.graphs.values()):
        for path in data.draw(st.lists(st.sampled_from(paths_of(part)), max_size=6, unique=True)):
            for kind in data.draw(st.lists(st.sampled_from(["", BEHIND, END]), unique=True)):
                part.comments[path + kind] = data.draw(lines)
        for place in (HEADER, FOOTER):
            part.comments[place] = data.draw(st.just([]) | lines)
    text = Graph.from_text(graph.to_text()).to_text()  # blanks at the end of a comment are not kept

    read = again(graph)

    assert read.to_text() == text
    assert read.comments == Graph.from_text(text).comments
