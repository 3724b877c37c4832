"""Notebooks are opened as scripts are: read, never executed."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from studio.export.notebook import notebook
from studio.graph import Graph
from studio.importers.opening import open_graph_file
from studio.importers.script.notebook import _without_magics, read_notebook_text
from studio.plugins.registries import registry_of
from studio.support.errors import GraphError
from tests.support.everyday import for_examples
from tests.support.graphs import CRITIC_LOOP


def of_cells(*cells: str | list[str]) -> bytes:
    made: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "source": cell, "outputs": []} for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@for_examples("path")
def test_a_notebook_opens_as_the_graph_it_was_made_from(path: Path, tmp_path: Path) -> None:
    graph = Graph.load(path)
    file = tmp_path / "made.ipynb"
    file.write_text(notebook(graph, registry_of(graph), folder=tmp_path), encoding="utf-8")

    opened = open_graph_file(file)

    assert opened.to_text() == graph.to_text()
    assert opened.base is not None
    assert opened.base.resolve() == path.parent.resolve()


def test_what_was_changed_by_hand_is_in_the_graph(tmp_path: Path) -> None:
    """The control of the test above: the cells are read, not some copy of the graph."""
    text = notebook(Graph.from_text(CRITIC_LOOP), registry_of(Graph()))

    opened = read_notebook_text(text.replace("max_ticks=6", "max_ticks=7").encode())

    assert opened.graph.max_ticks == 7


def test_what_comes_after_the_run_is_not_read() -> None:
    made = ("from studio import Graph, arun", "graph = Graph('a')\ngraph.add('flow.input', 'x', value='await arun(y)')")
    run = "print('now')\nresult = await arun(graph, model='x')\ngraph.add('flow.input', input())"

    opened = read_notebook_text(of_cells(*made, run, "df = result.outputs; df.head()")).graph

    assert {name: node.params for name, node in opened.nodes.items()} == {"x": {"value": "await arun(y)"}}
    with pytest.raises(GraphError):  # the control: without the run the same cell is read
        read_notebook_text(of_cells(*made, run.replace("await arun", "str")))


def test_words_to_the_kernel_and_outputs_are_passed_over() -> None:
    data = of_cells(
        "%load_ext autoreload\n!pip install ganglia-studio\nfrom studio import Graph",
        "%%bash\nrm -rf /",
        ["graph = Graph('a')\n", "graph.add('flow.input', 'x', value=1)"],
    )

    assert list(read_notebook_text(data).graph.nodes) == ["x"]


@pytest.mark.parametrize(
    "text",
    [
        '"""a\n!= b\n% c"""', "'''a\n! b'''", "'a\\\n! b'", '"a \'\'\' # (" \'\'\'\n! b\'\'\'', '("a"\n% ())',
        '"a" \\\n% ()', '"""\\"""\n! b"""', '"it\'s" # (\'\'\'', "''\"\"", 'r"\\" # "',
    ],
)  # fmt: skip
def test_a_line_within_a_text_or_brackets_is_no_word_to_the_kernel(text: str) -> None:
    lines = f"x = {text}\n!pip install b\n%time\ny = 1".split("\n")

    read = list(_without_magics(lines))

    assert read == [*lines[:-3], "# !pip install b", "# %time", "y = 1"]
    assert ast.dump(ast.parse("\n".join(read[:-3]))) == ast.dump(ast.parse(f"x = {text}"))


def test_nothing_is_executed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    data = of_cells(f"open({str(mark)!r}, 'w')", "from studio import Graph\ngraph = Graph('a')")

    with pytest.raises(GraphError, match="may change things"):
        read_notebook_text(data)

    assert not mark.exists()


def test_what_is_not_understood_is_named_by_cell_and_line() -> None:
    data = of_cells("from studio import Graph", "graph = Graph('a')", "\ngraph.add('flow.input', input())")

    with pytest.raises(GraphError) as told:
        read_notebook_text(data, file="a.ipynb")

    assert told.value.where == "a.ipynb, code cell 3, line 2"


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"[]", b"{}", b'{"cells": 3, "nbformat": 4}', b'{"cells": [], "nbformat": 3}', b"[" * 100_000,
     b'{"cells": [1, {"cell_type": "code", "source": 7}], "nbformat": 4}'],
    ids=["nothing", "no text", "list", "object", "no cells", "old", "deep", "odd"],
)  # fmt: skip
def test_what_is_no_notebook_is_one_sentence(data: bytes) -> None:
    with pytest.raises(GraphError) as told:
        read_notebook_text(data, file="a.ipynb")

    assert str(told.value).startswith("a.ipynb")
