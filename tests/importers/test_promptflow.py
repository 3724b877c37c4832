"""Flows of promptflow become graphs that run; what has no counterpart is kept, and told."""

from __future__ import annotations

import os
import shutil
import time
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
    assert desk.graph.extra["promptflow"]["environment"] == {"python_requirements_txt": "requirements.txt"}
    assert desk.graph.extra["promptflow"]["node_variants"] == {"chat": {"variant_1": {"node": {"type": "llm"}}}}


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
        ("nodes: [{name: a, type: llm}]\ninputs: 3\n", "must map names"),
        ("nodes: [{name: a, type: llm}, {type: llm}]\n", "Node 2 of this flow has no `name`"),
        ("nodes: [{name: a, type: llm}, 3]\n", "Node 2 of this flow has no `name`"),
        ("nodes: [{name: a, role: worker}]\n", "of no kind that can be brought in"),
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


def flow(folder: Path, text: str, **files: str) -> Imported:
    """A flow in a folder of its own, with files beside it, brought in."""
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)
    (folder / "flow.dag.yaml").write_text(text)
    return import_file(folder / "flow.dag.yaml")


def test_fixed_inputs_become_what_the_tool_says_it_takes(tmp_path: Path) -> None:
    source = (
        "from promptflow.core import tool\n@tool\n"
        "def f(a: int, b: float, c: bool, d: list, e: str, g=2, h=None, **more):\n"
        "    return [a, b, c, d, e, g, h, more]\n"
    )
    fixed = {"a": "12", "b": "0.5", "c": "False", "d": "[1]", "e": "7", "g": "10", "h": "3", "other": "x"}
    room: dict[str, Any] = {}
    exec(as_code(source, [], fixed, [], tmp_path).code, room)  # noqa: S102

    assert room["main"]() == [12, 0.5, False, [1], "7", 10, "3", {"other": "x"}]


def test_a_text_that_is_not_what_the_tool_takes_stays_a_text(tmp_path: Path) -> None:
    source = "@tool\ndef f(a: int, b: bool, c: list):\n    return [a, b, c]\n"
    room: dict[str, Any] = {}
    exec(as_code(source, [], {"a": "many", "b": "perhaps", "c": "{}"}, [], tmp_path).code, room)  # noqa: S102

    assert room["main"]() == ["many", "perhaps", "{}"]


def test_an_input_called_like_a_port_of_every_node_has_another_name_here(tmp_path: Path) -> None:
    made = flow(
        tmp_path,
        "inputs: {error: {type: string}}\n"
        "nodes:\n"
        "- {name: a, type: python, source: {type: code, path: t.py}, inputs: {error: '${inputs.error}'}}\n"
        "- {name: b, type: prompt, source: {type: code, path: t.jinja2}, inputs: {error: '${inputs.error}'}}\n",
        t__py="from promptflow import tool\n@tool\ndef f(error): return error\n",
        t__jinja2="{% if error %}{{ error }}{% endif %}",
    )

    assert edges(made) == {"error.value -> a.error_", "error.value -> b.error_"}
    assert not check(made.graph)
    room: dict[str, Any] = {}
    exec(made.graph.nodes["a"].params["code"], room)  # noqa: S102
    assert room["main"]("oh") == "oh"
    assert made.graph.nodes["b"].params["template"].startswith("{% set error = error_ %}")


def test_a_package_beside_the_flow_is_told_from_one_to_install(tmp_path: Path) -> None:
    (tmp_path / "helpers").mkdir()
    source = "import {}\nfrom promptflow import tool\n@tool\ndef f(): pass\n"

    with pytest.raises(UsageError, match="imports `helpers` beside it"):
        as_code(source.format("helpers.text"), [], {}, [], tmp_path)
    assert as_code(source.format("requests"), [], {}, [], tmp_path).packages == ["requests"]


def test_a_system_text_is_told_apart_where_the_rest_computes() -> None:
    made = as_prompt("# system:\nBe {brief}.\n\n# user:\n{% for one in many %}{{ one }}{% endfor %}")
    assert (made.system, made.jinja) == ("Be {brief}.", "{% for one in many %}{{ one }}{% endfor %}")
    assert made.notes == ["its template computes, so a node of its own makes the text"]

    chat = "system:\nBe kind.\n{% for turn in history %}\nuser:\n{{ turn.q }}\n{% endfor %}\nuser:\n{{ q }}"
    made = as_prompt(chat)
    assert made.system == "Be kind."
    assert made.jinja == "{% for turn in history %}\nuser:\n{{ turn.q }}\n{% endfor %}\nuser:\n{{ q }}"
    assert "lines like `user:`" in made.notes[0]


@pytest.mark.parametrize(
    "template",
    [
        "system:\nBe {{ tone }}.\nuser:\n{{ a.b }}",
        "{% if x %}\nsystem:\nA\n{% endif %}\nuser:\n{{ a.b }}",
        "Hello\nsystem:\nA\nuser:\n{{ a.b }}",
        "system:\n{% if x %}A{% else %}\nuser:\n{% endif %}",
    ],
)
def test_a_system_text_that_depends_on_something_stays_in_the_template(template: str) -> None:
    made = as_prompt(template)

    assert made.system == ""
    assert made.jinja == template


def test_a_comment_on_a_line_of_its_own_leaves_no_line() -> None:
    assert as_prompt("{# A greeting. #}\nSay {{ word }}.").instructions == "Say {word}."


def test_files_that_a_flow_takes_from_elsewhere_are_named_once_with_what_to_do(tmp_path: Path) -> None:
    made = flow(
        tmp_path,
        "additional_includes: [../other/t.py]\nnodes: [{name: a, type: python, source: {type: code, path: t.py}}]\n",
    )

    assert [note.node for note in made.notes] == ["a", ""]
    assert "copy it beside the flow, and import again" in made.notes[0].message
    assert made.graph.extra["promptflow"] == {"additional_includes": ["../other/t.py"]}


def test_the_address_of_an_image_is_no_image(tmp_path: Path) -> None:
    made = flow(tmp_path, "inputs: {i: {type: image, default: 'https://a.b/c.png'}}\nnodes: []\n")

    assert made.graph.nodes["i"].params == {"kind": "image"}
    assert "https://a.b/c.png" in made.notes[0].message
    assert not check(made.graph)


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("$schema: x\nentry: flow:f\n", "flow.flex.yaml", "a flex flow: there is no graph in it"),
        ("---\nname: x\n---\nsystem:\nHi\n", "a.prompty", "a single prompt, not a graph"),
    ],
)
def test_what_is_promptflows_but_no_graph_says_so(text: str, name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)

    with pytest.raises(UsageError, match=message):
        import_file(tmp_path / name)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ('"tool.js"', "its file `tool.js` is no Python"),
        (r'"a\u0001.py"', "no such file"),
        ("a" * 5000 + ".py", "No file can have this name"),
        ("pipe.py", "no plain file"),
        ("circle.py", "No file can have this name"),
    ],
)
def test_what_is_no_file_of_python_is_a_placeholder_that_says_why(path: str, why: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")  # reading it would wait for ever
    (tmp_path / "tool.js").write_text("export function f() {}")
    (tmp_path / "circle.py").symlink_to(tmp_path / "circle.py")

    made = flow(tmp_path, f"nodes: [{{name: a, type: python, source: {{type: code, path: {path}}}}}]\n")

    assert made.placeholders == ["a"]
    assert why.lower() in made.notes[0].message.lower()


def test_nodes_come_after_what_they_use_in_good_time(tmp_path: Path) -> None:
    count = 1_500
    rows = [
        f"- {{name: n{n}, type: prompt, source: {{type: code, path: t.jinja2}}, inputs: {{a: '${{n{n + 1}.output}}'}}}}"
        for n in range(count)
    ]
    start = time.process_time()

    made = flow(tmp_path, "\n".join(["nodes:", *rows]), t__jinja2="x {{a}}")

    assert list(made.graph.nodes) == [f"n{n}" for n in reversed(range(count))]
    assert time.process_time() - start < 5  # looking through all nodes for each one took ten times as long


def test_a_flow_may_be_named_by_its_folder() -> None:
    assert import_file(FLOW.parent).graph.to_text() == import_file(FLOW).graph.to_text()
    with pytest.raises(UsageError, match="This is a folder"):
        import_file(FLOW.parent.parent)
