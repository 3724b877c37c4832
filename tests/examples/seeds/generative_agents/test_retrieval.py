"""Retrieval and reflection of one inhabitant: the worked examples of the sheet and their pitfalls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.examples.seeds.generative_agents.room import NINE, SIX, ann, live, memories, record
from tests.support.seeds import Played, graph_of

MEMORIES = [
    ("Isabella is planning a Valentine party", 7, "09:00", "event"),
    ("bed is idle", 1, "09:05", "event"),
    ("Maria is studying for a chemistry test", 5, "12:30", "event"),
    ("Klaus is reading a book on gentrification", 4, "15:00", "event"),
    ("Isabella wants everybody to come to the party", 8, "18:00", "thought"),
    ("kitchen sink is running", 2, "19:45", "event"),
]
PAST = [
    {"text": text, "importance": importance, "time": f"2023-02-13T{at}:00", "kind": kind}
    for text, importance, at, kind in MEMORIES
]


# -- retrieval ----------------------------------------------------------------------------------

REFLECTION = ['["who comes to the party"]', "nothing to say", "no triple", "2"]


def remembering() -> dict[str, Any]:
    return ann(event=["Ann Lee", None, None], memories=PAST, left=0, counted=6)


@pytest.mark.parametrize(
    ("scoring", "scores"),
    [
        ("code", [("m1", 4.775748), ("m5", 4.480044), ("m3", 4.373109), ("m4", 1.835498), ("m6", 0.0)]),
        pytest.param(
            "paper",
            [
                ("m5", 2.619156), ("m3", 1.891113), ("m1", 1.726837), ("m4", 1.287175), ("m6", 1.142857),
                ("m2", 0.100367),
            ], marks=pytest.mark.thorough),
    ],
)  # fmt: skip
def test_worked_example_a(tmp_path: Path, scoring: str, scores: list[tuple[str, float]]) -> None:
    graph = graph_of("generative_agents")
    graph.nodes["perception"].knockout = True  # so that nothing but the six memories is there
    played = live(
        tmp_path, remembering(), REFLECTION, graph=graph, scoring=scoring, start="2023-02-13T20:00:00"
    )  # fmt: skip

    found = played.output("scored_retrieval", "items")
    names = {text: f"m{place}" for place, (text, *_) in enumerate(MEMORIES, 1)}
    assert [names[one["text"]] for one in found] == [name for name, _ in scores]
    assert [one["score"] for one in found] == pytest.approx([score for _, score in scores], abs=SIX)
    played.verify()


def test_a_second_focal_point_sees_the_access_times_that_the_first_has_changed(tmp_path: Path) -> None:
    graph = graph_of("generative_agents")
    graph.nodes["perception"].knockout = True
    replies = ['["who comes to the party", "party"]', *["nothing to say", "no triple", "2"] * 2]
    played = live(tmp_path, remembering(), replies, graph=graph, start="2023-02-13T20:00:00")

    first, second = (played.output("scored_retrieval", "items", nth) for nth in (0, 1))
    assert {one["recency"] for one in first} == {0.0, 0.5, 0.25, 0.75, 1.0} or len(
        {one["recency"] for one in first}
    ) == 5
    assert {one["accessed"][:19] for one in second} == {"2023-02-13T20:00:00"}
    # Of those accessed at one time the newest ranks first, thoughts after all others.
    by_rank = sorted(second, key=lambda one: -one["recency"])
    assert [one["meta"]["number"] for one in by_rank] == [6, 4, 3, 1, 5]


# -- reflection ---------------------------------------------------------------------------------


def rated(tmp_path: Path, importance: str, steps: int, replies: Sequence[str] = ()) -> Played:
    """Ann notices only what she does herself, at every step anew."""
    person = ann(attention=1, retention=0, duration=600)
    return live(tmp_path, person, [*[importance] * steps, *replies], steps=steps)


REFLECTS = ["Who is Ann?", "unreadable", "no triple", "3"]


def test_worked_example_b(tmp_path: Path) -> None:
    tens = rated(tmp_path, "10", 15, REFLECTS)
    nines = rated(tmp_path, "9", 17, REFLECTS)

    for played, steps, left in ((tens, 15, 0), (nines, 17, -3)):
        assert len(played.outputs("scratch_kept")) == steps
        assert played.outputs("decided")[-1]["value"]["left"] == left
        assert len(played.fired("reflector")) == 1
        assert [one.status for one in played.firings("reflector")][:-1] == ["skipped"] * (steps - 1)
        assert (record(played)["left"], record(played)["counted"]) == (150, 0)


def test_thoughts_do_not_count_towards_the_next_reflection(tmp_path: Path) -> None:
    played = live(tmp_path, ann(left=8), ["10", *REFLECTS])

    assert (record(played)["left"], record(played)["counted"]) == (150, 0)


def test_an_insight_is_kept_with_its_evidence_depth_and_day_of_expiry(tmp_path: Path) -> None:
    past = [
        *PAST[:1],
        {"text": "Ann is proud", "kind": "thought", "depth": 2, "importance": 9, "time": "2023-02-13T08:00:00"},
    ]
    replies = [
        "10", "1) What matters?\n2) Who is Bob?\n3) What is next?\n4) One too many?",
        "Ann cares (because of 0, 1, 2)\n2. Ann is proud of it (because of 1)", "care, much)", "6", "be, proud)", "7",
        "unreadable", "x", "3",
        "Ann reads (because of 99)", "x", "3",
    ]  # fmt: skip
    played = live(tmp_path, ann(left=8, counted=2, memories=past), replies)

    thoughts = [one for one in memories(played) if one["kind"] == "thought" and one["created"] > "2023-02-13T09"]
    assert [(one["text"], one["importance"]) for one in thoughts] == [
        ("Ann cares", 6), ("Ann is proud of it", 7), ("no insight could be read", 3), ("no insight could be read", 3),
    ]  # fmt: skip
    shown = played.output("scored_retrieval", "items")
    assert thoughts[0]["meta"]["evidence"] == [one["id"] for one in shown[:3]]
    assert thoughts[0]["meta"]["triple"] == ["Ann Lee", "care", "much"]
    assert thoughts[0]["meta"]["depth"] == 1 + max(one["meta"]["depth"] for one in shown[:3]) == 3
    assert thoughts[2]["meta"]["evidence"] == ["Ann Lee/node_1"]
    assert thoughts[2]["meta"]["depth"] == 1
    assert {one["meta"]["expires"][:10] for one in thoughts} == {"2023-03-15"}
    assert len(played.firings("insight")) == 3


def test_the_questions_rest_on_as_many_of_the_newest_memories_as_were_counted(tmp_path: Path) -> None:
    few = live(
        tmp_path,
        ann(left=8, counted=1, memories=PAST[1:4], attention=1),
        ["10", *REFLECTS],
        start="2023-02-13T20:00:00",
    )
    paper = live(
        tmp_path, ann(left=8, counted=1, memories=PAST[1:4], attention=1), ["10", *REFLECTS],
        start="2023-02-13T20:00:00", scoring="paper",
    )  # fmt: skip
    asked, all_asked = (next(one.text for one in played.prompts if one.node == "ask") for played in (few, paper))

    assert "Klaus" in asked
    assert "Maria is studying" not in asked
    assert "Maria is studying" in all_asked
    assert ("bed is idle" in asked, "bed is idle" in all_asked) == (False, True)


@pytest.mark.parametrize(
    "reply",
    [
        "['Who is Ann?', 'Who is Bob?']",
        'Here they are:\n```json\n["Who is Ann?", "Who is Bob?"]\n```',
        '{"output": ["Who is Ann?", "Who is Bob?"]}',
        "1. Who is Ann?\n2. Who is Bob?",
        "Who is Ann?\n2) Who is Bob?\n",
    ],
)
def test_questions_are_read_from_a_list_or_from_lines(tmp_path: Path, reply: str) -> None:
    played = live(tmp_path, ann(left=5, attention=1), ["5", reply, *["unreadable", "no triple", "3"] * 2])

    assert played.output("focal_points", "value") == ["Who is Ann?", "Who is Bob?"]
    assert len(played.firings("insight")) == 2


def test_a_reply_may_be_wrapped_in_an_object(tmp_path: Path) -> None:
    played = live(
        tmp_path, ann(attention=1, retention=0), ['{"output": "7"}', '{"output": 3}', '{"output": "x"}'], steps=3
    )

    assert [one["importance"] for one in memories(played)] == [7, 3, 4]


def test_ten_seconds_before_a_conversation_ends_two_thoughts_of_it_are_kept(tmp_path: Path) -> None:
    chatting = ann(
        event=["Ann Lee", "chat with", "Bob Orr"], activity="conversing about bread", chatting_with="Bob Orr",
        chat=[["Ann Lee", "Hello."], ["Bob Orr", "Bye."]], chat_end=NINE + 20, address="<persona> Bob Orr",
    )  # fmt: skip
    replies = ["5", "6", "bake for Bob", "bake, bread)", "4", "liked Bob", "like, Bob)", "5"]
    played = live(tmp_path, chatting, replies)
    early = live(tmp_path, chatting | {"chat_end": NINE + 30}, replies[:2])

    assert [one.node for one in played.prompts] == [
        "rating", "rating", "planning", "event_triple", "rating", "memo", "event_triple", "rating",
    ]  # fmt: skip
    chat, *_ = (one for one in memories(played) if one["kind"] == "chat")
    assert (chat["text"], chat["importance"]) == ("conversing about bread", 6)
    assert [(one["text"], one["meta"]["evidence"]) for one in memories(played) if one["kind"] == "thought"] == [
        ("For the plans of Ann Lee: bake for Bob", [chat["id"]]),
        ("Ann Lee liked Bob", [chat["id"]]),
    ]
    assert early.fired("afterthoughts") == []
