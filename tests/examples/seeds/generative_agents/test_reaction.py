"""Whom one inhabitant talks to, waits for or passes by, and what a conversation does to both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.examples.seeds.generative_agents.room import (
    MENDED,
    NINE,
    SEEN,
    TALK,
    ann,
    bob,
    live,
    meet,
    record,
    words,
)


def test_a_conversation_holds_both_up_and_both_plan_anew(tmp_path: Path) -> None:
    played = meet(tmp_path, ["yes", *TALK, *MENDED], {}, {})

    assert [one.node for one in played.prompts] == [
        "rating", "rating", "decide_to_talk", "relationship", "line", "relationship", "line", "summary",
        "schedule_repairer", "schedule_repairer",
    ]  # fmt: skip
    me, other = played.output("rescheduling", "person")
    assert record(played)["chat"] == me["chat"] == other["chat"] == [["Ann Lee", "Hello."], ["Bob Orr", "Goodbye."]]
    assert me["activity"] == other["activity"] == "conversing about the weather"
    assert (me["address"], other["address"]) == ("<persona> Bob Orr", "<persona> Ann Lee")
    assert (me["event"], other["event"]) == (
        ["Ann Lee", "chat with", "Bob Orr"],
        ["Bob Orr", "chat with", "Ann Lee"],
    )
    assert (me["buffer"], other["chatting_with"]) == ([{"who": "Bob Orr", "left": 800}], "Ann Lee")
    assert (me["duration"], me["chat_end"]) == (1, NINE + 60 + 60)
    assert sum(minutes for _, minutes in me["schedule"]) == 1440
    assert played.output("other_kept", "value") == other
    played.verify()


@pytest.mark.parametrize(("reply", "talks"), [(" No.\n", False), ("perhaps", True), ("", True)])
def test_a_decision_to_talk_that_cannot_be_read_is_a_yes(tmp_path: Path, reply: str, talks: bool) -> None:
    played = meet(tmp_path, [reply, *([*TALK, *MENDED] if talks else [])], {}, {})

    assert bool(played.fired("dialogue")) is talks


@pytest.mark.parametrize(
    ("mine", "theirs", "start"),
    [
        ({"activity": "sleeping"}, {}, "2023-02-13T09:00:10"),
        ({}, {"activity": "sleeping"}, "2023-02-13T09:00:10"),
        ({}, {}, "2023-02-13T23:00:10"),
        ({}, {"chatting_with": "Cy"}, "2023-02-13T09:00:10"),
        (
            {"event": ["Ann Lee", "chat with", "Cy"], "chatting_with": "Cy", "chat_end": NINE + 600},
            {},
            "2023-02-13T09:00:10",
        ),
        ({"buffer": [{"who": "Bob Orr", "left": 1}]}, {}, "2023-02-13T09:00:10"),
        ({}, {"address": "<waiting> 3 2"}, "2023-02-13T09:00:10"),
        ({}, {"address": ""}, "2023-02-13T09:00:10"),
    ],
    ids=["asleep", "other asleep", "late", "other chats", "chatting", "lately", "other waits", "other does nothing"],
)
def test_nobody_is_asked_where_a_conversation_is_out_of_the_question(
    tmp_path: Path, mine: dict[str, Any], theirs: dict[str, Any], start: str
) -> None:
    replies = [*SEEN, "5"] if "chat_end" in mine else SEEN
    played = live(tmp_path, ann(**mine), replies, others=[bob(**theirs)], start=start)

    assert played.fired("react_decider", "decide_to_talk", "dialogue") == ["react_decider"]


def test_the_buffer_of_800_steps_runs_out(tmp_path: Path) -> None:
    lately = meet(tmp_path, [], {"buffer": [{"who": "Bob Orr", "left": 3}]}, {}, steps=3)
    over = meet(tmp_path, ["no"], {"buffer": [{"who": "Bob Orr", "left": 0}]}, {})

    assert record(lately)["buffer"] == [{"who": "Bob Orr", "left": 0}]
    assert over.fired("decide_to_talk") == ["decide_to_talk"]


@pytest.mark.parametrize(("reply", "waits"), [("1", True), ("2", False), ("one", False)])
def test_who_does_not_talk_may_wait_and_what_cannot_be_read_is_a_3(tmp_path: Path, reply: str, waits: bool) -> None:
    mine = {"path": [[6, 3], [7, 3]], "planned": True, "activity": "baking (kneading dough)"}
    played = meet(tmp_path, ["no", reply, *(["12:00 -- reading"] if waits else [])], mine, {})

    me = record(played)
    assert bool(played.fired("schedule_repairer")) is waits
    assert me["address"] == ("<waiting> 5 2" if waits else "town:house:room:table")
    if waits:
        assert me["activity"] == "waiting to start kneading dough"
        assert me["event"] == ["Ann Lee", "waiting to start", "kneading dough"]
        assert me["duration"] == 119 - 0 + 1  # Bob is busy for 120 minutes from nine, less one; and one more


def test_nobody_waits_who_is_there_already_or_goes_elsewhere(tmp_path: Path) -> None:
    there = meet(tmp_path, ["no"], {}, {})
    elsewhere = meet(
        tmp_path, ["no"], {"path": [[6, 3]], "planned": True}, {"address": "town:house:room:stove"}
    )  # fmt: skip

    assert there.fired("decide_to_react") == elsewhere.fired("decide_to_react") == []


@pytest.mark.thorough
def test_a_conversation_has_at_most_eight_rounds_of_two_lines(tmp_path: Path) -> None:
    lines = [reply for n in range(16) for reply in ("a neighbour", words(f"Line {n}."))]
    played = meet(tmp_path, ["yes", *lines, "lines", *MENDED], {}, {})
    first_look = meet(tmp_path, ["yes", *lines[:4], "lines", *MENDED], {}, {}, rounds=None)
    short = meet(tmp_path, ["yes", *lines[:8], "lines", *MENDED], {}, {}, rounds=2)

    assert len(record(played)["chat"]) == 16
    assert [name for name, _ in record(played)["chat"]] == ["Ann Lee", "Bob Orr"] * 8
    assert len(record(first_look)["chat"]) == 2, "what stands in the graph is one round, so that a first look ends"
    assert len(record(short)["chat"]) == 4


@pytest.mark.thorough
def test_a_model_that_repeats_the_words_it_was_to_go_on_from_leaves_its_topic_open(tmp_path: Path) -> None:
    told = {}
    for reply in ("the weather", "They are conversing about the weather", "They are conversing about"):
        played = meet(tmp_path, ["yes", *TALK[:-1], reply, *MENDED], {}, {})
        told[reply] = record(played)["activity"]

    assert list(told.values()) == ["conversing about the weather"] * 2 + ["conversing about this and that"]


def test_a_line_rests_on_50_memories_of_the_other_and_15_of_each_focal_point(tmp_path: Path) -> None:
    past = [
        {"text": f"Bob said {n}", "importance": 1 + n % 9, "time": f"2023-02-12T{n // 6:02}:{n % 6}0:00"}
        for n in range(60)
    ]
    played = meet(
        tmp_path,
        ["yes", "a neighbour", words("Hello."), "a friend", words("Hm."), "he", words("Bye.", True), "x", *MENDED],
        {"memories": past}, {},
    )  # fmt: skip

    counts = [len(one["items"]) for one in played.outputs("scored_retrieval")]
    assert counts[:3] == [50, 15, 15]
    assert len(counts) == (1 + 2) + (1 + 3) + (1 + 3), "the last four lines are a focal point once there are any"


@pytest.mark.parametrize(
    "reply",
    [
        "I say hello",
        pytest.param('{"line": "Hi."}', marks=pytest.mark.thorough),
        pytest.param("[1, 2]", marks=pytest.mark.thorough),
    ],
)
def test_a_line_that_cannot_be_read_is_three_dots_and_ends_nothing(tmp_path: Path, reply: str) -> None:
    played = meet(tmp_path, ["yes", "x", reply, "y", words("Bye.", True), "z", *MENDED], {}, {})

    assert record(played)["chat"] == [["Ann Lee", "..."], ["Bob Orr", "Bye."]]


@pytest.mark.parametrize(("letters", "minutes"), [(230, 1), (238, 2), (700, 3)])
def test_minutes_of_a_conversation(tmp_path: Path, letters: int, minutes: int) -> None:
    played = meet(tmp_path, ["yes", "x", words("h" * letters, True), "z", *MENDED], {}, {})

    whole = letters + len("Ann Lee: \n")
    assert record(played)["duration"] == minutes == -(-(whole // 8) // 30)


def test_a_mended_schedule_that_does_not_come_out_even_is_passed_over(tmp_path: Path) -> None:
    parts = [["reading a book (one)", 60], ["reading a book (two)", 90], ["reading a book (three)", 90]]
    fine = {"schedule": [["sleeping", 480], *parts, ["baking bread", 720]]}
    replies = [
        "yes",
        *TALK,
        "11:00 -- writing\n11:00 ~ 12:00 -- reading on",
        "11:00 -- writing\n11:00 ~ 12:30 -- reading on",
    ]
    mine, theirs = meet(tmp_path, replies, fine, fine).output("rescheduling", "person")

    kept = [
        ["sleeping", 480], ["reading a book (one)", 60], ["reading a book (two)", 90],
        ["reading a book (on the way to three)", 0], ["reading a book (conversing about the weather)", 1],
    ]  # fmt: skip
    assert mine["schedule"] == [*kept, ["writing", 29], ["reading on", 60], ["baking bread", 720]]
    assert theirs["schedule"] == [*kept, ["baking bread", 720]] or sum(row[1] for row in theirs["schedule"]) <= 1440
    assert "writing" not in [activity for activity, _ in theirs["schedule"]]
