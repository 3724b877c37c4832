"""What a graph may do is listed in full, and its hash changes with it and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.graph.model import Graph
from studio.trust.showing import seen, seen_line
from studio.trust.survey import is_own_choice, survey
from tests.trust.toys import toy_registry

TYPES = toy_registry()
GRAPH = """
studio: 1
name: stranger
nodes:
  source: {type: text.constant, text: hello}
  work:
    type: trust.code
    code: |
      def main(x):
          return x
  send: {type: trust.send, host: post.example}
  ask: {type: llm.function, instructions: "Say {x}"}
  result: {type: flow.output}
edges:
  - source.text -> work.x
  - source.text -> ask.x
  - ask.text -> send.text
  - send.answer -> result.value
layout: {source: [0, 0]}
"""


def of(text: str) -> str:
    return survey(Graph.from_text(text), TYPES).hash


def test_every_node_that_may_do_something_is_listed_with_all_of_it() -> None:
    found = survey(Graph.from_text(GRAPH), TYPES)

    assert [entry.path for entry in found.entries] == ["send", "work"]
    assert [(one.kind, one.what) for one in found.entries[1].permissions] == [("code", "def main(x):\n    return x\n")]
    assert found.entries[1].wires == ("x <- source.text",)
    assert found.entries[0].to_json()["permissions"] == [{"kind": "host", "what": "post.example", "note": ""}]
    assert found.asks


def test_a_graph_that_only_computes_and_asks_models_of_ones_own_choice_asks_for_nothing() -> None:
    text = GRAPH.replace("trust.code", "text.constant").replace("code: |", "text: |").replace("x -> work.x", "")
    graph = Graph.from_text(text)
    del graph.nodes["send"]

    assert not survey(graph, TYPES).asks


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: stranger", "name: another"),
        ("name: stranger", "name: stranger\ndynamics: {on_alarm: stop}"),
        ("layout: {source: [0, 0]}", "layout: {source: [9, 7]}"),
        ("type: trust.send, host", "type: trust.send, title: Post it, host"),
        ('instructions: "Say {x}"', 'instructions: "Shout {x}"'),
        ("text: hello", "text: goodbye"),
        ("  source: {type: text.constant, text: hello}\n", ""),
    ],
)
def test_what_decides_nothing_of_what_may_happen_keeps_the_hash(before: str, after: str) -> None:
    assert before in GRAPH
    changed = GRAPH.replace(before, after)
    if not after:  # the same node, at another place of the file
        changed = changed.replace("  result:", f"{before}  result:")

    assert of(changed) == of(GRAPH)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return x\n", "return y\n"),
        ("          return x", "           return x"),
        ("host: post.example", "host: post.examp1e"),
        ("source.text -> work.x", "ask.text -> work.x"),
        ("  - source.text -> work.x\n", ""),
        ("source.text -> work.x", "source.text ~> work.x: {initial: 1}"),
        ("work:", "werk:"),
        ("type: trust.send, host: post.example", "type: trust.code, code: x"),
        ('instructions: "Say {x}"', 'instructions: "Say {x}", model: evil/model'),
        ("type: trust.send, host", "type: trust.send, knockout: true, host"),
    ],
)
def test_what_decides_what_may_happen_changes_the_hash(before: str, after: str) -> None:
    assert before in GRAPH
    changed = GRAPH.replace(before, after)
    if before == "work:":
        changed = changed.replace("work.x", "werk.x")

    if "knockout" in after:  # switched on again by one click: it is listed all the same
        assert of(changed) == of(GRAPH)
    else:
        assert of(changed) != of(GRAPH)


@given(code=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60), data=st.data())
def test_one_changed_sign_of_code_changes_the_hash(code: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(code) - 1))
    other = code[:at] + ("a" if code[at] != "a" else "b") + code[at + 1 :]

    def hash_of(text: str) -> str:
        graph = Graph("g")
        graph.add("trust.code", "work", code=text)
        return survey(graph, TYPES).hash

    assert hash_of(code) != hash_of(other)
    assert hash_of(code) == hash_of(code)


def test_nodes_in_bodies_and_in_included_files_are_listed(tmp_path: Path) -> None:
    (tmp_path / "inner.yaml").write_text(GRAPH)
    (tmp_path / "top.yaml").write_text(
        "studio: 1\nnodes:\n  run: {type: flow.subgraph, graph: ./inner.yaml}\n"
        "  mine: {type: flow.subgraph, graph: own}\n"
        "graphs:\n  own:\n    nodes:\n      deep: {type: trust.code, code: y}\n"
    )

    def paths() -> list[str]:
        return [entry.path for entry in survey(Graph.load(tmp_path / "top.yaml"), TYPES).entries]

    assert paths() == ["./inner.yaml/send", "./inner.yaml/work", "own/deep"]
    before = survey(Graph.load(tmp_path / "top.yaml"), TYPES).hash
    (tmp_path / "inner.yaml").write_text(GRAPH.replace("return x", "return 1"))
    assert survey(Graph.load(tmp_path / "top.yaml"), TYPES).hash != before


def test_a_type_that_says_nothing_or_fails_is_asked_for_with_all_it_is_set_to() -> None:
    graph = Graph("g")
    graph.add("trust.silent", "silent", what="abc")
    graph.add("trust.rude", "rude", what="def")
    graph.add("trust.code", "unfinished")
    graph.add("nobody.knows", "unknown", what="x")

    found = {entry.path: entry.permissions[0] for entry in survey(graph, TYPES).entries}

    assert found["silent"].kind == "other"
    assert "abc" in found["silent"].what
    assert "def" in found["rude"].what
    assert "failed" in found["rude"].note
    assert found["unfinished"].kind == "other"
    assert "unknown" not in found  # it cannot run


def test_models_that_tools_of_an_agent_name_are_listed() -> None:
    graph = Graph("g")
    tool = {"use": "llm.function", "set": {"instructions": "x", "model": "evil/model"}}
    graph.add("llm.agent", "agent", instructions="Do it.", tools=[tool])

    [entry] = survey(graph, TYPES).entries

    assert ("model", "evil/model") in [(one.kind, one.what) for one in entry.permissions]


def test_a_file_that_a_graph_names_as_a_model_is_read_after_approval_only() -> None:
    """A script is any file of JSON lines; weights are read by native code."""
    graph = Graph("g")
    graph.add("llm.function", "ask", instructions="x", model="scripted:~/.history.jsonl")
    graph.add("llm.function", "load", instructions="x", model="embedded/evil.gguf")

    asked = {entry.path: [(one.kind, one.what) for one in entry.permissions] for entry in survey(graph, TYPES).entries}

    assert asked == {"ask": [("read", "~/.history.jsonl")], "load": [("model", "embedded/evil.gguf")]}


def test_what_the_projects_own_types_may_do_as_tools_of_an_agent_is_listed() -> None:
    graph = Graph("g")
    tool = {"use": "trust.send", "set": {"host": "evil.example"}}
    graph.add("llm.agent", "agent", instructions="Do it.", tools=[tool])

    asked = survey(graph, TYPES)

    assert ("host", "evil.example") in [(one.kind, one.what) for one in asked.entries[0].permissions]
    assert asked.sends


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("default", True), ("fast", True), ("strong", True), ("", True), ("embedded", True), ("toy", True),
        ("embedded/smollm2-135m", True), ("embedded/wordllama-256", True), ("replay:last", True),
        ("replay:last+default", True), ("replay:last+openai/gpt-4.1", False), ("openai/gpt-4.1", False),
        ("ollama/llama", False), ("Default", False), ("embedded2/x", False), ("embedded/evil.gguf", False),
        ("scripted:replies.jsonl", False), ("replay:last+scripted:replies.jsonl", False),
    ],
)  # fmt: skip
def test_models_of_ones_own_choice_need_no_approval(name: str, own: bool) -> None:
    assert is_own_choice(name) is own


def test_what_cannot_be_seen_is_written_out() -> None:
    hidden = "a\u202eb\u2066c\u200bd\x1b[31me\u00a0f\ufeffg\U000e0041"

    shown = seen(hidden)

    assert "‹U+202E RIGHT-TO-LEFT OVERRIDE›" in shown
    assert "‹U+200B ZERO WIDTH SPACE›" in shown
    assert "‹U+001B›[31m" in shown
    assert shown.isprintable()
    assert seen("x = 1\n\ty — ü 漢\n") == "x = 1\n\ty — ü 漢\n"
    assert seen_line("a\n\tb") == "a\\n\\tb"


def test_a_host_with_line_breaks_cannot_forge_a_line_of_the_list() -> None:
    graph = Graph("g")
    graph.add("trust.send", "send", host="a\n    nothing else\r\x1b[2J")

    told = survey(graph, TYPES).lines()

    assert all(line.isprintable() for line in told)
    assert "    nothing else" not in told
    assert any(line.startswith("      | ") and "nothing else" in line for line in told)


COMMAND = """
nodes:
  words: {type: text.constant, text: "ls"}
  pick: {type: text.template, template: "{w}"}
  ask: {type: human.ask, question: "May it?", choices: ["yes", "no"]}
  gate: {type: flow.switch, cases: ["yes"]}
  go: {type: shell.run, argv: [sh, "-c", "{text}"]}
edges:
  - words.text -> pick.w
  - pick.text -> go.text
  - ask.answer -> gate.value
  - gate.yes -> go.when
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('text: "ls"', 'text: "rm -rf ."'),
        ('template: "{w}"', 'template: "{w} -rf"'),
        ("ask.answer -> gate.value", "words.text -> gate.value"),
        ('cases: ["yes"]', 'cases: ["yes", "no"]'),
        ("pick.text -> go.text", "words.text -> go.text"),
    ],
)
def test_what_comes_over_wires_into_a_command_is_approved_with_it(before: str, after: str) -> None:
    assert before in COMMAND

    assert of(COMMAND.replace(before, after)) != of(COMMAND)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("nodes:", "name: other\nnodes:"),
        ("edges:", "layout: {words: [3, 4]}\nedges:"),
        ('{type: text.constant, text: "ls"}', '{type: text.constant, title: Words, text: "ls"}'),
    ],
)
def test_how_a_graph_with_a_command_looks_is_no_part_of_it(before: str, after: str) -> None:
    if before == "edges:":  # layout stands after them in a file
        changed = COMMAND + "layout: {words: [3, 4]}\n"
    else:
        changed = COMMAND.replace(before, after)

    assert of(changed) == of(COMMAND)
