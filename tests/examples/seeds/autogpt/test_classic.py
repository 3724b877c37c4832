"""The classic variant of AutoGPT does what the pipeline of 2024 did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.seeds import Played, play

THOUGHTS = {"observations": "o", "text": "t", "reasoning": "r", "self_criticism": "c", "plan": ["p"], "speak": "s"}


def reply(name: Any, /, **arguments: Any) -> str:
    return json.dumps({"thoughts": THOUGHTS, "use_tool": {"name": name, "arguments": arguments}})


END = reply("finish", reason="done")
NO_TOOL = json.dumps({"thoughts": THOUGHTS, "use_tool": None})


def write(name: str) -> str:
    return reply("write_to_file", filename=name, text=name)


def classic(replies: list[Any], tmp_path: Path, *, answers: Any = (), **inputs: Any) -> Played:
    given = {"variant": "classic", "continuous": not answers, "continuous_limit": 0, "count": "words", **inputs}
    return play("autogpt", given, replies=replies, answers=answers, tmp_path=tmp_path)


def told(played: Played) -> list[str]:
    return [one["told"] for one in played.held("episodes").values()]


def test_the_stages_fire_in_order_and_finish_ends_the_run(tmp_path: Path) -> None:
    played = classic([write("a"), END], tmp_path)

    stages = (
        "directives", "commands", "messages", "prompt", "thinker", "reply_reader", "watchdog", "permission",
        "dispatcher", "tools", "recorder", "finished",
    )  # fmt: skip
    cycle = ["messages", "prompt", "thinker", "reply_reader", "watchdog", "dispatcher"]
    assert played.fired(*stages) == ["directives", "commands", *cycle, "tools", "recorder", *cycle, "finished"]
    assert played.result.ended == "quiet"
    assert played.result.outputs["files"]["a"] == "a"
    assert played.fired("context_packer", "recall", "long_term_memory") == []
    played.verify()


def test_the_newest_four_actions_stand_in_full_and_each_older_one_in_a_line_by_the_model(tmp_path: Path) -> None:
    names = list("abcdef")
    texts = [write(name) for name in names]
    played = classic([*texts[:5], "wrote a", texts[5], "wrote b", END], tmp_path)

    assert [one.node for one in played.prompts] == ["thinker"] * 5 + ["one_line", "thinker"] * 2
    last = played.output("messages", "value", 6)
    assert last[0]["content"] == "Steps so far:\n* Step 1: wrote a\n* Step 2: wrote b"
    assert [one["role"] for one in last[1:]] == ["assistant", "user"] * 4
    assert [one["content"] for one in last[1::2]] == texts[2:]
    assert last[2]["content"] == "write_to_file returned: The file was written."
    assert [one.get("summary") for one in played.held("episodes").values()] == ["wrote a", "wrote b", *[None] * 4]
    assert len(played.output("messages", "value", 4)) == 8


def test_the_first_versions_summed_each_action_up_at_once(tmp_path: Path) -> None:
    played = classic([write("a"), "wrote a", write("b"), "wrote b", END], tmp_path, summaries="at_once")

    assert [one.node for one in played.prompts] == ["thinker", "one_line", "thinker", "one_line", "thinker"]
    assert [one["summary"] for one in played.held("episodes").values()] == ["wrote a", "wrote b"]
    assert [one["role"] for one in played.output("messages", "value", 2)] == ["assistant", "user"] * 2


@pytest.mark.parametrize(("length", "kept"), [(1000, True), (1001, False)])
def test_a_result_over_a_third_of_the_send_limit_becomes_an_error(length: int, kept: bool, tmp_path: Path) -> None:
    text = " ".join(["word"] * length)
    played = classic([reply("read_file", filename="a"), END], tmp_path, workspace_files={"a": text})

    assert (told(played)[0] == f"read_file returned: {text}") is kept
    assert ("too long" in told(played)[0]) is not kept


def test_three_unreadable_replies_in_a_row_end_the_run(tmp_path: Path) -> None:
    played = classic(["one", "[2]", json.dumps({"use_tool": {"name": "finish"}})], tmp_path)

    assert played.fired("thinker", "given_up", "dispatcher") == ["thinker"] * 3 + ["given_up"]
    assert played.held("episodes") == {}


def test_a_readable_reply_starts_the_count_of_failures_anew(tmp_path: Path) -> None:
    played = classic(["one", "two", write("a"), "one", "two", END], tmp_path)

    assert played.fired("given_up", "finished") == ["finished"]
    assert len(told(played)) == 1


def test_unreadable_replies_use_up_no_cycle(tmp_path: Path) -> None:
    played = classic(["one", write("a"), write("b")], tmp_path, continuous_limit=2)

    assert played.fired("limit_reached") == ["limit_reached"]
    assert played.result.outputs["cycles"] == 2


def test_the_watchdog_lets_the_larger_model_think_again_when_a_command_repeats(tmp_path: Path) -> None:
    played = classic([write("a"), write("b"), write("b"), write("c"), END], tmp_path)

    assert played.fired("thinker", "big_thinker") == ["thinker", "thinker", "thinker", "big_thinker", "thinker"]
    assert len(told(played)) == 3
    # Rewound: the larger model sees what the small one saw.
    prompts = [one["value"] for one in played.outputs("prompt")]
    assert prompts[2] == prompts[3]


def test_the_larger_model_may_repeat_itself(tmp_path: Path) -> None:
    played = classic([write("a"), write("b"), write("b"), write("b"), END], tmp_path)

    assert played.fired("thinker", "big_thinker") == ["thinker", "thinker", "thinker", "big_thinker", "thinker"]
    assert len(told(played)) == 3


def test_the_watchdog_looks_back_only_once_there_are_two_actions(tmp_path: Path) -> None:
    played = classic([write("a"), write("a"), END], tmp_path)

    assert played.fired("big_thinker") == []
    assert told(played) == ["write_to_file returned: The file was written."] * 2


def test_the_watchdog_wakes_when_no_command_is_named(tmp_path: Path) -> None:
    played = classic([NO_TOOL, write("a"), END], tmp_path)

    assert played.fired("thinker", "big_thinker") == ["thinker", "big_thinker", "thinker"]


def test_in_the_published_slip_the_small_model_thinks_again_so_that_the_switch_has_no_effect(tmp_path: Path) -> None:
    replies = [write("a"), write("b"), write("b"), write("c"), END]
    played = classic(replies, tmp_path, watchdog_mode="without_effect")

    assert played.fired("thinker", "big_thinker") == ["thinker"] * 5
    assert len(told(played)) == 3


def test_the_watchdog_sleeps_while_the_larger_model_thinks_and_can_be_switched_off(tmp_path: Path) -> None:
    replies = [write("a"), write("b"), write("b"), END]

    big = classic(replies, tmp_path, big_brain=True)
    off = classic(replies, tmp_path, watchdog_mode="off")

    assert big.fired("thinker", "big_thinker") == ["big_thinker"] * 4
    assert off.fired("thinker", "big_thinker") == ["thinker"] * 4
    assert len(told(big)) == len(told(off)) == 3


def test_permission_is_asked_and_a_grant_comes_on_top_of_the_command_it_allows(tmp_path: Path) -> None:
    played = classic([write("a"), write("b"), write("c"), END], tmp_path, answers=["y -2", "y"])

    assert played.fired("thinker", "permission") == [
        "thinker", "permission", "thinker", "thinker", "thinker", "permission",
    ]  # fmt: skip


def test_feedback_is_kept_as_an_action_that_was_not_run(tmp_path: Path) -> None:
    played = classic([write("a"), END], tmp_path, answers=["Not yet.", "n"])

    assert told(played) == ["The command was not run. The user says: Not yet."]
    assert played.fired("dispatcher", "exit") == ["exit"]
    assert "Not yet." in played.prompts[1].text


def test_an_unknown_command_is_told(tmp_path: Path) -> None:
    played = classic([reply("fly"), reply("list_agents"), END], tmp_path)

    assert "Unknown command 'fly'" in told(played)[0]
    assert "no helpers" in told(played)[1]
