"""The choices of an input: one sentence for whoever gives something else, wherever it comes from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, run
from studio.cli.main import main
from studio.graph.check import check
from studio.serve.service import GraphService
from studio.spec.choices import MOST, choice_problem, told_choices
from studio.spec.json_schema import schema_of_all
from studio.support.errors import GraphError, UsageError
from studio.support.values import Json
from tests.support.thorough import thorough_but

OPEN = """
studio: 1
name: shades
nodes:
  shade: {type: flow.input, value: red, kind: text, choices: [red, green, "2022"]}
  out: {type: flow.output}
edges: [shade.value -> out.value]
"""

INNER = """
studio: 1
name: outer
nodes:
  shade: {type: flow.input, value: red, kind: text}
  painter: {type: flow.subgraph, graph: painter}
  out: {type: flow.output}
edges: [shade.value -> painter.shade, painter.painted -> out.value]
graphs:
  painter:
    nodes:
      shade: {type: flow.input, kind: text, choices: [red, green]}
      painted: {type: flow.output}
    edges: [shade.value -> painted.value]
"""

REFUSED = "The input `shade` takes `red`, `green` or `2022`, not `blue`."


@pytest.fixture
def shades(tmp_path: Path) -> Path:
    path = tmp_path / "shades.yaml"
    path.write_text(OPEN, encoding="utf-8")
    return path


def faults(**params: Json) -> list[str]:
    graph = Graph("one")
    graph.add("flow.input", "shade", **params)
    return [found.message for found in check(graph) if found.severity == "error"]


# -- the declaration -----------------------------------------------------------------------------


def test_a_default_must_be_one_of_the_choices() -> None:
    (told,) = faults(value="blue", kind="text", choices=["red", "green"])

    assert told == "`value` must be one of `choices`, `red` or `green`, not blue."
    assert faults(value="red", kind="text", choices=["red", "green"]) == []
    assert faults(kind="text", choices=["red", "green"]) == [], "or there is none"
    assert faults(value="blue", kind="text", choices=[]) == [], "an empty list is none"


def test_a_graph_whose_default_is_none_of_its_choices_does_not_run() -> None:
    with pytest.raises(GraphError, match="must be one of `choices`"):
        run(Graph.from_text(OPEN.replace("value: red", "value: blue")), db=None)


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"kind": "text", "choices": ["a", 1]}, "1 is not what the `kind` says"),
        ({"kind": "text", "choices": ["a", "b", "a"]}, "has a twice"),
        ({"kind": "number", "choices": [1, 1.0]}, "has 1.0 twice"),
        ({"kind": "image", "choices": ["a"]}, "of kind image has no `choices`"),
        ({"kind": "integer", "choices": list(range(MOST + 1))}, f"may have {MOST} at most"),
        ({"kind": "text", "choices": "red"}, "`choices` must be a list"),
    ],
)
def test_choices_that_cannot_be_are_told(params: dict[str, Any], told: str) -> None:
    (found,) = faults(**params)

    assert told in found


@pytest.mark.parametrize(
    ("choices", "value", "fits"),
    [
        ([1, 2], 1.0, True), ([1, 2], True, False), ([1, 2], "1", False), ([True], 1, False), ([None], None, True),
        ([{"a": 1, "b": 2}], {"b": 2, "a": 1}, True), ([["a"]], ["b"], False), ([], "anything", True),
    ],
)  # fmt: skip
def test_values_are_compared_as_json(choices: list[Json], value: Json, fits: bool) -> None:
    assert (choice_problem("x", choices, value) == "") is fits


def test_the_sentence_quotes_texts_where_other_values_stand_beside_them() -> None:
    assert choice_problem("mode", [2, 1, "auto"], "2") == 'The input `mode` takes `2`, `1` or `"auto"`, not `"2"`.'
    assert choice_problem("mode", ["a"], "") == 'The input `mode` takes `a`, not `""`.'


def test_a_sentence_stays_short_for_many_choices_and_long_values() -> None:
    told = choice_problem("x", [f"choice {number}" for number in range(MOST)], "y" * 100_000)

    assert told_choices([str(number) for number in range(23)]).endswith("`19` or one of 3 more")
    assert "or one of 180 more" in told
    assert len(told) < 600


# -- who gives it ----------------------------------------------------------------------------------


def test_the_command_line_refuses_it_with_code_2(shades: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = str(shades.with_name("runs.db"))

    assert main(["run", str(shades), "-i", "shade=blue", "--db", db]) == 2
    assert REFUSED in capsys.readouterr().err
    assert main(["run", str(shades), "-i", "shade=gren", "--db", db]) == 2
    assert "Did you mean `green`?" in capsys.readouterr().err
    assert main(["run", str(shades), "-i", "shade=2022", "--db", db]) == 0
    assert "2022" in capsys.readouterr().out


def test_python_refuses_it_before_anything_runs(shades: Path, tmp_path: Path) -> None:
    db = tmp_path / "none.db"

    with pytest.raises(UsageError) as refused:
        run(shades, {"shade": "blue"}, db=db)

    assert refused.value.message == REFUSED
    assert not db.exists()
    assert run(shades, {"shade": "green"}, db=db).outputs == {"out": "green"}
    assert run(shades, db=db).outputs == {"out": "red"}


def test_null_is_a_choice_where_it_is_the_default(tmp_path: Path) -> None:
    graph = Graph.from_text(OPEN.replace("value: red, kind: text", "value: null"))
    db = tmp_path / "runs.db"

    assert run(graph, db=db).outputs == {"out": None}
    assert run(graph, {"shade": None}, db=db).outputs == {"out": None}
    with pytest.raises(UsageError, match='or `null`, not `"blue"`'):
        run(graph, {"shade": "blue"}, db=db)


def test_a_wire_that_brings_another_value_fails_the_node(tmp_path: Path) -> None:
    graph, db = Graph.from_text(INNER), tmp_path / "runs.db"

    failed = run(graph, {"shade": "blue"}, db=db)

    assert failed.status == "failed"
    assert failed.error is not None
    assert failed.error["node"] == "painter/shade"
    assert failed.error["code"] == "wrong_choice"
    assert failed.error["message"] == "The input `shade` takes `red` or `green`, not `blue`."
    assert run(graph, {"shade": "green"}, db=db).outputs == {"out": "green"}
    with Trace(db) as trace:
        assert [one.status for one in trace.firings(failed.run_id) if one.node == "painter/shade"] == ["error"]


async def test_a_served_graph_tells_its_choices_and_refuses_others(shades: Path, tmp_path: Path) -> None:
    service = GraphService(Graph.load(shades), db=tmp_path / "served.db")

    assert service.input_schema["properties"]["shade"]["enum"] == ["red", "green", "2022"]
    with pytest.raises(UsageError) as refused:
        await service.call({"shade": "blue"})
    assert refused.value.message == REFUSED
    assert (await service.call({"shade": "green"})).outputs == {"out": "green"}


def test_an_input_without_choices_has_none_in_its_schema() -> None:
    from studio.graph.ports import body_fields
    from studio.graph.scope import Scope
    from studio.spec.registry import default_registry

    inputs, _ = body_fields(Scope(Graph.from_text(INNER)), default_registry())

    assert schema_of_all(inputs.values())["properties"] == {"shade": {"type": "string"}}


# -- scripts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", thorough_but("standalone".__eq__, ["script", "standalone"]))
def test_a_script_refuses_it_with_the_same_sentence(target: str, shades: Path, tmp_path: Path) -> None:
    script = tmp_path / f"{target}.py"
    assert main(["export", str(shades), "--to", target, "-o", str(script)]) == 0
    db = ["--db", str(tmp_path / f"{target}.db")]

    def played(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, script, *arguments, *db], capture_output=True, text=True, check=False)

    refused = played("--shade", "blue")
    assert refused.returncode == 2
    assert REFUSED in refused.stderr
    taken = played("--shade", "green")
    assert (taken.returncode, taken.stdout.strip()) == (0, "green")
    assert "One of `red`, `green` or `2022`." in " ".join(played("--help").stdout.split())


def test_a_standalone_script_fails_where_a_wire_brings_another_value(tmp_path: Path) -> None:
    path, script = tmp_path / "outer.yaml", tmp_path / "outer.py"
    path.write_text(INNER, encoding="utf-8")
    assert main(["export", str(path), "--to", "standalone", "-o", str(script)]) == 0

    done = subprocess.run([sys.executable, script, "--shade", "blue"], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "`painter/shade` at tick 0.0: The input `shade` takes `red` or `green`, not `blue`." in done.stderr
