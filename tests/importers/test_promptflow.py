"""Flows of promptflow become graphs that run; what has no counterpart is kept, and told."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from studio.engine.run import arun
from studio.graph.check import check
from studio.importers.outcome import Imported
from studio.importers.projects import import_file
from studio.importers.promptflow.prompts import as_prompt
from studio.importers.promptflow.python_tool import as_code
from studio.models.scripted import Scripted
from studio.support.errors import UsageError
from tests.support.approving import hashes_of

FLOW = Path(__file__).parents[1] / "data" / "importers" / "order_desk_flow" / "flow.dag.yaml"


@pytest.fixture
def desk() -> Imported:
    return import_file(FLOW)


def edges(made: Imported) -> set[str]:
    return {str(edge) for edge in made.graph.edges}


def test_inputs_prompts_tools_conditions_and_outputs_have_counterparts(desk: Imported) -> None:
    nodes = {name: node.type for name, node in desk.graph.nodes.items()}

    assert nodes["query"] == "flow.input"
    assert nodes["classify"] == "llm.function"
    assert nodes["order_search"] == "code.python"
    assert nodes["classify_is"] == "flow.switch"
    assert {"classify_is.order_search -> order_search.when", "order_search.value -> answer.order_search"} <= edges(desk)
    assert desk.graph.nodes["order_search_name"].params["path"] == "items[0].name"
    assert not check(desk.graph)


def test_a_chat_template_becomes_system_text_and_instructions(desk: Imported) -> None:
    params = desk.graph.nodes["classify"].params

    assert params["system"] == "You sort questions. Say {one} word."
    assert params["instructions"] == "Sort this, short {{words}}: {query}"
    assert params["model"] == "azure/gpt-35-turbo"
    assert params["max_tokens"] == 128


def test_what_has_no_counterpart_is_a_placeholder_with_the_original(desk: Imported) -> None:
    assert desk.placeholders == ["product_info", "sum_up"]
    original = desk.graph.nodes["sum_up"].params["original"]
    assert original["aggregation"] is True
    assert "def order_search" in original["source_text"]
    assert any(note.node == "chat" and "variant_1" in note.message for note in desk.notes)
    assert desk.graph.extra == {"promptflow": {"environment": {"python_requirements_txt": "requirements.txt"}}}


async def test_the_graph_runs_and_a_way_not_taken_is_none_to_the_tool_behind_it(desk: Imported, tmp_path: Path) -> None:
    graph = desk.graph
    for gone in ("product_info", "sum_up", "chat", "chat_prompt"):  # what a person replaces or takes out
        del graph.nodes[gone]
        graph.edges = [edge for edge in graph.edges if gone not in (edge.source, edge.target)]
    desk.ask("default")
    model = Scripted([{"node": "classify", "reply": "order_search"}])

    result = await arun(graph, query="Where is it?", model=model, db=tmp_path / "t.db", approve=hashes_of(graph))

    assert result.status == "ok", result.error
    assert result.outputs["response"] == 'Hello "you" {"items": [{"name": "Where is it?"}]}'
    assert result.outputs["first"] == "Where is it?"
    assert model.requests[0].messages[-1]["content"] == "Sort this, short {words}: Where is it?"  # type: ignore[union-attr]


async def test_a_placeholder_that_is_reached_says_what_belongs_there(desk: Imported, tmp_path: Path) -> None:
    desk.ask("default")
    model = Scripted([{"node": "classify", "reply": "product_info"}, {"node": "chat", "reply": "Hm."}])

    result = await arun(desk.graph, model=model, db=tmp_path / "t.db", approve=hashes_of(desk.graph))

    assert result.status == "failed"
    assert "this is a placeholder for the python node of promptflow" in str(result.error)


def test_an_imported_graph_is_a_strangers(desk: Imported) -> None:
    assert desk.graph.place.file == str(FLOW)


def test_files_outside_of_the_flows_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("from promptflow import tool\n@tool\ndef f(): return 'a canary'\n")
    inside = tmp_path / "flow"
    inside.mkdir()
    (inside / "flow.dag.yaml").write_text(
        "inputs: {}\noutputs: {}\nnodes:\n"
        "- {name: a, type: python, source: {type: code, path: ../secret.py}}\n"
        "- {name: b, type: python, source: {type: code, path: here.py}}\n"
    )
    shutil.copy(tmp_path / "secret.py", inside / "here.py")

    made = import_file(inside / "flow.dag.yaml")

    assert made.placeholders == ["a"]
    assert "canary" not in str(made.graph.nodes["a"].params)
    assert "canary" in made.graph.nodes["b"].params["code"]  # the control: a file inside is read


def test_code_is_read_and_never_run(tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text(
        f"from promptflow import tool\nopen({str(tmp_path / 'ran')!r}, 'w')\n@tool\ndef f(): return 1\n"
    )
    (tmp_path / "flow.dag.yaml").write_text("nodes: [{name: a, type: python, source: {type: code, path: tool.py}}]\n")

    made = import_file(tmp_path / "flow.dag.yaml")

    assert made.graph.nodes["a"].type == "code.python"
    assert not (tmp_path / "ran").exists()
    exec(made.graph.nodes["a"].params["code"], {})  # noqa: S102
    assert (tmp_path / "ran").exists()  # the control: running it would have left its mark


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("def f(): pass", "no function in it is marked"),
        ("from promptflow import tool\nfrom promptflow.entities import Flow\n@tool\ndef f(): pass", "promptflow's own"),
        ("from promptflow import tool\nfrom . import other\n@tool\ndef f(): pass", "imports files beside it"),
        ("from promptflow import tool\n@tool\ndef f(c: AzureOpenAIConnection): pass", "asks for a connection"),
        ("@tool\ndef f(:", "cannot be read"),
    ],
)
def test_a_tool_that_cannot_come_says_why(source: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=why):
        as_code(source, [], {}, [], tmp_path)


def test_a_tool_called_main_and_an_async_one_are_called_by_another_name(tmp_path: Path) -> None:
    made = as_code("@tool\nasync def main(a, b):\n    return [a, b]\n", ["a"], {"b": 'x"\n'}, [], tmp_path)
    room: dict[str, Any] = {}
    exec(made.code, room)  # noqa: S102

    assert room["main"](1) == [1, 'x"\n']


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("Say {{ word }}.", {"instructions": "Say {word}.", "system": "", "jinja": ""}),
        ("system:\nBe {{tone}}.\nuser:\nHi", {"instructions": "Be {tone}.\n\nHi", "system": ""}),
        ("user:\na {brace} {{x}}", {"instructions": "a {{brace}} {x}"}),
        ("{% if a %}b{% endif %}", {"instructions": "{prompt}", "jinja": "{% if a %}b{% endif %}"}),
        ("{{ a.b }}", {"jinja": "{{ a.b }}"}),
    ],
)
def test_templates_that_only_fill_gaps_become_ours(template: str, told: Mapping[str, str]) -> None:
    made = as_prompt(template)

    assert {key: getattr(made, key) for key in told} == told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("studio: 1\nnodes: {}\n", "a graph of the studio already"),
        ("a: 1\n", "of no kind that can be brought in"),
        ("nodes: [{name: a}]\ninputs: 3\n", "must map names"),
        ("nodes: &a [{name: *a}]\n", "alias|anchor"),
        ("", "empty"),
    ],
)
def test_other_files_are_refused_with_a_sentence(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "flow.dag.yaml"
    file.write_text(text)

    with pytest.raises(Exception, match=message) as refused:
        import_file(file)
    assert str(file) in str(refused.value)
