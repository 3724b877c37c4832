"""Graphs as notebooks: what is in the cells, that they run, and that they build the same graph."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.export.notebook import FULL, SHORT, notebook
from studio.graph import Graph
from studio.plugins.registries import registry_of
from studio.spec import default_registry
from studio.support.resources import bundled_graphs
from tests.support.everyday import for_examples, is_everyday
from tests.support.graphs import CRITIC_LOOP
from tests.support.thorough import draws, thorough_but

FEW = list(filter(is_everyday, bundled_graphs()))
REPLIES = ("A first draft about pools.", "vague", "A second draft.\nIt names crabs.", "good")

BODIES = """\
studio: 1
name: bodies
about: |
  A *graph* with bodies.
nodes:
  words: {type: flow.input, value: [one, two]}
  work: {type: flow.map, graph: outer}
  out: {type: flow.output}
edges:
  - words.value -> work.items
  - work.text -> out.value
graphs:
  outer:
    nodes:
      item: {type: flow.input}
      again: {type: flow.subgraph, graph: inner}
      text: {type: flow.output}
    edges:
      - item.value -> again.word
      - again.text -> text.value
    graphs:
      inner:
        about: Says it twice.
        nodes:
          word: {type: flow.input}
          twice: {type: text.template, template: "{word} {word}"}
          text: {type: flow.output}
        edges:
          - word.value -> twice.word
          - twice.text -> text.value
layout: {words: [0, 0], work: [240, 0]}
"""


def cells_of(text: str, kind: str = "code") -> list[str]:
    made = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(made)
    return [cell.source for cell in made.cells if cell.cell_type == kind]


def played(cells: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, **given: Any) -> dict[str, Any]:
    """Run code cells as a kernel does, `await` and all; `given` replaces what the settings cell says."""
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {"__name__": "__main__"}
    loop = asyncio.new_event_loop()
    try:
        for cell in cells:
            code = compile(cell, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            result = eval(code, names)  # noqa: S307 - our own cells, run as a notebook runs them
            if inspect.iscoroutine(result):
                loop.run_until_complete(result)
            if "MODEL = " in cell:
                names.update(given)
    finally:
        loop.close()
    return names


def building(cells: list[str]) -> list[str]:
    """The cells up to the one that begins the run."""
    return cells[: next(at for at, cell in enumerate(cells) if cell.startswith("MODEL = "))]


def test_the_cells_build_and_run_the_graph_and_show_what_came_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "replies.jsonl"
    script.write_text("".join(json.dumps(reply) + "\n" for reply in REPLIES))
    cells = cells_of(notebook(Graph.from_text(CRITIC_LOOP), default_registry(), folder=tmp_path))

    names = played(cells, tmp_path, monkeypatch, MODEL=f"scripted:{script}")

    assert names["result"].status == "ok"
    assert names["result"].outputs == {"result": "A second draft.\nIt names crabs."}
    shown = capsys.readouterr().out
    assert "ok, ended stop after 2 ticks" in shown
    assert "[user] Write two sentences about tide pools." in shown
    assert "=> A first draft about pools." in shown
    assert "4 calls, " in shown
    assert "tick 0      writer" in shown
    assert (tmp_path / "critic_loop.runs.db").is_file()


@for_examples("path")
def test_the_cells_build_the_same_graph(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    graph = Graph.load(path)
    cells = building(cells_of(notebook(graph, registry_of(graph), folder=tmp_path)))

    built = played(cells, tmp_path, monkeypatch)["graph"]

    assert built == graph
    assert Path(built.base).resolve() == path.parent.resolve()


def test_bodies_have_cells_of_their_own_before_the_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = Graph.from_text(BODIES)
    text = notebook(graph, default_registry())

    headings = [cell.split("\n")[0] for cell in cells_of(text, "markdown") if cell.startswith("#")]
    assert headings == [
        "# bodies", "## The body inner", "## The body outer", "## The graph", "## A run", "## What came of it",
    ]  # fmt: skip
    assert r"A \*graph\* with bodies\." in cells_of(text, "markdown")[0]
    assert played(building(cells_of(text)), tmp_path, monkeypatch)["graph"] == graph


def test_long_values_that_only_the_window_needs_are_folded_away() -> None:
    made = json.loads(notebook(Graph.from_text(BODIES), default_registry()))

    hidden = [cell for cell in made["cells"] if cell["metadata"].get("jupyter", {}).get("source_hidden")]
    assert ["".join(cell["source"]).split(" = ")[0] for cell in hidden] == ["LAYOUT"]


def test_large_graphs_are_cut_into_cells_of_a_size_to_read() -> None:
    path = next(path for path in bundled_graphs() if path.stem == "order_desk")
    graph = Graph.load(path)

    steps = [
        cell for cell in cells_of(notebook(graph, registry_of(graph))) if "graph.add(" in cell and "def " not in cell
    ]

    assert len(steps) > 5
    assert all(cell.count("graph.add(") < 2 * FULL for cell in steps)
    assert all(cell.count("\n") + 1 >= SHORT for cell in steps)


def test_inputs_stand_before_the_run_and_those_without_a_default_are_named() -> None:
    graph = Graph("asking")
    graph.add("flow.input", "topic", value="pools")
    graph.add("flow.input", "must")
    graph.add("flow.input", "picture", kind="image")

    cells = cells_of(notebook(graph, default_registry()))

    settings = next(cell for cell in cells if cell.startswith("MODEL"))
    assert 'INPUTS = {"topic": "pools"}' in settings
    assert '# Also needed here: "must", "picture".' in settings


@pytest.mark.parametrize("paths", thorough_but(FEW.__eq__, [FEW, bundled_graphs()]), ids=len)
def test_notebooks_pass_ruff(paths: list[Path], tmp_path: Path) -> None:
    for path in paths:
        graph = Graph.load(path)
        (tmp_path / f"{path.stem}.ipynb").write_text(notebook(graph, registry_of(graph), folder=tmp_path))

    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "."],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr


def test_ids_of_cells_are_the_same_each_time() -> None:
    graph = Graph.from_text(CRITIC_LOOP)

    assert notebook(graph, default_registry()) == notebook(graph, default_registry())


HOSTILE = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=draws(10, 25))
@given(about=HOSTILE, prompt=HOSTILE, title=HOSTILE)
def test_no_text_becomes_code(about: str, prompt: str, title: str) -> None:
    graph = Graph("hostile", about=about)
    graph.add("flow.input", "a", value=prompt, title=title, help=about)
    graph.add("text.template", "t", template=prompt.replace("{", "").replace("}", ""))
    graph.add("flow.output", "b")
    graph.connect("t.text", "b.value")

    cells = cells_of(notebook(graph, default_registry()))

    names: dict[str, Any] = {}
    for cell in building(cells):
        exec(compile(cell, "<cell>", "exec"), names)  # noqa: S102 - our own cells
    assert names["graph"] == Graph.from_text(graph.to_text())
    allowed = {"graph", "add", "connect", "Graph", "cwd"}
    for cell in building(cells):
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "?")
                assert called in allowed
