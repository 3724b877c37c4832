"""Scripts are what a careful programmer hands in: linted, laid out, typed, and nothing in them is code but ours."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.export.script import graphs, inputs, statements, write_script, writing
from studio.graph import Graph
from studio.spec.registry import default_registry
from studio.support.resources import bundled_graphs
from tests.export.script.scripts import script_of
from tests.support.everyday import is_everyday
from tests.support.thorough import thorough_but

ROOT = Path(__file__).parents[3]
GOLDEN = sorted((ROOT / "tests" / "golden" / "graphs").glob("*.yaml"))
ALL = [*bundled_graphs(), *GOLDEN]
FEW = [*filter(is_everyday, bundled_graphs()), *GOLDEN]
ATTACKS = [
    '"""\nimport os; os.system("true")\n"""', '" + __import__("os").system("true") + "', "\\", "\\\"); evil() #",
    "'''; evil()", "\n    evil()\n", "{evil()}", "\r\nevil()", "\u202e)(live", 'x"\n' * 6 + '\\"""; evil()', "\0evil()",
]  # fmt: skip
OURS = {
    "Graph", "Path", "resolve", "add", "connect", "add_graph", "add_store", "run_parser", "add_argument", "parse_args",
    "play", "exit", "main", "dumps",
}  # fmt: skip


@pytest.fixture(scope="module", params=thorough_but(FEW.__eq__, [FEW, ALL]), ids=len)
def scripts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("scripts")
    write_scripts(request.param, folder)
    return folder


def write_scripts(graphs: list[Path], folder: Path) -> None:
    """Write the scripts of graphs, and of one with hostile texts everywhere."""
    for path in graphs:
        script_of(Graph.load(path), folder, f"{path.parent.name}_{path.stem}")
    script_of(hostile('"""' + "x" * 200 + "\n" * 5 + "\\"), folder, "hostile")


def hostile(text: str) -> Graph:
    """Return a graph that says a text wherever it can."""
    graph = Graph(text, about=text, extra={"x" + text: text}, layout={text: text}, limits={text: 1})
    graph.add("flow.input", "given", value=text, help=text, title=text)
    graph.add(text, "main", on_error="default", default={text: text}, **{text: text, "deep": [{text: [text]}]})
    graph.connect("given.value", "main.x", feedback={"initial": text})
    graph.add_store(text, "play", **{text: text})
    said = text.replace("\0", "")  # which no comment of a file can hold
    graph.comments = {"nodes.given": [said], "#header": ["# " + said], "nodes.main #": ["# " + said]}
    graph.add_graph("evil", Graph("evil", about=text))
    return graph


def check(folder: Path, *command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_scripts_pass_ruff(scripts: Path) -> None:
    config = str(ROOT / "pyproject.toml")

    check(scripts, "ruff", "check", "--isolated", ".")
    check(scripts, "ruff", "check", "--config", config, ".")
    check(scripts, "ruff", "format", "--check", "--config", config, ".")


def faults_of_types(found: list[Path], cache: Path) -> list[str]:
    """What mypy says of scripts, which it reads with what they call, and nothing that is behind that: all of the studio
    would take it half a minute."""
    called = ["studio/__init__.py", "studio/script.py", "studio/graph"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=skip", "--cache-dir", str(cache), *called,
         *map(str, found)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert f" {len(found) + len(list((ROOT / 'studio/graph').glob('*.py'))) + 2} source files" in done.stdout
    return [line for line in done.stdout.splitlines() if line.startswith(tuple(map(str, found)))]


def test_scripts_call_the_studio_as_its_types_say(scripts: Path, tmp_path: Path) -> None:
    """The control is one beside them that does not."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "from studio import Graph\nfrom studio.script import play\n\ngraph = Graph('x')\ngraph.add(3)\nplay(graph, 4)\n"
    )

    faults = faults_of_types([*sorted(scripts.glob("*.py")), wrong], tmp_path / "cache")

    assert [line for line in faults if not line.startswith(str(wrong))] == []
    assert {line.rpartition("[")[2] for line in faults} == {"call-arg]", "arg-type]"}


@pytest.mark.thorough
def test_scripts_pass_mypy(scripts: Path) -> None:
    config = str(ROOT / "pyproject.toml")
    found = [str(path) for path in sorted(scripts.glob("*.py"))]

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", config, *found],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


def strangers(source: str) -> set[str]:
    """Return what a script calls or imports that no exporter puts there."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
            made = isinstance(node.func, ast.Name) and not node.args and not node.keywords  # `body()`
            if name not in OURS and not made:
                found.add(name)
            if name == "evil" and not (isinstance(node.func, ast.Name) and made):
                found.add(name)
        elif isinstance(node, ast.JoinedStr):
            found.add("an f-string")
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names} - {"argparse", "json", "sys"}
    return found


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_no_text_of_a_graph_becomes_code(text: str) -> None:
    source = write_script(hostile(text), default_registry())

    assert strangers(source) == set()
    assert "\u202e" not in source


def naive(value: object, *, block: bool = True) -> str:
    """What a writer would do that builds code from texts."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def test_a_naive_writer_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = Graph("x")
    graph.add("t", "a", p='" + __import__("os").system("true") + "')
    assert strangers(write_script(graph, default_registry())) == set()

    for module in (graphs, inputs, statements, writing):
        replacement: Callable[..., str] = naive
        monkeypatch.setattr(module, "literal", replacement)

    assert {"__import__", "system"} & strangers(write_script(graph, default_registry()))


def test_a_script_names_no_folder_of_this_machine_but_on_the_way_to_its_files(tmp_path: Path) -> None:
    graph = Graph("x", base=tmp_path / "graphs")
    graph.add("t", "a")

    beside = write_script(graph, default_registry(), folder=tmp_path / "graphs")
    elsewhere = write_script(graph, default_registry(), folder=tmp_path / "scripts")

    assert "HERE = Path(__file__).resolve().parent\n" in beside
    assert 'HERE = Path(__file__).resolve().parent / "../graphs"\n' in elsewhere
    assert str(tmp_path) not in beside + elsewhere


def test_edges_stand_as_soon_as_their_ends_are_there_and_keep_their_order() -> None:
    graph = Graph("x")
    for name in "abc":
        graph.add("t", name)
    graph.connect("b.o", "a.i", feedback=True)
    graph.connect("a.o", "b.i")
    graph.connect("b.o", "c.i", feedback={"initial_from": "c.o"})

    source = write_script(graph, default_registry())
    calls = [line.strip() for line in source.splitlines() if line.strip().startswith(("graph.add", "graph.connect"))]

    assert calls == [
        'graph.add("t", "a")',
        'graph.add("t", "b")',
        'graph.connect("b.o", "a.i", feedback=True)',
        'graph.connect("a.o", "b.i")',
        'graph.add("t", "c")',
        'graph.connect("b.o", "c.i", feedback={"initial_from": "c.o"})',
    ]


def test_the_command_in_its_head_can_be_typed_whatever_the_file_is_called() -> None:
    graph = Graph("x")
    told = {file: write_script(graph, default_registry(), file=file) for file in ("x.py", "my script.py")}

    assert "    python x.py --model" in told["x.py"]
    assert "    python 'my script.py' --model" in told["my script.py"]
    assert "`studio gui 'my script.py'` opens it" in told["my script.py"]
