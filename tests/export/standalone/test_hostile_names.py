"""No name and no text of a graph becomes code of its script, or something else than it seems to a reader."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from studio import Graph
from studio.export.standalone import opening, script, wording
from studio.export.standalone.script import standalone_script
from studio.graph.model import Edge, NodeInstance
from studio.importers.opening import open_graph_file
from studio.spec.registry import default_registry
from studio.support.errors import GraphError
from tests.support.played_scripts import Played, told
from tests.support.thorough import thorough_but

TEXTS = (
    '"""; import os; os.mkdir("owned"); """',
    "'''\nimport os\nos.mkdir('owned')\n'''",
    "\n\nimport os\nos.mkdir('owned')\n",
    "\\",
    'end with a quote "',
    "\\N{BELL} \\u0041 {x} {{y}} %(prog)s %s",
    "# type: ignore\n# noqa\n# fmt: off",
    "\u202egnirts\u202c \u2066rtl\u2069 \u200b\ufeff\u2028\u2029\x85\x0b\x0c\x1b[31m\x00\x07",
    "\r\nimport os\rimport os",
    "${HOME} `id` $(id) ; rm -rf /",
    "-*- coding: utf-7 -*-",
)

NAMES = (
    "import_os",
    "eval",
    "exec_",
    "print",
    "main",
    "region",
    "args",
    "Json",
    "json",
    "re",
    "os",
    "class_",
    "__import__",
)


def hostile(text: str) -> Graph:
    """A graph that says a text wherever one can be said, and gives it as its result."""
    graph = Graph(text, about=text)
    graph.add("flow.input", "said", value=text, help=text, title=text, kind="text")
    graph.add("text.constant", "held", text=text, title=text)
    graph.add("text.template", "filled", template=text.replace("{", "(").replace("}", ")") + "{a}")
    graph.add("text.join", "joined", separator=text)
    graph.add_store("kv", "kept", values={text or "x": text})
    graph.add("store.get", "remembered", store="kept", key=text or "x")
    graph.add("flow.switch", "way", cases={"right": [text]})
    graph.add("flow.output", "result", title=text)
    graph.connect("said.value", "filled.a")
    graph.connect("held.text", "joined.texts")
    graph.connect("filled.text", "joined.texts")
    graph.connect("said.value", "way.value")
    graph.connect("joined.text", "result.value")
    graph.comments["nodes.held"] = [f"# {text}"]
    return graph


@pytest.mark.parametrize("number", thorough_but({0, 3, 4, 5, 7, 8}.__contains__, range(len(TEXTS))))
def test_a_text_stays_a_text_wherever_it_stands(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    graph = hostile(TEXTS[number])

    source = standalone_script(graph, default_registry(), file=f"{TEXTS[number][:9]}.yaml")

    assert hidden(source) == []
    assert made_by(source) == []
    played = Played(source)
    assert played.main("--db", "script.db") == 0
    assert not (tmp_path / "owned").exists()
    assert told(tmp_path / "script.db").outputs == {"result": expected(TEXTS[number])}


@pytest.mark.parametrize("text", ["100% of it", "%(prog)s at 5%", "%s %% %d"])
def test_the_help_says_percent_signs_as_the_graph_does(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    graph = Graph("x", about=f"Does {text}.")
    graph.add("flow.input", "said", help=f"Means {text}.", kind="text")
    played = Played(standalone_script(graph, default_registry()))

    with pytest.raises(SystemExit):
        played.main("--help")

    shown = capsys.readouterr().out
    assert f"Does {text}." in shown
    assert f"Means {text}." in shown
    assert "3 a limit paused the run" in " ".join(shown.split()), "what a scheduled job has to know"


@pytest.mark.parametrize("number", thorough_but({1, 5, 7}.__contains__, range(len(TEXTS))))
def test_the_graph_opens_again_with_all_its_texts(number: int, tmp_path: Path) -> None:
    graph = hostile(TEXTS[number])
    graph.comments = {}  # which hold no text that a file could not
    script = tmp_path / "script.py"
    script.write_text(standalone_script(graph, default_registry()), encoding="utf-8")

    assert open_graph_file(script).to_text() == graph.to_text()


def expected(text: str) -> str:
    return text + text + text.replace("{", "(").replace("}", ")") + text


def hidden(source: str) -> list[str]:
    """Return the characters of a source that a reader does not see, or sees elsewhere."""
    return [
        hex(ord(char)) for char in source if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")
    ]


def made_by(source: str) -> list[str]:
    """Return what a source does at its top level beside defining, importing and calling `main`, and hostile imports."""
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
            found.append(ast.unparse(node))
        if isinstance(node, ast.Import | ast.ImportFrom) and node.col_offset:
            found.append(ast.unparse(node))
    calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return found + [call for call in calls if call in ("os.mkdir", "exec", "eval", "__import__")]


NAIVE: tuple[tuple[object, str, Callable[[str], str]], ...] = (
    (opening, "docstring", lambda text, **_: f'"""{text}"""'),
    (wording, "comment", lambda text: text),
    (wording, "literal", lambda value, **_: f'"{value}"' if isinstance(value, str) else repr(value)),
    (script, "literal", lambda value, **_: f'"""{value}"""' if isinstance(value, str) else repr(value)),
)


@pytest.mark.parametrize("number", range(len(NAIVE)))
def test_control_a_writer_that_pastes_texts_is_caught(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, name, naive = NAIVE[number]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, name, naive)

    def is_caught(text: str) -> bool:
        try:
            source = standalone_script(hostile(text), default_registry())
            return bool(hidden(source) or made_by(source)) or Played(source).main() != 0
        except (SyntaxError, ValueError):
            return True

    assert any(is_caught(text) for text in (TEXTS[7], *TEXTS))  # most writers are caught by what cannot be seen


@pytest.mark.parametrize("graph_name", thorough_but({"main", "class_"}.__contains__, NAMES))
def test_a_name_that_means_something_to_python_means_the_node(graph_name: str, tmp_path: Path) -> None:
    graph = Graph(graph_name)
    for name in NAMES:
        graph.add("text.constant", name, text=f"said by {name}")
        graph.add("flow.output", f"out_{name}")
        graph.connect(f"{name}.text", f"out_{name}.value")

    played = Played(standalone_script(graph, default_registry()))

    assert played.main("--db", str(tmp_path / "run.db")) == 0
    assert told(tmp_path / "run.db").outputs == {f"out_{name}": f"said by {name}" for name in NAMES}


def test_inputs_called_like_options_are_asked_for_under_another_name(tmp_path: Path) -> None:
    graph = Graph("options")
    for name in ("model", "db", "help", "input_model", "json", "seed", "_seed", "class_", "order_no"):
        graph.add("flow.input", name, value="none", kind="text")
        graph.add("flow.output", f"out_{name}")
        graph.connect(f"{name}.value", f"out_{name}.value")
    played = Played(standalone_script(graph, default_registry()))

    code = played.main(
        "--input-model", "a", "--input-db", "b", "--input-help", "c", "--input-input-model", "d", "--order-no", "e",
        "--db", str(tmp_path / "run.db"),
    )  # fmt: skip

    assert code == 0
    outputs = told(tmp_path / "run.db").outputs
    assert isinstance(outputs, dict)
    given = {name.removeprefix("out_"): value for name, value in outputs.items() if value != "none"}
    assert given == {"model": "a", "db": "b", "help": "c", "input_model": "d", "order_no": "e"}


def test_a_node_whose_name_is_code_makes_no_script() -> None:
    name = '"""; import os'
    graph = Graph("made_by_hand")
    graph.nodes[name] = NodeInstance(name, "text.constant", {"text": "x"})
    graph.add("flow.output", "out")
    graph.edges.append(Edge(name, "text", "out", "value"))

    try:
        source = standalone_script(graph, default_registry())
    except GraphError:
        return
    assert made_by(source) == []
    assert Played(source).main() == 0
