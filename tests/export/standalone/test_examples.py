"""Every example that can leave the studio: its script is sound Python, and runs as the graph does in the studio."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from studio import Graph, Trace, run
from studio.export.standalone.problems import problems_before
from studio.export.standalone.script import standalone_script
from studio.spec.registry import default_registry
from studio.support.resources import bundled_graphs
from studio.trace.writer import close_writer
from tests.examples.answering import Answering, as_catalog
from tests.support.played_scripts import Played, told

EXAMPLES = [pytest.param(path, id=path.stem) for path in bundled_graphs()]
TOOLS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def scripts() -> dict[Path, str]:
    """The scripts made so far, by graph."""
    return {}


@pytest.fixture
def script(example: Path, scripts: dict[Path, str]) -> str:
    """The script of an example; skipped where one of its nodes cannot leave the studio, which names them."""
    if example not in scripts:
        graph = Graph.load(example)
        problems = problems_before(graph, default_registry())
        if problems:
            pytest.skip("; ".join(f"{node}: {reason}" for node, reason in problems))
        scripts[example] = standalone_script(graph, default_registry(), file=example.name)
    return scripts[example]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_script_is_sound_python(example: Path, script: str, tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    file.write_text(script)

    for tool in (
        ["ruff", "check", "--config", "pyproject.toml"],
        ["ruff", "check", "--isolated"],
        ["ruff", "format", "--isolated", "--line-length", "120", "--check"],
        ["mypy", "--strict", "--cache-dir", str(tmp_path / "cache")],
    ):
        done = subprocess.run([TOOLS / tool[0], *tool[1:], file], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(tool)}\n{done.stdout[-3000:]}{done.stderr[-1000:]}"


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_script_holds_nothing_of_ours(example: Path, script: str) -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(script))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported <= sys.stdlib_module_names | {"litellm"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_script_runs_as_the_graph_does_in_the_studio(example: Path, script: str, tmp_path: Path) -> None:
    graph = Graph.load(example)
    with Trace(example.with_suffix(".run.db")) as trace:
        studio, alone = Answering.like(trace, graph), Answering.like(trace, graph)
    result = run(graph, catalog=as_catalog(studio), db=tmp_path / "studio.db", seed=5)
    close_writer(tmp_path / "studio.db")
    played = Played(script, example.with_suffix(".py"))
    played.answer_by(alone)

    code = played.main("--db", str(tmp_path / "script.db"), "--seed", "5", "--json")

    assert code == result.exit_code == 0
    expected, got = told(tmp_path / "studio.db"), told(tmp_path / "script.db")
    assert got.calls == expected.calls
    for one, other in zip(expected.firings, got.firings, strict=True):
        assert other == one
    assert got == expected


def test_control_a_script_that_differs_in_one_text_is_found(tmp_path: Path) -> None:
    example = next(path for path in bundled_graphs() if path.stem == "critic_loop")
    graph = Graph.load(example)
    source = standalone_script(graph, default_registry())
    assert source.count("\nWrite two sentences about") == 1
    files = []
    for number, text in enumerate((source, source.replace("\nWrite two sentences about", "\nWrite 2 sentences about"))):
        with Trace(example.with_suffix(".run.db")) as trace:
            answering = Answering.like(trace, graph)
        played = Played(text)
        played.answer_by(answering)
        played.main("--db", str(tmp_path / f"{number}.db"))
        files.append(told(tmp_path / f"{number}.db"))

    assert files[0].calls != files[1].calls
