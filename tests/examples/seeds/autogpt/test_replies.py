"""AutoGPT v0.2.2 reads replies as the program did, and asks at the gate before each command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.examples.seeds.autogpt.agent import (
    END,
    THOUGHTS,
    agent,
    commands,
    memories,
    read,
    reply,
    results,
    write,
)

# -- step 4: reading the reply --------------------------------------------------------------------------------------


def test_common_slips_are_mended_without_a_model(tmp_path: Path) -> None:
    texts = [
        read(), "Sure!\n" + read() + "\nIs that right?", read()[:-1],
        '{thoughts: {"text": "t"}, command: {"name": "read_file", "args": {"filename": "a.txt"}}}',
        read().replace('"r"', r'"it\'s"'), read().replace('"r"', '"r\t"'),
    ]  # fmt: skip
    played = agent([*texts, END], tmp_path, workspace_files={"a.txt": "hi"})

    assert played.fired("json_repairer") == []
    assert results(played) == ["Command read_file returned: hi"] * len(texts)


def test_the_repairer_sees_the_broken_text_and_its_answer_counts(tmp_path: Path) -> None:
    played = agent(["read the file a.txt", read(), END], tmp_path, workspace_files={"a.txt": "hi"})

    assert [one.node for one in played.prompts] == ["thinker", "json_repairer", "thinker"]
    assert "read the file a.txt" in played.prompts[1].text
    assert results(played) == ["Command read_file returned: hi"]


def test_what_stands_in_braces_is_read_and_repaired_once_more(tmp_path: Path) -> None:
    played = agent(["x {a {b} c} y", "no", read(), END], tmp_path, workspace_files={"a.txt": "hi"})

    assert played.fired("thinker", "reply_reader", "json_repairer") == [
        "thinker", "reply_reader", "json_repairer", "reply_reader", "json_repairer", "thinker", "reply_reader",
    ]  # fmt: skip
    assert "{a {b} c}" in played.prompts[2].text
    assert "x {" not in played.prompts[2].text
    assert results(played) == ["Command read_file returned: hi"]


def test_not_a_number_is_read_as_the_program_read_it(tmp_path: Path) -> None:
    odd = read().replace('"c"', "NaN")
    assert "NaN" in odd
    played = agent([write(), odd, END], tmp_path)

    assert played.fired("json_repairer") == []
    assert commands(played) == ["write_to_file", "read_file", "task_complete"]


def test_a_reply_without_an_object_keeps_the_command_without_asking_the_repairer(tmp_path: Path) -> None:
    played = agent([write(), "{}", "[1]", '"no"', END], tmp_path)

    assert played.fired("json_repairer") == []
    assert commands(played) == ["write_to_file"] * 4 + ["task_complete"]


# -- step 5: the command --------------------------------------------------------------------------------------------


def test_thoughts_of_another_form_keep_the_previous_command(tmp_path: Path) -> None:
    odd: list[Any] = ["just a text", ["list"], None, {"text": "t", "plan": 3}, {"plan": ["a", 1]}]
    even: list[Any] = [{}, {"plan": ["a", "b"]}, {"plan": {"a": 1}}, {"plan": None}]
    replies = [reply("read_file", thoughts=one, filename="a.txt") for one in [*odd, *even]]

    played = agent([write(), *replies, END], tmp_path)

    assert commands(played) == ["write_to_file"] * (1 + len(odd)) + ["read_file"] * len(even) + ["task_complete"]


def test_an_unreadable_first_reply_leaves_no_command_at_all(tmp_path: Path) -> None:
    played = agent(["hello", "no", END], tmp_path)

    assert results(played) == ["Command null returned: Error: no command was named, but null."]
    assert len(memories(played)) == 1


def test_failures_without_end_repeat_the_last_command_in_circles(tmp_path: Path) -> None:
    played = agent([write(), *["hm", "no"] * 4], tmp_path, continuous_limit=5)

    assert commands(played) == ["write_to_file"] * 5
    assert len(set(results(played)[1:])) == 1


def test_a_reply_without_a_command_is_an_error_that_is_told_but_not_remembered(tmp_path: Path) -> None:
    texts = [
        json.dumps({"thoughts": THOUGHTS}), json.dumps({"thoughts": THOUGHTS, "command": "go"}),
        json.dumps({"thoughts": THOUGHTS, "command": {"args": {}}}),
    ]  # fmt: skip
    played = agent([*texts, "hm", "no", END], tmp_path)

    assert played.fired("dispatcher") == ["dispatcher"]  # of the last cycle: errors skip it, also when kept
    assert [one["content"] for one in played.held("history") if one["role"] == "system"] == [
        "Command Error: failed: The reply has no command.", "Command Error: failed: The command is no object.",
        *["Command Error: failed: The command has no name."] * 2,
    ]  # fmt: skip
    assert memories(played) == []
    assert [one["length"] for one in played.outputs("recall")] == [0] * 4


# -- step 6: the gate -----------------------------------------------------------------------------------------------


def test_the_gate_asks_before_each_command(tmp_path: Path) -> None:
    played = agent([write(), read(), END], tmp_path, answers=["y", " Y ", "y"])

    assert played.fired("human_gate") == ["human_gate"] * 3
    assert played.fired("thinker", "human_gate", "dispatcher")[:3] == ["thinker", "human_gate", "dispatcher"]


def test_in_continuous_mode_nobody_is_asked(tmp_path: Path) -> None:
    assert agent([write(), END], tmp_path).fired("human_gate") == []


def test_granted_commands_run_without_a_question(tmp_path: Path) -> None:
    # The grant counts from the command that it allows: three run for one answer.
    played = agent([write(), read(), read(), END], tmp_path, answers=["y -3", "y"])

    assert played.fired("thinker", "human_gate") == [
        "thinker",
        "human_gate",
        "thinker",
        "thinker",
        "thinker",
        "human_gate",
    ]
    assert [one["value"] for one in played.outputs("granted_left")] == [2, 1, 0, 0]


def test_an_error_uses_up_no_grant(tmp_path: Path) -> None:
    played = agent([write(), reply("error_x"), read(), END], tmp_path, answers=["y -2", "y", "y"])

    assert [one["value"] for one in played.outputs("granted_left")] == [1, 1, 0, 0]


def test_no_leaves_before_acting(tmp_path: Path) -> None:
    played = agent([write(), read()], tmp_path, answers=["y", "n"])

    assert played.result.ended == "stop"
    assert played.fired("thinker", "human_gate", "dispatcher", "recorder") == [
        "thinker", "human_gate", "dispatcher", "recorder", "thinker", "human_gate",
    ]  # fmt: skip
    assert len(played.held("history")) == 5


def test_feedback_replaces_the_command_and_is_remembered(tmp_path: Path) -> None:
    played = agent([write(), END], tmp_path, answers=["Read it first.", "y"])

    assert played.fired("dispatcher", "tools", "recorder") == ["recorder", "dispatcher"]
    assert played.held("history")[2] == {"role": "system", "content": "Human feedback: Read it first."}
    assert memories(played)[0].endswith("Result: Human feedback: Read it first. \nHuman Feedback: Read it first. ")
    assert played.held("workspace") == {}


def test_feedback_is_kept_as_the_command_when_the_next_reply_cannot_be_read(tmp_path: Path) -> None:
    played = agent([write(), "hm", "no", END], tmp_path, answers=["Wait.", "y", "y"])

    assert commands(played) == ["human_feedback", "human_feedback", "task_complete"]
    assert played.held("history")[5]["content"] == "Human feedback: GO ON"


def test_an_answer_without_meaning_is_asked_again(tmp_path: Path) -> None:
    played = agent([END], tmp_path, answers=["", "  ", "y -x", "y - 3", "y"])

    assert played.fired("ask", "human_gate") == ["ask"] * 5 + ["human_gate"]


def test_what_the_person_said_last_is_noted_in_every_later_entry(tmp_path: Path) -> None:
    played = agent([write(), read(), END], tmp_path, answers=["y -2", "y"])

    assert [one.endswith("Human Feedback: GO ON ") for one in memories(played)] == [True, True]
    assert memories(agent([write(), END], tmp_path))[0].endswith("Human Feedback:  ")
