"""Projects of Rivet become graphs: nodes with a counterpart, placeholders that keep the original, places, wires."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from studio.engine.run import arun
from studio.graph.check import check
from studio.graph.model import Graph
from studio.importers.outcome import Imported
from studio.importers.projects import import_file
from studio.importers.rivet import import_project
from studio.importers.rivet.kinds import KINDS
from studio.importers.rivet.texts import path_of, template_of
from studio.models.scripted import Scripted
from studio.support.errors import UsageError
from studio.support.templates import render
from tests.support.approving import hashes_of

DESK = Path(__file__).parents[1] / "data" / "importers" / "desk.rivet-project"


@pytest.fixture
def desk() -> Imported:
    return import_file(DESK)


def test_nodes_wires_and_places_come_over(desk: Imported) -> None:
    graph = desk.graph
    edges = {str(edge) for edge in graph.edges}

    assert graph.name == "desk_answer_letters"
    assert graph.nodes["ask"].params["template"] == "Answer in {{one}} line: {letter_text}"
    assert graph.nodes["chat"].params["system"] == "Be {polite}."
    assert {"ask.text -> chat.prompt", "chat.text -> refine.draft", "refine.better -> coalesce.value"} <= edges
    assert graph.layout["chat"] == [800, 0]
    assert graph.layout["/comments"][0]["text"] == "### Look here"
    assert graph.graphs["refine_draft"].nodes["object"].knockout is True
    assert not [one for one in check(graph) if one.severity == "error"]


def test_wires_of_a_join_follow_the_numbers_of_its_ports(desk: Imported) -> None:
    into = [str(edge) for edge in desk.graph.edges if edge.target == "coalesce"]

    assert into == ["match_open_way.value -> coalesce.value", "refine.better -> coalesce.value"]


def test_what_has_no_counterpart_is_kept_and_told(desk: Imported) -> None:
    assert desk.placeholders == ["code"]
    assert desk.graph.nodes["code"].params["original"]["data"]["code"] == "return {output: inputs.input}"
    told = [str(note) for note in desk.notes]
    assert any("`all-messages` has no counterpart" in note for note in told)
    assert any("not brought in" in note and "`Unused`" in note for note in told)


async def test_the_graph_runs(desk: Imported, tmp_path: Path) -> None:
    desk.ask("default")
    model = Scripted([{"node": "chat", "reply": "We open at nine."}])

    result = await arun(
        desk.graph, letter="When do you open?", model=model, db=tmp_path / "t.db", approve=hashes_of(desk.graph)
    )

    assert result.status == "ok", result.error
    assert result.outputs["answer"] == "When do you open?"  # the first of the two that is there, as Rivet has it
    assert model.requests[0].messages == (  # type: ignore[union-attr]
        {"role": "system", "content": "Be {polite}."},
        {"role": "user", "content": "Answer in {one} line: When do you open?"},
    )


def test_another_graph_of_the_project_can_be_chosen() -> None:
    assert import_file(DESK, "Refine: draft").graph.name == "refine_draft"
    with pytest.raises(UsageError, match="Did you mean the graph `Unused`"):
        import_file(DESK, "Unusd")


@pytest.mark.parametrize(
    ("path", "ours"),
    [("$.a.b[0]", "a.b[0]"), ("$['odd key'].x", '["odd key"].x'), ("$..a", None), ("$.a[*]", None), ("$", None)],
)
def test_json_paths_that_mean_one_place_become_ours(path: str, ours: str | None) -> None:
    assert path_of(path) == ours


@given(st.text(max_size=30), st.sampled_from(["name", "two words", "end|trim", "1st", "class", "when"]))
def test_any_text_around_a_gap_stays_as_it_is(text: str, gap: str) -> None:
    text = text.replace("{", "(").replace("}", ")")
    made = template_of(f"{text} {{x}} {{{{{gap}}}}}")

    assert len(made.ports) == 1
    assert render(made.text, dict.fromkeys(made.ports.values(), "!")) == f"{text} {{x}} !"


def project(nodes: dict[str, Any]) -> dict[str, Any]:
    return {"version": 4, "data": {"metadata": {}, "graphs": {"g": {"metadata": {"name": "g"}, "nodes": nodes}}}}


@pytest.mark.parametrize("type", sorted(KINDS))
def test_every_kind_stands_also_without_data_and_wires(type: str) -> None:
    made = import_project(Path("x"), project({f'[a]:{type} "Some title"': {"visualData": "0/0/1/1"}}))

    assert len(made.graph.nodes) >= 1
    assert Graph.from_text(made.graph.to_text()) == made.graph


@pytest.mark.parametrize("title", ['"""; import os', "a\nb", "\u202eevil", "", "x" * 500, "end", "1st"])
def test_titles_become_names_whatever_they_are(title: str) -> None:
    nodes = {
        f'[a]:text "{title}"': {"data": {"text": "x"}, "outgoingConnections": [f'output->"{title}" b/value']},
        f'[b]:graphOutput "{title}"': {"data": {"id": title or "x"}},
    }

    made = import_project(Path("x"), yaml.safe_load(yaml.safe_dump(project(nodes))))

    assert Graph.from_text(made.graph.to_text()) == made.graph
    assert len(made.graph.edges) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "versions 3 and 4 are read"),
        ({"data": {"graphs": {}}}, "holds no graph"),
        ({"data": {"graphs": {"g": {"nodes": {"odd": {}}}}}}, "names no node as Rivet does"),
        ({"data": {"graphs": {"g": {"nodes": {'[a]:text "t"': {"outgoingConnections": ["x"]}}}}}}, "is no wire"),
    ],
)
def test_what_is_no_project_is_refused_with_a_sentence(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        import_project(Path("x"), {**project({}), **change})


def test_a_circle_delivers_at_the_next_tick() -> None:
    nodes = {
        '[a]:passthrough "A"': {"outgoingConnections": ['output1->"B" b/input1']},
        '[b]:passthrough "B"': {"outgoingConnections": ['output1->"A" a/input1']},
    }

    made = import_project(Path("x"), project(nodes))

    assert sorted(edge.feedback for edge in made.graph.edges) == [False, True]
    assert any("closed a circle" in note.message for note in made.notes)


def several(graphs: dict[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    named = {id: {"metadata": {"name": id}, "nodes": nodes} for id, nodes in graphs.items()}
    return {"version": 4, "data": {"metadata": {"mainGraphId": "main"}, "graphs": named, **more}}


@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("loopUntil", {"targetGraph": "inner"}),
        ("graphReference", {"graphId": "inner"}),
        ("delegateFunctionCall", {"handlers": [{"key": "f", "value": "inner"}], "unknownHandler": "inner"}),
    ],
)
def test_graphs_that_a_placeholder_would_run_come_over_too(type: str, data: dict[str, Any]) -> None:
    inner = {'[t]:text "T"': {"data": {"text": "kept"}}}

    made = import_project(Path("x"), several({"main": {f'[a]:{type} "A"': {"data": data}}, "inner": inner}))

    assert made.graph.graphs["inner"].nodes["t"].params == {"text": "kept"}
    assert "what it runs is here as `inner`" in made.notes[0].message
    assert not any("not brought in" in note.message for note in made.notes)


def test_a_note_says_in_which_graph_its_node_is() -> None:
    nodes = {'[a]:subGraph "A"': {"data": {"graphId": "inner"}}}
    inner: dict[str, Any] = {'[t]:strange "T"': {}}

    made = import_project(Path("x"), several({"main": nodes, "inner": inner}))

    assert [note.node for note in made.notes] == ["inner/t"] == made.placeholders


def test_gaps_that_name_an_input_of_the_graph_are_wired_and_empty_ones_told() -> None:
    nodes = {
        '[i]:graphInput "I"': {"data": {"id": "topic", "dataType": "string"}},
        '[t]:text "T"': {"data": {"text": "{{@graphInputs.topic}} {{@context.user}} {{plain}}"}},
    }

    made = import_project(Path("x"), project(nodes))

    assert [str(edge) for edge in made.graph.edges] == ["topic.value -> t.graph_inputs_topic"]
    assert [note.message.split("`")[1] for note in made.notes] == ["@context.user", "plain"]


def test_suites_of_tests_are_told_to_be_left_out() -> None:
    made = import_project(Path("x"), several({"main": {}}, attachedData={"trivet": {"testSuites": [{}, {}]}}))

    assert "2 suites of tests (Trivet) are left out" in str(made.notes[0])


def test_a_large_project_is_drawn_in_good_time() -> None:
    count = 3_000
    nodes = {
        f'[n{n}]:text "T"': {
            "data": {"text": "{{x}}"},
            "outgoingConnections": [f'output->"T" n{(n + 1) % count}/x'],
        }
        for n in range(count)
    }
    start = time.process_time()

    made = import_project(Path("x"), project(nodes))

    assert len(made.graph.edges) == count
    assert sum(edge.feedback for edge in made.graph.edges) == 1
    assert time.process_time() - start < 3  # looking through all wires for each node took ten times as long


def test_a_wire_that_is_drawn_twice_is_one_here() -> None:
    nodes = {
        '[a]:text "A"': {
            "data": {"text": "x"},
            "outgoingConnections": ['output->"C" c/input1', 'output->"C" c/input2'],
        },
        '[c]:coalesce "C"': {},
    }

    made = import_project(Path("x"), project(nodes))

    assert [str(edge) for edge in made.graph.edges] == ["a.text -> c.value"]
