"""A controller starts processes and harvests them; each has an inner control; the task ties both to what is there."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.support.seeds import Played, graph_of, play

PROCESSES = ("visual_search", "memory_retrieval", "response", "next_trial")
SEE = "Which letter is on the red square?"
BOTH = "Which number goes with the letter on the blue circle?"
KNOW = "Which number goes with K?"


def frame(tmp_path: Path, *questions: str, **inputs: Any) -> Played:
    return play("cognitive_frame", {"questions": list(questions), **inputs}, tmp_path=tmp_path)


def answers(played: Played) -> list[str]:
    return [one["answer"] for one in played.result.outputs["answers"]]


def inside(played: Played, process: str) -> list[dict[str, Any]]:
    return [one for one in played.result.outputs["inside_processes"] if one["process"] == process]


# -- the stated task ------------------------------------------------------------------------------


def test_the_task_is_done_and_what_cannot_be_known_is_said(tmp_path: Path) -> None:
    played = play("cognitive_frame", {}, tmp_path=tmp_path)

    assert answers(played) == ["K", "4", "I do not remember.", "I cannot see it.", "7"]
    assert played.result.ended == "stop"
    played.verify()


# -- type 3: the method follows from the task and from what is there ---------------------------------


@pytest.mark.parametrize(
    ("question", "started"),
    [
        (SEE, ["visual_search", "response"]),
        (BOTH, ["visual_search", "memory_retrieval", "response"]),
        (KNOW, ["memory_retrieval", "response"]),
        ("Which letter is on the yellow circle?", ["visual_search", "response"]),
        ("Which number goes with the letter on the yellow circle?", ["visual_search", "response"]),
    ],
)
def test_each_task_has_its_own_method(question: str, started: list[str], tmp_path: Path) -> None:
    played = frame(tmp_path, question)

    assert played.fired(*PROCESSES) == ["next_trial", *started, "next_trial"]


def test_features_are_told_in_the_words_of_what_is_there(tmp_path: Path) -> None:
    display = [{"colour": "pink", "shape": "star", "letter": "Q"}]

    assert answers(frame(tmp_path, "Which letter is on the pink star?", display=display)) == ["Q"]
    assert answers(frame(tmp_path, "Which letter is on the red star?", display=display)) == ["I cannot see it."]


# -- type 1: starting and harvesting --------------------------------------------------------------


def test_the_controller_starts_one_process_a_cycle_and_harvests_it_at_the_next(tmp_path: Path) -> None:
    played = frame(tmp_path, BOTH)

    edges = played.result.outputs["controller_edges"]
    assert [one["started"] for one in edges] == [
        "next_trial", "visual_search", "memory_retrieval", "response", "next_trial",
    ]  # fmt: skip
    assert [one["harvested"] for one in edges] == [None, "question", "item", "fact", "answer"]
    for name in PROCESSES:
        assert [one.tick for one in played.firings(name) if one.status == "ok"] == [
            str(one["cycle"] - 1) for one in edges if one["started"] == name
        ]


def test_controller_edges_are_apart_from_data_edges() -> None:
    """Processes are wired to each other by nothing: who fires next is the controller's, what they give goes to it."""
    graph = graph_of("cognitive_frame")
    processes = {"visual_search", "memory_retrieval", "response"}

    assert not [edge for edge in graph.edges if edge.source in processes and edge.target in processes]
    starts = {
        edge.target: edge.source for edge in graph.edges if edge.target_port == "when" and edge.target in processes
    }
    assert starts == dict.fromkeys(processes, "start")
    harvests = [edge for edge in graph.edges if edge.target == "harvest"]
    assert {edge.source for edge in harvests} == {*processes, "trial"}
    assert all(edge.feedback for edge in harvests)


@pytest.mark.thorough
def test_a_process_that_is_knocked_out_is_started_in_circles(tmp_path: Path) -> None:
    graph = graph_of("cognitive_frame")
    graph.nodes["visual_search"].knockout = True
    played = play(graph, {"questions": [SEE]}, tmp_path=tmp_path)

    started = [one["started"] for one in played.result.outputs["controller_edges"]]
    assert played.result.ended == "max_ticks"
    assert set(started[1:]) == {"visual_search"}
    assert answers(played) == []


def test_without_a_clean_slate_the_next_trial_is_answered_from_the_last(tmp_path: Path) -> None:
    other = "Which letter is on the green square?"
    graph = graph_of("cognitive_frame")
    graph.nodes["forget"].knockout = True

    assert answers(frame(tmp_path, SEE, other)) == ["K", "Z"]
    assert answers(play(graph, {"questions": [SEE, other]}, tmp_path=tmp_path)) == ["K"]


# -- type 2: inner control ------------------------------------------------------------------------


def test_guided_search_looks_where_features_match_best_and_serial_search_from_left_to_right(tmp_path: Path) -> None:
    guided, serial = (frame(tmp_path, SEE, strategy=strategy) for strategy in ("guided", "serial"))

    assert inside(guided, "visual_search") == [{"process": "visual_search", "looked_at": ["K"]}]
    assert inside(serial, "visual_search")[0]["looked_at"] == ["A", "T", "M", "Z", "R", "K"]
    assert answers(guided) == answers(serial) == ["K"]


def test_guided_search_gives_up_after_what_matches_in_part_and_serial_search_after_all(tmp_path: Path) -> None:
    yellow = "Which letter is on the yellow circle?"
    guided, serial = (frame(tmp_path, yellow, strategy=strategy) for strategy in ("guided", "serial"))

    assert inside(guided, "visual_search")[0]["looked_at"] == ["A", "T", "R"]
    assert len(inside(serial, "visual_search")[0]["looked_at"]) == 6


def test_what_was_used_often_comes_up_first_and_is_put_aside_if_its_cue_is_another(tmp_path: Path) -> None:
    played = frame(tmp_path, KNOW)

    (one,) = inside(played, "memory_retrieval")
    assert one["probed"] == ["M", "K"]
    assert one["activation"] == pytest.approx([math.log(60), math.log(2) + 3])
    assert answers(played) == ["7"]


def test_what_lies_below_the_threshold_is_not_remembered(tmp_path: Path) -> None:
    played = frame(tmp_path, KNOW, threshold=4.0)

    assert inside(played, "memory_retrieval")[0]["probed"] == ["M"]
    assert answers(played) == ["I do not remember."]


@pytest.mark.parametrize(
    ("strategy", "question", "seconds"),
    [
        ("guided", SEE, 0.05 + (0.05 + 0.25) + 0.3),
        ("serial", SEE, 0.05 + (0.05 + 6 * 0.25) + 0.3),
        ("guided", KNOW, 0.05 + (0.05 + 1 / 60 + math.exp(-3) / 2) + 0.3),
    ],
)
def test_a_trial_takes_the_time_of_its_cycles_and_processes(
    strategy: str, question: str, seconds: float, tmp_path: Path
) -> None:
    played = frame(tmp_path, "Which letter is on the blue square?", question, strategy=strategy)

    assert played.result.outputs["answers"][1]["seconds"] == pytest.approx(seconds, abs=6e-4)


def test_what_stands_below_the_threshold_is_not_remembered(tmp_path: Path) -> None:
    """With the cue K stands at ln 2 + 3 = 3.69, M at ln 60 + 3 = 7.09."""
    asked = [f"Which number goes with {letter}?" for letter in "KM"]
    played = play("cognitive_frame", {"questions": asked, "threshold": 4.5}, tmp_path=tmp_path)

    assert [one["answer"] for one in played.result.outputs["answers"]] == ["I do not remember.", "9"]


def test_an_answer_that_is_a_number_is_said(tmp_path: Path) -> None:
    facts = [{"cue": "K", "answer": 9, "uses": 1}]
    played = play("cognitive_frame", {"questions": ["Which number goes with K?"], "facts": facts}, tmp_path=tmp_path)

    assert [one["answer"] for one in played.result.outputs["answers"]] == ["9"]


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"questions": [3]}, "must be a list of texts"),
        ({"questions": ["Where?"] * 61}, "60 at the most"),
        ({"display": [{"colour": "red"}]}, "the texts colour, shape and letter"),
        ({"facts": [{"cue": "K", "answer": "7", "uses": 0}]}, "uses, a number above 0"),
    ],
)
def test_what_cannot_be_meant_is_told_before_the_first_trial(inputs: dict[str, Any], told: str, tmp_path: Path) -> None:
    played = play("cognitive_frame", inputs, tmp_path=tmp_path, status="failed")

    assert told in str(played.result.error)
    assert played.fired("controller") == []
