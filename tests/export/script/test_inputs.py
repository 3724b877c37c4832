"""The inputs of a graph are arguments of its script: typed, with help and defaults, whatever they are called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.export.script.inputs import RUN_OPTIONS
from studio.graph import Graph
from studio.script import run_parser
from tests.export.script.scripts import call, script_of

KINDS = {
    "text": ("a text", ["--x", "a text"]),
    "integer": (3, ["--x", "3"]),
    "number": (3, ["--x", "3"]),
    "boolean": (False, ["--no-x"]),
    "json": ({"a": [None]}, ["--x", '{"a": [null]}']),
    "list": ([1, "b"], ["--x", '[1, "b"]']),
    "any": ([1.5], ["--x", "[1.5]"]),
}


def echo(kind: str = "any", name: str = "x", **keys: Any) -> Graph:
    graph = Graph("echo")
    graph.add("flow.input", name, kind=kind, **keys)
    graph.add("flow.output", "out")
    graph.connect(f"{name}.value", "out.value")
    return graph


def outputs(script: Path, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    code = call(script, *words, "--json", "--db", str(script.with_suffix(".db")))
    printed = json.loads(capsys.readouterr().out)
    assert code == 0, printed
    return printed["outputs"]["out"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_input_is_read_as_its_kind(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value, words = KINDS[kind]

    read = outputs(script_of(echo(kind), tmp_path), capsys, *words)

    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("kind", KINDS)
def test_an_input_that_is_not_given_has_its_default(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = KINDS[kind][0]

    assert outputs(script_of(echo(kind, value=value), tmp_path), capsys) == value


def test_null_is_a_default_as_in_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outputs(script_of(echo("json", value=None), tmp_path), capsys) is None


@pytest.mark.parametrize("text", ["@home", "@@", "%s %(prog)s", "[1]", '"', "\\", "--x", "\u202e"])
def test_a_text_is_given_as_it_stands(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("text", "any"):
        assert outputs(script_of(echo(kind, value=text, help=text), tmp_path), capsys) == text


def test_a_default_that_is_a_text_among_values_is_no_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outputs(script_of(echo("json", value="[1]"), tmp_path), capsys) == "[1]"


@pytest.mark.parametrize("kind", ["text", "json", "any", "number"])
def test_an_input_without_a_default_is_required(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call(script_of(echo(kind), tmp_path))

    assert ended.value.code == 2
    assert "required: --x" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "word", "said"),
    [
        ("integer", "a", "invalid int value: 'a'"),
        ("number", "true", "this is no number: true"),
        ("number", "much", "this is no number: much"),
        ("json", "{", "this is no JSON: {"),
        ("list", "@none.json", "none.json cannot be read: No such file or directory"),
    ],
)
def test_a_value_of_another_kind_is_refused(
    kind: str, word: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        call(script_of(echo(kind), tmp_path), "--x", word)

    assert ended.value.code == 2
    assert f"argument --x: {said}" in capsys.readouterr().err


def test_what_a_file_holds_is_given_with_an_at_sign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x").write_text("[1]")

    assert outputs(script_of(echo("text"), tmp_path), capsys, "--x", f"@{tmp_path / 'x'}") == "[1]"
    assert outputs(script_of(echo("json"), tmp_path), capsys, "--x", f"@{tmp_path / 'x'}") == [1]
    assert outputs(script_of(echo("file"), tmp_path), capsys, "--x", str(tmp_path / "x"))["size"] == 3


@pytest.mark.parametrize(
    "name", [*sorted(RUN_OPTIONS), "to", "step", "class", "from", "_x", "__x", "__class__", "input_model", "a_b"]
)  # fmt: skip
def test_an_input_may_have_any_name(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = echo(name=name, value="mine")
    graph.add("flow.input", "other", value="another")
    script = script_of(graph, tmp_path)

    assert outputs(script, capsys) == "mine"
    option = next(
        word for word in _options(script, capsys) if word.strip("-").replace("-", "_").endswith(name.strip("_"))
    )
    assert outputs(script, capsys, option, "given") == "given"


def _options(script: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit):
        call(script, "--help")
    told = capsys.readouterr().out.partition("how it is run:")[0]
    return [line.split()[0] for line in told.splitlines() if line.startswith("  --")]


def test_the_options_of_a_run_are_those_that_inputs_keep_clear_of() -> None:
    parser = run_parser("About.")

    names = {name.lstrip("-") for action in parser._actions for name in (*action.option_strings, action.dest)}

    assert names - {"h"} == RUN_OPTIONS


def test_the_help_of_a_script_shows_its_options_as_they_are_typed(tmp_path: Path) -> None:
    graph = Graph("x")
    graph.add("flow.input", "class", kind="text", value="a")
    graph.add("flow.input", "needed", kind="integer")
    done = subprocess.run(
        [sys.executable, str(script_of(graph, tmp_path)), "--help"], capture_output=True, text=True, check=True
    )

    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "--class CLASS text (default: a)" in lines
    assert "--needed NEEDED a whole number" in lines
