"""Every example leaves the studio: its script is sound Python, and runs as the graph does in the studio."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from studio import Graph, Trace, run
from studio.export.standalone.problems import told_before
from studio.export.standalone.script import standalone_script
from studio.importers.opening import open_graph_file
from studio.spec.registry import default_registry
from studio.support.resources import bundled_graphs
from studio.trace.writer import close_writer
from tests.examples.answering import Answering, as_catalog
from tests.export.standalone.gathering.test_all_types import everything
from tests.export.ways import STANDALONE
from tests.support.approving import hashes_of
from tests.support.example_settings import answering, script_words, settings_of
from tests.support.plain_functions import loaded
from tests.support.played_scripts import Played, told
from tests.support.thorough import thorough_but

LEAVING = [path for path in bundled_graphs() if not settings_of(path.stem).stays]
"""All that can leave the studio; `tests/export/test_four_ways.py` sees to it that the others say why they cannot."""
FEW = [path for path in LEAVING if path.stem in ("critic_loop", "review_digest")]
"""A loop, and a map with a body: the runtime, which is most of a script, is the same in all of them."""
for_few = pytest.mark.parametrize("example", thorough_but(FEW.__contains__, LEAVING), ids=lambda path: path.stem)
ROOT = Path(__file__).parents[3]
TOOLS = Path(sys.executable).parent
TOLD_SOUND = [
    (["ruff", "check", "--output-format", "concise", "--config", str(ROOT / "pyproject.toml")], "F821"),
    (["ruff", "check", "--output-format", "concise", "--isolated"], "F821"),
    (["ruff", "format", "--isolated", "--line-length", "120", "--check"], "would be reformatted"),
    (["mypy", "--strict"], "return-value"),
]
"""The tools, and what each of them says of `FAULTY`."""
FAULTY = 'def start(text: str) -> int:\n    return ( text + "x" if missing else text )\n'


@cache
def script_of(example: Path) -> str:
    """Return the script of an example, made once."""
    return standalone_script(Graph.load(example), default_registry(), file=example.name)


@pytest.fixture
def script(example: Path) -> str:
    """The script of an example: each of them can leave the studio."""
    assert told_before(Graph.load(example), default_registry())[0] == []
    return script_of(example)


def made_up(example: Path, graph: Graph) -> Answering:
    """A model like the recorded one, which chats, as all models of scripts do, and completes no texts."""
    with Trace(example.with_suffix(".run.db")) as trace:
        answering = Answering.like(trace, graph)
    answering.info = replace(answering.info, supports_completion=False)
    return answering


@pytest.mark.parametrize("examples", thorough_but(FEW.__eq__, [FEW, LEAVING]), ids=len)
def test_scripts_are_sound_python(examples: list[Path], tmp_path: Path) -> None:
    """And so is a file with a function for each type of nodes, of which an example has only some.

    The control stands beside them: a file in which each tool finds its fault.
    """
    for path in examples:
        (tmp_path / f"{path.stem}.py").write_text(script_of(path))
    (tmp_path / "everything.py").write_text(everything())
    (tmp_path / "faulty.py").write_text(FAULTY)

    for command, fault in TOLD_SOUND:
        told = checked(command, tmp_path)
        assert fault in told, f"{' '.join(command)}\n{told[-1000:]}"
        assert set(re.findall(r"\w+(?=\.py\b)", told)) == {"faulty"}, f"{' '.join(command)}\n{told[-6000:]}"


def checked(command: list[str], folder: Path) -> str:
    """Return what a tool says of the scripts in a folder, whatever it remembers of others; it finds a fault."""
    alone = {"ruff": ["--no-cache"], "mypy": ["--cache-dir", str(folder / "cache")]}[command[0]]
    files = sorted(folder.glob("*.py"))
    done = subprocess.run(
        [TOOLS / command[0], *command[1:], *alone, *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_one_file_of_all_types_can_be_imported() -> None:
    module = loaded(everything())

    assert module.node_text_split(None, "a\nb") == {"parts": ["a", "b"], "length": 2}


@for_few
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


@for_few
def test_the_studio_opens_it_as_the_graph_that_it_was(example: Path, script: str, tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    file.write_text(script)

    open_graph_file(file).save(tmp_path / "saved.yaml")

    assert (tmp_path / "saved.yaml").read_text() == Graph.load(example).to_text()


def voting(example: Path) -> Graph:
    """The graph with labels chosen by three votes: a model that chats is sure of nothing else."""
    graph = Graph.load(example)
    for _, inner in graph.walk():
        for node in inner.nodes.values():
            if node.type == "llm.function" and "labels" in node.params:
                node.params["votes"] = 3
    return graph


@pytest.mark.parametrize(
    "example", thorough_but(lambda path: path.stem in STANDALONE, LEAVING), ids=lambda path: path.stem
)
def test_the_script_runs_as_the_graph_does_in_the_studio(example: Path, tmp_path: Path) -> None:
    graph = voting(example)
    model, approve = as_catalog(made_up(example, graph)), hashes_of(graph)
    settings = settings_of(example.stem)
    clock, inputs = settings.clock, settings.walking
    (tmp_path / "answers").write_text("".join(f"{json.dumps(line)}\n" for line in settings.answers))
    answers = str(tmp_path / "answers") if settings.answers else None
    human = answering(settings.answers) if settings.answers else None
    result = run(
        graph, inputs, catalog=model, db=tmp_path / "studio.db", seed=5, approve=approve, clock=clock, human=human
    )
    close_writer(tmp_path / "studio.db")
    is_shipped = graph.to_text() == Graph.load(example).to_text()
    source = script_of(example) if is_shipped else standalone_script(graph, default_registry())
    played = Played(source, example.with_suffix(".py"))
    played.answer_by(made_up(example, graph))

    words = [word for name, text in (("clock", clock), ("answers", answers)) if text for word in (f"--{name}", text)]
    code = played.main(*script_words(inputs), *words, "--db", str(tmp_path / "script.db"), "--seed", "5", "--json")

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
        played = Played(text)
        played.answer_by(made_up(example, graph))
        played.main("--db", str(tmp_path / f"{number}.db"))
        files.append(told(tmp_path / f"{number}.db"))

    assert files[0].calls != files[1].calls
